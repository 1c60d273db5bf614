"""What HTTP asks of every public address: conditions, headers, errors, one normal form.

The addresses are those of the leak net, which holds a line for each one of the URL configuration.
"""

from __future__ import annotations

import json
import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.leaky import publish_register
from tests.make import published_commitment, published_update
from tests.test_leaks import ADDRESSES, LINES
from tracker import answers, response_cache

ONE_OF_EACH = [lines[0] for lines in LINES.values()]
SAFETY = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# What other sites may load: programs, feed readers and calendars on the web, and frames.
OPEN = re.compile(r"/api/(?!docs/)|/embed/|/static/|.*\.[a-z]+(\?|$)")
NOT_PAGES = re.compile(r"/api/(?!docs/)|[^?]*\.(csv|xlsx|json|atom|rss|ics)(\?|$)")


def body(response: HttpResponse) -> bytes:
    """What was sent; a stream can be read once, and is closed by that."""
    if response.streaming:
        response.read = getattr(response, "read", None) or response.getvalue()
        return bytes(response.read)
    return response.content


def assert_safe(address: str, response: HttpResponse) -> None:
    for name, value in SAFETY.items():
        assert value in response.headers.get(name, ""), (address, response.status_code, name)
    # Pages whose address is a secret tell it to nobody.
    policies = {"strict-origin-when-cross-origin", "same-origin"}
    assert response.headers["Referrer-Policy"] in policies, address


def assert_ours(address: str, response: HttpResponse) -> None:
    """Our headers, and for an error our words in the form that the address speaks."""
    assert_safe(address, response)
    if "Content-Length" in response.headers and response.request["REQUEST_METHOD"] != "HEAD":
        assert int(response.headers["Content-Length"]) == len(body(response)), address
    policy = "cross-origin" if OPEN.match(address) else "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == policy, address
    if response.status_code < 400 or address == "/healthz":
        return
    if address.startswith("/card.png"):
        assert body(response), address  # in words, for whoever opens a picture that is none
    elif NOT_PAGES.match(address) and "cite." not in address:
        assert response.headers["Content-Type"] == "application/problem+json", address
        assert json.loads(body(response))["status"] == response.status_code
    else:
        page = body(response).decode()
        assert "<main" in page, (address, response.status_code)
        assert "<h1>" in page, (address, response.status_code)
    assert "ETag" not in response.headers, address
    assert "Last-Modified" not in response.headers, address


# -- Conditions -----------------------------------------------------------------------------------

CONDITIONS = [
    {"if-none-match": "*"},
    {"if-none-match": '"guessed"'},
    {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    {"if-match": '"other"'},
    {"if-unmodified-since": "Thu, 01 Jan 2015 00:00:00 GMT"},
]
ALIKE = [
    *("Vary", "Cache-Control", "ETag", "Last-Modified", "Content-Security-Policy"),
    *("Access-Control-Allow-Origin", "Cross-Origin-Resource-Policy", "X-Frame-Options"),
]


@pytest.mark.parametrize("is_cached", [False, True])
def test_a_condition_alters_no_error_and_a_304_says_what_the_200_says(
    client: Client, db: None, request: pytest.FixtureRequest, is_cached: bool
) -> None:
    if not is_cached:
        request.getfixturevalue("no_response_cache")
    publish_register()
    refused = conditional = 0
    for address in ADDRESSES:
        plain = client.get(address)
        content = re.sub(rb'value="[^"]{32,}"', b"", body(plain))
        if plain.status_code == 200:
            if tag := plain.headers.get("ETag"):
                conditional += 1
                matching = (tag, "*", f'"x", {tag.removeprefix("W/")}')
                for asked in matching if conditional <= 10 else [matching[conditional % 3]]:
                    held = client.get(address, headers={"if-none-match": asked})
                    assert (held.status_code, body(held)) == (304, b""), address
                    for name in ALIKE:
                        told = held.headers.get(name), plain.headers.get(name)
                        assert told[0] == told[1], (address, name)
            continue
        assert_ours(address, plain) if plain.status_code >= 400 else None
        refused += 1
        # Every condition on the first refusals, then one after another.
        tried = CONDITIONS if refused <= 10 else [CONDITIONS[refused % len(CONDITIONS)]]
        for condition in tried:
            again = client.get(address, headers=condition)
            assert again.status_code == plain.status_code, (address, condition)
            assert re.sub(rb'value="[^"]{32,}"', b"", body(again)) == content, address
    assert refused > 80
    assert conditional > 100


def test_an_etag_of_another_answer_is_none_of_a_refusal(client: Client, db: None) -> None:
    published_commitment()
    tag = client.get("/changes.atom").headers["ETag"]
    refusal = client.get("/changes.atom?topic=zz", headers={"if-none-match": tag})
    assert refusal.status_code == 400
    nowhere = client.get("/commitments/nowhere/", headers={"if-none-match": f"*, {tag}"})
    assert nowhere.status_code == 404


# -- Headers and errors ---------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*ONE_OF_EACH, "/nowhere/", "/static/none.css", "/favicon.ico"])
def test_whatever_is_asked_for_the_answer_is_ours(client: Client, db: None, address: str) -> None:
    separator = "&" if "?" in address else "?"
    many = "&".join(f"x={n}" for n in range(300))
    too_many = "&".join(f"x={n}" for n in range(10_000))
    asked = [
        client.get(address),
        client.head(address),
        client.post(address),
        client.put(address),
        client.get(address, headers={"host": "other.example"}),
        client.get(f"{address}{separator}{too_many}"),
    ]
    if not address.startswith("/static/") and address != "/favicon.ico":
        few = client.get(f"{address}{separator}{many}")
        assert few.status_code == 400
        asked.append(few)
    assert asked[0].status_code in {200, 404, 405}
    for response in asked:
        if response.request["REQUEST_METHOD"] == "HEAD":
            assert_safe(address, response)
        else:
            assert_ours(address, response)
        body(response)


def test_staff_addresses_are_for_our_own_pages_alone(client: Client, db: None) -> None:
    for address in ("/admin/login/", "/admin/x.csv", "/accounts/login/", "/admin/logout/"):
        response = client.get(address)
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin", address
        assert "Content-Security-Policy" in response.headers


def test_a_wrong_host_over_plain_http_is_refused_with_our_headers(
    client: Client, db: None, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get("/", headers={"host": "other.example"})
    assert response.status_code == 400
    assert_ours("/", response)
    assert Client().get("/").status_code == 301


@pytest.mark.parametrize("address", ["/subscribe/email/", "/admin/login/", "/subscribe/webhook/"])
def test_a_form_from_elsewhere_is_refused_on_a_page_of_ours(db: None, address: str) -> None:
    response = Client(enforce_csrf_checks=True).post(address, {"email": "a@example.org"})
    assert response.status_code == 403
    page = response.content.decode()
    assert "The form could not be sent" in page
    assert "CSRF" not in page
    assert "Content-Security-Policy" in response.headers


@pytest.mark.parametrize("address", ["/", "/api/v1/meetings/", "/changes.atom", "/commitments.csv"])
def test_a_fault_of_ours_is_told_in_the_form_of_the_address(
    client: Client, db: None, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("tracker.answers.cached_or_made", fail)
    client.raise_request_exception = False
    response = client.get(address)
    assert response.status_code == 500
    assert_ours(address, response)


def test_even_the_page_of_a_fault_may_fail(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("tracker.answers.cached_or_made", fail)
    monkeypatch.setattr("tracker.error_pages._answer", fail)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert_ours("/", response)


@pytest.mark.parametrize(
    ("address", "media_type"),
    [
        ("/favicon.ico", "image/x-icon"),
        ("/apple-touch-icon.png", "image/png"),
        ("/static/img/mark.svg", "image/svg+xml"),
    ],
)
def test_icons_answer_where_browsers_look_for_them(
    client: Client, db: None, address: str, media_type: str
) -> None:
    response = client.get(address)
    assert (response.status_code, bool(body(response))) == (200, True)
    assert response.headers["Content-Type"] in {media_type, "image/vnd.microsoft.icon"}
    if not address.startswith("/static/"):
        assert f'href="{address}"' in client.get("/").content.decode()


# -- One normal form ------------------------------------------------------------------------------

SPELLINGS = [
    *("utm_source=newsletter", "gclid=1&fbclid=2", "topic=", "q=&stage=&party=", "="),
    "utm_source=a&utm_source=b&topic=%20",
]


def test_what_says_nothing_makes_no_other_answer(client: Client, db: None) -> None:
    publish_register()
    masked = rb'(name="(?:csrfmiddlewaretoken|key)" value=)"[^"]*"'
    paths = sorted({address.split("?")[0] for address in ONE_OF_EACH})
    for number, path in enumerate(paths):
        plain = client.get(path)
        said = re.sub(masked, b"", body(plain))
        one = SPELLINGS[number % len(SPELLINGS)]
        for query in SPELLINGS if path == "/" else (one, "&".join(SPELLINGS)):
            again = client.get(f"{path}?{query}")
            repeated = re.sub(masked, b"", body(again))
            assert again.status_code == plain.status_code, (path, query)
            if not path.endswith(".xlsx"):  # a workbook holds the time at which it was made
                assert repeated == said, (path, query)
            assert again.headers.get("ETag") == plain.headers.get("ETag"), (path, query)


def test_a_value_that_is_repeated_is_said_once(client: Client, db: None) -> None:
    publish_register()
    once = client.get("/?stage=signed").content
    assert client.get("/?stage=signed&stage=signed&stage=signed").content == once
    assert client.get("/?" + "&".join(["stage=signed"] * 2_000)).content == once
    feed = client.get("/changes.atom?stage=signed&stage=signed").content
    assert feed == client.get("/changes.atom?stage=signed").content


def test_what_a_page_ignores_makes_no_cached_page(client: Client, db: None) -> None:
    publish_register()
    for address in ("/", "/methodology/", "/commitments/agreement/", "/charts/", "/meetings/"):
        client.get(address)
        client.get(f"{address}?as_of=2025-12-01")
    before = len(response_cache._IN_THIS_PROCESS._values), len(answers._FINISHED._values)
    assert before[0] == 10
    for number in range(5):
        for address in ("/", "/methodology/", "/commitments/agreement/", "/charts/", "/meetings/"):
            client.get(f"{address}?colour={number}")
            client.get(f"{address}?utm_source={number}&topic=")
    assert (len(response_cache._IN_THIS_PROCESS._values), len(answers._FINISHED._values)) == before


def test_a_later_reader_sees_nothing_of_an_earlier_address(
    client: Client, db: None, settings: Settings
) -> None:
    settings.HISTORY_PER_PAGE = 3
    one = published_commitment()
    for month in range(1, 9):
        published_update(one, happened=f"2026-{month:02}", stage="negotiating")
    address = one.get_absolute_url()
    for query in (
        "as_of=BUY-PILLS-NOW&as_of=",
        "as_of=&as_of=BUY-PILLS-NOW",
        "known_at=BUY-PILLS-NOW&known_at=",
        "page=BUY-PILLS-NOW&page=1",
        "as_of=2026-11-01&BUY-PILLS-NOW=1",
        "utm_source=BUY-PILLS-NOW",
    ):
        client.get(f"{address}?{query}")
        page = client.get(address).content.decode()
        assert "PILLS" not in page, query
        assert "as_of=2026-11-01" not in page, query
        assert 'href="?page=2"' in page


def test_every_setting_is_in_the_etag(client: Client, db: None, settings: Settings) -> None:
    published_commitment()
    tags = {client.get("/").headers["ETag"]}
    for name, value in {
        "QUIET_AFTER_MONTHS": 3,
        "DUE_SOON_DAYS": 10,
        "REGISTER_NAME": "Another name",
        "TIME_ZONE": "Asia/Seoul",
        "ROWS_PER_PAGE": 25,
        "WEBSUB_HUB": "https://hub.example/",
        "PUBLIC_URL": "https://elsewhere.example",
        "RELEASE": "9",
    }.items():
        setattr(settings, name, value)
        tags.add(client.get("/").headers["ETag"])
    assert len(tags) == 9
    tag = client.get(reverse("dashboard")).headers["ETag"]
    settings.SECRET_KEY = "another"
    assert client.get("/").headers["ETag"] == tag
