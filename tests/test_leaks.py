"""The leak net: every public address, with and without drafts in the register, gives one answer.

A new address fails the build until it has its line in `LINES`.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.leaky import DRAFT, INTERNAL, REVISED, Public, add_drafts, publish_register
from tracker.models import REVIEWED, Assessment, Firmness, Instrument, Review, Stage
from tracker.schema.vocabulary import Flag

FILTERS = [
    "",
    "?q=agreement",
    f"?q={DRAFT}",
    f"?q={REVISED}",
    f"?q={INTERNAL}",
    "?q=an",
    *(f"?stage={stage}" for stage in Stage.values),
    *(f"?assessment={value}" for value in Assessment.values),
    *(f"?instrument={value}" for value in Instrument.values),
    *(f"?firmness={value}" for value in Firmness.values),
    *(f"?flag={flag}" for flag in Flag.values),
    "?topic=cyber",
    f"?topic={DRAFT}-topic",
    "?party=canada",
    f"?party={DRAFT}-party",
    "?forum=ministerial",
    f"?forum={DRAFT}-forum",
    "?meeting=first-meeting",
    f"?meeting={DRAFT}-meeting",
    "?target_after=2026&target_before=2026-12",
    "?updated_since=2020-01-01",
    "?as_of=2025-06-01",
    "?known_at=2026-11-22",
    "?as_of=2026-11-01&known_at=2026-11-22&flag=not_mentioned",
    "?sort=-stage",
    "?sort=updated",
    "?page=2",
    "?stage=nonsense",
]
# For pages that list by the same filter, which the dashboard walks as a whole.
A_FEW = [
    "",
    f"?q={DRAFT}",
    f"?party={DRAFT}-party",
    f"?meeting={DRAFT}-meeting",
    "?as_of=2025-06-01",
    "?known_at=2026-11-22",
    "?known_at=2026-11-21",
    "?stage=nonsense",
]
LOOKING_BACK = ("?as_of=2025-06-01", "?known_at=2026-11-21", "?as_of=nonsense")
NOT_FOUND = "nothing-here"

# A line for each address of the URL configuration: what stands after it, in every variation.
LINES: dict[str, list[str]] = {
    "dashboard": [f"/{query}" for query in FILTERS],
    "commitment": [
        "/commitments/agreement/",
        "/commitments/agreement",
        "/commitments/agreement/?as_of=2025-06-01",
        "/commitments/agreement/?known_at=2026-11-22",
        "/commitments/agreement/?as_of=1999-01-01",
        "/commitments/agreement/?as_of=nonsense",
        "/commitments/one/",
        "/commitments/mistaken/",
        f"/commitments/{NOT_FOUND}/",
        f"/commitments/{DRAFT}-commitment/",
    ],
    "cite": [
        "/commitments/agreement/cite.bib",
        *(f"/commitments/agreement/cite.{form}" for form in ("ris", "json", "txt", "pdf")),
        "/commitments/agreement/cite.txt?as_of=2025-06-01",
        "/commitments/agreement/cite.txt?known_at=2026-11-22",
        "/commitments/agreement/cite.txt?as_of=nonsense",
        "/commitments/mistaken/cite.bib",
        f"/commitments/{NOT_FOUND}/cite.bib",
        f"/commitments/{DRAFT}-commitment/cite.bib",
    ],
    "meetings": [
        "/meetings/",
        "/meetings/?page=2",
        "/meetings/?as_of=2025-06-01",
        "/meetings/?known_at=2026-11-22",
        "/meetings/?as_of=nonsense",
    ],
    "brief": [
        "/meetings/first-meeting/brief/",
        "/meetings/first-meeting/brief/?as_of=2026-11-22",
        "/meetings/first-meeting/brief/?known_at=2026-11-21",
        f"/meetings/{NOT_FOUND}/brief/",
        f"/meetings/{DRAFT}-meeting/brief/",
        f"/meetings/{DRAFT}-next/brief/",
    ],
    "matrix": [
        *(f"/matrix/{query}" for query in A_FEW),
        "/matrix/?columns=ministerial&columns_page=2",
        f"/matrix/?columns={DRAFT}-forum",
    ],
    "compare": [
        "/compare/",
        "/compare/?from=2020-01-01",
        f"/compare/?from=2020-01-01&q={DRAFT}",
        "/compare/?from=2020-01-01&to=2025-06-01&known_at=2026-11-22",
        "/compare/?from=2020-01-01&flag=not_mentioned&page=2",
        f"/compare/?from=2020-01-01&topic={DRAFT}-topic",
        "/compare/?from=first-meeting&to=2026-11-22",
        f"/compare/?from={DRAFT}-meeting&to=2026-11-22",
        f"/compare/?from=2020-01-01&to={DRAFT}-next",
    ],
    "meeting": [
        "/meetings/first-meeting/",
        "/meetings/first-meeting/?as_of=2024-06-01",
        "/meetings/first-meeting/?known_at=2026-11-22",
        "/meetings/first-meeting/?known_at=2026-11-21",
        "/meetings/first-meeting/?as_of=nonsense",
        f"/meetings/{NOT_FOUND}/",
        f"/meetings/{DRAFT}-meeting/",
        f"/meetings/{DRAFT}-next/",
    ],
    "sources": [f"/sources/{query}" for query in ("", "?page=2", *LOOKING_BACK)],
    "source": [
        "/sources/statement/",
        "/sources/statement/?as_of=2025-06-01",
        "/sources/statement/?known_at=2026-11-21",
        "/sources/statement/?known_at=nonsense",
        f"/sources/{NOT_FOUND}/",
        f"/sources/{DRAFT}-source/",
    ],
    "parties": [f"/parties/{query}" for query in ("", *LOOKING_BACK)],
    "party": [
        *(f"/parties/canada/{query}" for query in A_FEW),
        f"/parties/{NOT_FOUND}/",
        f"/parties/{DRAFT}-party/",
    ],
    "topics": [f"/topics/{query}" for query in ("", "?page=2", *LOOKING_BACK)],
    "topic": [
        *(f"/topics/cyber/{query}" for query in A_FEW),
        f"/topics/{NOT_FOUND}/",
        f"/topics/{DRAFT}-topic/",
    ],
    "forums": [f"/forums/{query}" for query in ("", "?page=2", *LOOKING_BACK)],
    "forum": [
        *(f"/forums/ministerial/{query}" for query in A_FEW),
        f"/forums/{NOT_FOUND}/",
        f"/forums/{DRAFT}-forum/",
    ],
    "charts": [f"/charts/{query}" for query in A_FEW],
    "share-card": [f"/card.png{query}" for query in A_FEW],
    "embed-status": [f"/embed/status/{query}" for query in A_FEW],
    "commitments-csv": [f"/commitments.csv{query}" for query in A_FEW],
    "commitments-xlsx": [f"/commitments.xlsx{query}" for query in A_FEW],
    "commitments-json": [f"/commitments.json{query}" for query in FILTERS],
    "updates-csv": [f"/updates.csv{query}" for query in A_FEW],
    "updates-xlsx": [f"/updates.xlsx{query}" for query in A_FEW],
    "updates-json": [f"/updates.json{query}" for query in A_FEW],
    "datapackage": [f"/datapackage.json{query}" for query in A_FEW],
    "data-dictionary": ["/data/"],
    "changes": [f"/changes/{query}" for query in A_FEW],
    "changes-atom": [f"/changes.atom{query}" for query in (*FILTERS, "?before=9")],
    "changes-rss": [f"/changes.rss{query}" for query in (*A_FEW, "?before=9")],
    "changes-json": [f"/changes.json{query}" for query in (*A_FEW, "?before=9")],
    "calendar": [f"/calendar.ics{query}" for query in A_FEW],
    "webhook-ask": [
        *(f"/subscribe/webhook/{query}" for query in A_FEW),
        f"/subscribe/webhook/?topic={DRAFT}-topic",
    ],
    "webhook": ["/subscribe/webhook/TOKEN/"],
    "api-root": [f"/api/{rest}" for rest in ("v1/", "v1/?q=x", "", f"v1/{NOT_FOUND}/")],
    "api-commitments": [f"/api/v1/commitments/{query}" for query in A_FEW],
    "api-commitment": [
        "/api/v1/commitments/agreement/",
        "/api/v1/commitments/agreement/?as_of=2025-06-01",
        "/api/v1/commitments/agreement/?known_at=2026-11-22",
        "/api/v1/commitments/agreement/?as_of=nonsense",
        "/api/v1/commitments/CAN-KOR-2025-001/",
        "/api/v1/commitments/CAN-KOR-2026-999/",
        "/api/v1/commitments/mistaken/",
        f"/api/v1/commitments/{NOT_FOUND}/",
        f"/api/v1/commitments/{DRAFT}-commitment/",
    ],
    "api-updates": [f"/api/v1/updates/{query}" for query in A_FEW],
    "api-meetings": [f"/api/v1/meetings/{query}" for query in ("", "?page=2", *LOOKING_BACK)],
    "api-meeting": [
        *(f"/api/v1/meetings/first-meeting/{query}" for query in ("", *LOOKING_BACK)),
        f"/api/v1/meetings/{NOT_FOUND}/",
        f"/api/v1/meetings/{DRAFT}-meeting/",
        f"/api/v1/meetings/{DRAFT}-next/",
    ],
    "api-sources": [f"/api/v1/sources/{query}" for query in ("", "?page=2", *LOOKING_BACK)],
    "api-source": [
        *(f"/api/v1/sources/statement/{query}" for query in ("", *LOOKING_BACK)),
        f"/api/v1/sources/{NOT_FOUND}/",
        f"/api/v1/sources/{DRAFT}-source/",
    ],
    "api-parties": [f"/api/v1/parties/{query}" for query in ("", *LOOKING_BACK)],
    "api-topics": [f"/api/v1/topics/{query}" for query in ("", *LOOKING_BACK)],
    "api-forums": [f"/api/v1/forums/{query}" for query in ("", *LOOKING_BACK)],
    "api-changes": [
        *(f"/api/v1/changes/{query}" for query in A_FEW),
        "/api/v1/changes/?format=ndjson",
        "/api/v1/changes/?after=2&limit=1&kind=status",
        "/api/v1/changes/?after=900",
        "/api/v1/changes/?wait=0&limit=x",
    ],
    "api-change": [f"/api/v1/changes/{seq}/" for seq in (1, 2, 3, 900)],
    "api-schema": ["/api/v1/schema/", "/api/v1/schema/?format=yaml"],
    "api-docs": ["/api/docs/"],
    "methodology": ["/methodology/"],
    "subscribe": [f"/subscribe/{query}" for query in A_FEW],
    "subscribe-email": ["/subscribe/email/"],
    "subscribe-asked": ["/subscribe/asked/"],
    "confirm-subscription": ["/subscribe/confirm/TOKEN/"],
    "manage-subscription": ["/subscribe/manage/TOKEN/"],
    "stop-subscription": ["/subscribe/stop/TOKEN/"],
    "sitemap": ["/sitemap.xml"],
    "sitemap-section": [
        "/sitemap-commitments-1.xml",
        *(f"/sitemap-{name}-1.xml" for name in ("meetings", "sources", "parties", "topics")),
        *("/sitemap-forums-1.xml", "/sitemap-standing-1.xml", "/sitemap-nothing-1.xml"),
    ],
    "robots": ["/robots.txt"],
    "healthz": ["/healthz"],
}
ADDRESSES = [address for line in LINES.values() for address in line]
# Where history is shown as published, with what became of it.
SHOWS_HISTORY = (
    *("/changes", "/commitments/agreement/"),
    *("/api/v1/changes", "/api/v1/commitments/agreement/"),
)


def names(resolver: URLResolver) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name or str(pattern.pattern)
        # Those for staff have tests of their own: below, and in tests/accounts.
        elif pattern.namespace != "admin" and str(pattern.pattern) != "accounts/":
            yield from names(pattern)


def test_every_address_has_its_line() -> None:
    assert set(names(get_resolver())) == set(LINES), "give the new address its line in LINES"


@pytest.fixture
def public(db: None) -> Public:
    return publish_register()


def answer(client: Client, address: str) -> tuple[int, dict[str, str], bytes]:
    response = client.get(address)
    content = response.getvalue() if response.streaming else response.content
    # A form's token is masked anew for each answer, and its key is a new one.
    content = re.sub(rb'(name="(?:csrfmiddlewaretoken|key)" value=)"[^"]*"', rb"\1", content)
    return response.status_code, dict(response.headers), content


def told_by(content: bytes) -> str:
    """An answer as text; a workbook's parts are taken out of their archive.

    A picture has none: that drafts do not change it is all that can be said of it.
    """
    if content.startswith(b"\x89PNG"):
        return ""
    if not content.startswith(b"PK"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def roles() -> list[User]:
    """Somebody with an account, staff without any right, and staff with all."""
    make = get_user_model().objects.create_user
    return [
        make(username="reader"),
        make(username="desk", is_staff=True),
        make(username="head", is_staff=True, is_superuser=True),
    ]


def columns_of_the_review() -> set[str]:
    """What keys of a review in an answer would look like."""
    columns = {f.name for f in Review._meta.get_fields()} - {*REVIEWED.values(), "id", "state"}
    # A word of the documentation, and the heading of an analyst's remark.
    words = {f'"{name}"' for name in columns - {"comment", "first_update"}}
    assert len(words) == 11
    return words


def gives_away(address: str, headers: dict[str, str], content: bytes) -> list[str]:
    """Marker words that stand in an answer and must not; a page repeats what was asked for."""
    told = told_by(content)
    folded = f"{headers} {told}".lower()
    wrong = [word for word in columns_of_the_review() if word in told]
    if DRAFT not in address and INTERNAL not in address:
        wrong += [word for word in (DRAFT, INTERNAL) if word in folded]
    if REVISED not in address and not address.startswith(SHOWS_HISTORY):
        wrong += [REVISED] if REVISED in told else []
    return wrong


def test_drafts_change_no_answer_to_anybody(public: Public) -> None:
    """Nobody walks everywhere, and everybody who is signed in to every kind of page.

    One walk for all that can be seen of an answer: that it is the same, byte for byte, that its
    ETag still stands for it, and that no word of a draft, of a review or of the office is in it.
    """
    reader, desk, head = roles()
    before = {address: answer(Client(), address) for address in ADDRESSES}
    assert any("ETag" in headers for _status, headers, _content in before.values())
    add_drafts(public)
    for address, (_status, headers, content) in before.items():
        assert gives_away(address, headers, content) == [], address
        client = Client()
        assert answer(client, address) == before[address], f"{address} betrays a draft"
        if tag := headers.get("ETag"):
            held = client.get(address, headers={"if-none-match": tag})
            assert held.status_code == 304, f"a draft moves the ETag of {address}"
    one_of_each = [lines[0] for lines in LINES.values() if lines]
    first_and_last = [*one_of_each, *(lines[-1] for lines in LINES.values() if lines[1:])]
    for person, addresses in ((reader, one_of_each), (desk, one_of_each), (head, first_and_last)):
        client = Client()
        client.force_login(person)
        for address in addresses:
            now = answer(client, address)
            assert now == before[address], f"{address} betrays a draft to {person}"


def test_the_walk_would_notice_what_is_given_away(public: Public) -> None:
    for word in (DRAFT, INTERNAL, REVISED, '"sent_by"'):
        assert gives_away("/", {}, f"<p>{word}</p>".encode()) == [word]
    assert gives_away("/", {"X-Name": DRAFT}, b"") == [DRAFT]


def test_a_draft_answers_like_an_address_that_never_was(public: Public, client: Client) -> None:
    add_drafts(public)
    for noun in ("commitment", "meeting", "source", "party", "topic", "forum"):
        folder = {"commitment": "commitments", "party": "parties"}.get(noun, f"{noun}s")
        draft = answer(client, f"/{folder}/{DRAFT}-{noun}/")
        never = answer(client, f"/{folder}/{NOT_FOUND}/")
        assert draft == never
        assert draft[0] == 404


def test_history_shows_the_revised_as_revised(public: Public, client: Client) -> None:
    page = client.get("/commitments/agreement/").content.decode()
    history, _, revised = page.partition('<section class="revised"')
    assert REVISED not in history
    assert revised.count("<del ") == 2
    assert revised.count(REVISED) == 4  # rationale and quotation of each

    log = client.get("/changes/").content.decode()
    for line in log.split("<li ")[1:]:
        if REVISED in line and "line-revised" not in line:
            assert "retract" in line.lower() or "mistaken" in line, line


@pytest.mark.parametrize("word", [DRAFT, REVISED, INTERNAL])
def test_no_search_finds_what_is_not_public(public: Public, client: Client, word: str) -> None:
    add_drafts(public)
    assert 'class="row-title"' not in client.get(f"/?q={word}").content.decode()
    if word != REVISED:  # the log keeps what was retracted, and says that it was
        assert "<entry>" not in client.get(f"/changes.atom?q={word}").content.decode()
        assert client.get(f"/api/v1/changes/?q={word}").json()["results"] == []
    for table in ("commitments", "updates"):
        for address in (f"/{table}.json", f"/api/v1/{table}/"):
            _status, _headers, content = answer(client, f"{address}?q={word}")
            assert b'"count":0' in content


def admin_addresses() -> list[str]:
    """Every address of the admin, with the key of some row where one is asked for."""
    found = []
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace == "admin":
            for entry in pattern.url_patterns:
                inner = entry.url_patterns if isinstance(entry, URLResolver) else [entry]
                found += [p for p in inner if isinstance(p, URLPattern) and p.name]
    addresses = []
    for pattern in found:
        arguments = ["1"] * pattern.pattern.regex.groups
        if pattern.name in {"app_list", "view_on_site"}:
            continue
        addresses.append(reverse(f"admin:{pattern.name}", args=arguments))
    return [*addresses, "/admin/tracker/", "/admin/nothing/"]


def test_the_admin_shows_nothing_to_who_is_not_staff(public: Public) -> None:
    add_drafts(public)
    anonymous, reader = Client(), Client()
    reader.force_login(get_user_model().objects.create_user(username="reader"))
    walked = admin_addresses()
    assert len(walked) > 40
    for client in (anonymous, reader):
        for address in walked:
            response = client.get(address)
            told = f"{dict(response.headers)} {response.content.decode()}".lower()
            assert DRAFT not in told, address
            assert INTERNAL not in told, address
            # The login tells a reader who is signed in that this is not for readers.
            refused = {403} if address == "/admin/login/" else set()
            assert response.status_code in {200, 301, 302, 404, 405} | refused, address
            if response.status_code == 200:
                assert address in {"/admin/login/", "/admin/jsi18n/"}, address
