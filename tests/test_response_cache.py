"""Whole answers are kept: the same bytes, for everybody, and never past what alters them."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from collections.abc import Callable, Hashable

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import Settings

from tests import make
from tests.test_query_counts import addresses
from tracker import answers, response_cache
from tracker.actions.amend import amend
from tracker.actions.correct import retract_update
from tracker.actions.log.rebuild import rebuild
from tracker.actions.register_files.load import load_register
from tracker.answers import public_answer
from tracker.lib.lru_cache import LRUCache
from tracker.models import Commitment, LogHead
from tracker.response_cache import takes_gzip

NOW = make.NOW
Some = tuple[Commitment, dict[str, str]]

pytestmark = pytest.mark.django_db


def forget_answers() -> None:
    """As a process that has just started."""
    answers._FINISHED.clear()
    response_cache._IN_THIS_PROCESS.clear()


@pytest.fixture
def some() -> Some:
    forum, topic = make.make_forum(slug="ministerial"), make.make_topic(slug="cyber")
    meeting = make.published_meeting(forum=forum, fully_recorded=True)
    one = make.published_commitment(topics=[topic], meeting=meeting, target="2026-03")
    source = make.first_update(one).citations.get().source
    make.published_update(one, happened="2026-03-01", stage="negotiating", quotation="Zwei")
    return one, addresses(one.slug, meeting.slug, source.slug)


def test_a_kept_answer_is_the_answer_to_the_byte_after_one_query(
    client: Client, some: Some
) -> None:
    kept = 0
    for address in some[1].values():
        forget_answers()
        made = client.get(address)
        with CaptureQueriesContext(connection) as queries:
            again = client.get(address)
        if made.streaming or "Cookie" in made.headers.get("Vary", ""):
            continue  # a form with a token of its own
        kept += len(queries) == 1
        assert again.content == made.content, address
        assert dict(again.headers) == dict(made.headers), address
    assert kept > 25


CONDITIONS: list[dict[str, str]] = [
    {"if-none-match": "{etag}"},
    {"if-none-match": '"other", {etag}'},
    {"if-none-match": "*"},
    {"if-none-match": '"other"'},
    {"if-match": '"other"'},
    {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    {"if-modified-since": "Thu, 01 Jan 2015 00:00:00 GMT"},
    {"if-modified-since": "rubbish"},
    {"if-unmodified-since": "Thu, 01 Jan 2015 00:00:00 GMT"},
    {"cookie": "sessionid=nobodys; csrftoken=x"},
    {"accept": "application/x-ndjson"},
]


@pytest.mark.parametrize("headers", CONDITIONS)
@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("place", ["/", "/changes.atom", "/api/v1/", "/api/v1/changes/"])
def test_at_the_door_is_given_what_the_whole_way_gives(
    client: Client, some: Some, place: str, method: str, headers: dict[str, str]
) -> None:
    etag = client.get(place).headers["ETag"]
    asked = {name: value.format(etag=etag) for name, value in headers.items()}
    at_the_door = getattr(client, method)(place, headers=asked)
    answers._FINISHED.clear()
    by_the_whole_way = getattr(client, method)(place, headers=asked)
    assert at_the_door.status_code == by_the_whole_way.status_code
    assert at_the_door.getvalue() == by_the_whole_way.getvalue()
    assert _told(at_the_door) == _told(by_the_whole_way)


def _told(response: HttpResponse) -> dict[str, str]:
    """Its headers, but for two by which the middleware says less than it might.

    CommonMiddleware gives a 304 the length of nothing, and signing in looks for a session where
    there is a cookie.
    """
    told = {**response.headers, "Vary": response.headers["Vary"].removesuffix(", Cookie")}
    return {n: v for n, v in told.items() if response.status_code == 200 or n != "Content-Length"}


def test_a_host_that_is_not_ours_is_refused_at_the_door(client: Client, some: Some) -> None:
    assert client.get("/").status_code == 200
    assert client.get("/", headers={"host": "other.example"}).status_code == 400


def test_what_is_kept_is_given_before_sessions_are_thought_of(
    client: Client, some: Some, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = client.get("/").content
    client.cookies["sessionid"] = "nobodys"
    monkeypatch.setattr(SessionMiddleware, "process_request", None)
    assert client.get("/").content == made
    with pytest.raises(TypeError):
        client.get("/?page=1")


SPELLINGS = {
    "/?stage=announced&stage=signed&topic=cyber": [
        "/?topic=cyber&stage=signed&stage=announced",
        "/?stage=signed&topic=cyber&stage=announced",
        "/?stage=signed&stage=announced&topic=cyber&stage=signed",
        "/?stage=&stage=signed&q=&q=+&stage=announced&topic=cyber&page=",
        "/?%73tage=signed&topic=cybe%72&stage=announced",
        "/?utm_source=mail&stage=signed&fbclid=1&topic=cyber&stage=announced&GCLID=2",
    ],
    "/": ["/?", "/?stage=&q=", "/?utm_campaign=x", "/?&&&"],
    "/charts/?party=canada&topic=cyber": ["/charts/?topic=cyber&party=canada"],
    "/changes.atom?stage=announced&stage=signed": ["/changes.atom?stage=signed&stage=announced"],
    "/api/v1/commitments/?page=1&stage=signed": ["/api/v1/commitments/?stage=signed&page=1"],
}


@pytest.mark.parametrize("address", SPELLINGS)
def test_every_spelling_of_a_question_finds_one_entry(
    client: Client, some: Some, address: str
) -> None:
    made = client.get(address)
    for spelling in SPELLINGS[address]:
        with CaptureQueriesContext(connection) as queries:
            again = client.get(spelling)
        assert len(queries) == 1, spelling
        assert again.content == made.content, spelling
        assert again.headers["ETag"] == made.headers["ETag"], spelling
    forget_answers()
    for spelling in SPELLINGS[address]:
        forget_answers()
        assert client.get(spelling).content == made.content, spelling


def test_unknown_parameters_make_no_entries(
    client: Client, some: Some, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[object] = []
    usual = LRUCache.put

    def put(cache: LRUCache[object], key: Hashable, value: object) -> object:
        stored.append(key)
        return usual(cache, key, value)

    client.get("/")
    client.get("/charts/")
    monkeypatch.setattr(LRUCache, "put", put)
    for address in ("/", "/charts/"):
        for number in range(10):
            assert client.get(f"{address}?x{number}=1").status_code == 200
            assert client.get(f"{address}?x=1&utm_x={number}").status_code == 200
    assert stored == []


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "", "gzip;q=0", "br"])
def test_it_is_compressed_for_who_takes_that(client: Client, some: Some, accepted: str) -> None:
    plain = client.get("/").content
    answer = client.get("/", headers={"accept-encoding": accepted})
    if takes_gzip(accepted):
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.content) < len(plain) / 3
        assert response_cache.gzip.decompress(answer.content) == plain
    else:
        assert answer.content == plain
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        *(("gzip", True), ("deflate, GZIP ; q=1", True), ("gzip;q=0.1", True), ("", False)),
        *(("gzip;q=0", False), ("gzip; q=0.000", False), ("x-gzip", False), ("*", False)),
    ],
)
def test_what_takes_gzip(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


ACTS: list[Callable[[Commitment], object]] = [
    lambda one: make.published_update(one, stage="signed", happened="2026-04"),
    lambda one: make.published_correction(one.updates.get(number=2), happened="2026-02-26"),
    lambda one: retract_update(one.updates.get(number=2), reason="Misread.", now=NOW),
    lambda one: amend(one, values={"title": "Another name"}, reason="So.", now=NOW),
    lambda one: load_register(settings.SHIPPED_REGISTER, now=NOW),
    lambda one: make.published_meeting(title="Another meeting"),
]


@pytest.mark.parametrize("act", ACTS)
def test_no_kept_answer_outlives_what_alters_it(
    client: Client, some: Some, act: Callable[[Commitment], object]
) -> None:
    one, _ = some
    places = ["/", f"/commitments/{one.slug}/", "/changes/", "/changes.atom", "/matrix/"]
    for place in places:
        client.get(place)
    act(Commitment.objects.get(pk=one.pk))
    after = [client.get(place) for place in places]
    forget_answers()
    assert [a.content for a in after] == [client.get(place).content for place in places]
    head = LogHead.objects.get()
    assert f"#{head.seq}" in after[2].content.decode() or str(head.seq) in after[2].content.decode()


def test_a_rebuild_that_puts_something_right_makes_answers_anew(client: Client, some: Some) -> None:
    one, _ = some
    right = client.get("/").content
    Commitment.objects.filter(pk=one.pk).update(stage="withdrawn")
    forget_answers()
    wrong = client.get("/").content
    assert wrong != right
    assert rebuild(now=NOW) == [one.reference]
    assert client.get("/").content == right
    assert rebuild(now=NOW) == []
    assert LogHead.objects.get().generation == 1


def _another_day(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(answers, "today", lambda: dt.date(2026, 12, 1))


def _another_head(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    LogHead.objects.update(hash="f" * 64)


def _another_generation(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    LogHead.objects.update(generation=7)


def _another_language(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    translation.activate("fr")


def _another_release(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.RELEASE = "another"


def _another_setting(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.REGISTER_NAME = "Another register"


@pytest.mark.parametrize(
    "alter",
    [
        *(_another_day, _another_head, _another_generation, _another_language),
        *(_another_release, _another_setting),
    ],
)
def test_each_input_of_the_key_makes_another_answer(
    client: Client,
    some: Some,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    alter: Callable[[pytest.MonkeyPatch, Settings], None],
) -> None:
    # Overridden already: that settings are overridden at all alters the fingerprint, too.
    settings.RELEASE = "one"
    before = client.get("/").headers["ETag"]
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/").headers["ETag"] == before
    assert len(queries) == 1
    with translation.override(translation.get_language()):
        alter(monkeypatch, settings)
        with CaptureQueriesContext(connection) as queries:
            after = client.get("/").headers["ETag"]
    assert after != before
    assert len(queries) > 1


def test_each_part_of_the_address_makes_another_answer(
    client: Client, some: Some, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    asked = [("/", "testserver"), ("/?stage=signed", "testserver"), ("/matrix/", "testserver")]
    asked.append(("/", "other.example"))
    told = {client.get(at, headers={"host": host}).headers["ETag"] for at, host in asked}
    told.add(client.get("/", secure=True).headers["ETag"])
    assert len(told) == 5
    assert b"//other.example/" in client.get("/", headers={"host": "other.example"}).content
    assert b"//other.example/" not in client.get("/").content


def _answer(view: Callable[..., HttpResponse], **headers: str) -> HttpResponse:
    return public_answer(view)(RequestFactory().get("/x/", headers=headers))


def test_what_is_somebodys_own_is_not_kept() -> None:
    made = []

    def with_a_token(request: HttpRequest, today: dt.date) -> HttpResponse:
        made.append(get_token(request))
        return HttpResponse(made[-1])

    def with_a_cookie(request: HttpRequest, today: dt.date) -> HttpResponse:
        made.append("cookie")
        response = HttpResponse("mine")
        response.set_cookie("a", "b")
        return response

    def with_a_session(request: HttpRequest, today: dt.date) -> HttpResponse:
        request.session = SessionStore()
        made.append(request.session.get("name"))
        return HttpResponse("mine")

    def private(request: HttpRequest, today: dt.date) -> HttpResponse:
        made.append("private")
        return HttpResponse("mine", headers={"Cache-Control": "private"})

    def failed(request: HttpRequest, today: dt.date) -> HttpResponse:
        made.append("failed")
        return HttpResponse("no", status=503)

    def large(request: HttpRequest, today: dt.date) -> HttpResponse:
        made.append("large")
        return HttpResponse(b"".join(bytes([i % 251, i // 251 % 256]) * 3 for i in range(400_000)))

    for view in (with_a_token, with_a_cookie, with_a_session, private, failed):
        made.clear()
        _answer(view)
        _answer(view)
        assert len(made) == 2, view
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(response_cache, "_LARGEST", 100)
        made.clear()
        assert _answer(large).content == _answer(large).content
        assert len(made) == 2


def test_a_head_request_gets_what_is_kept_and_keeps_nothing(client: Client, some: Some) -> None:
    assert client.head("/").content == b""
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/")
    assert len(queries) > 1
    assert page.content


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_have_it_made_once() -> None:
    made = []
    begun = threading.Barrier(4)

    def slow(request: HttpRequest, today: dt.date) -> HttpResponse:
        made.append(1)
        threading.Event().wait(0.2)
        return HttpResponse("slow")

    def ask() -> None:
        begun.wait()
        assert _answer(slow).content == b"slow"
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]


_PUBLISH = """
import datetime as dt, django
django.setup()
from tests import make
make.published_commitment(title="From another process", reference="CAN-KOR-2019-001", slug="x")
"""


@pytest.mark.django_db(transaction=True)
def test_a_line_written_by_another_process_ends_what_is_kept(client: Client) -> None:
    make.published_commitment()
    before = client.get("/").content
    name = str(connection.settings_dict["NAME"])
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        mine = connection.settings_dict
        password = f":{mine['PASSWORD']}" if mine["PASSWORD"] else ""
        url = f"postgres://{mine['USER']}{password}@{mine['HOST']}:{mine['PORT']}/{name}"
    subprocess.run(
        [sys.executable, "-c", _PUBLISH],
        env={
            **{"TESTING": "1", "SECRET_KEY": "x", "DATABASE_URL": url, "PATH": ""},
            **{"DJANGO_SETTINGS_MODULE": "tracker.settings", "PYTHONPATH": "."},
        },
        check=True,
    )
    after = client.get("/").content
    assert b"From another process" in after
    assert b"From another process" not in before
