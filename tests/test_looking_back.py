"""The past tells no future: every address, asked to look back, holds no word of what came later.

`as_of` hides what happened later, `known_at` what was published later. A new address fails the
build until it has its line in `PATHS`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.looking_back import AS_OF, FIRST, HAPPENED, KNOWN_AT, SAID, THEN, Grown, grown_register
from tests.make import NOW, make_source, published_meeting
from tests.test_leaks import names, told_by
from tracker.dashboard import share_card

LISTS = ("", "q=agreement", "sort=-title", "sort=updated", "flag=overdue")
# For those that list by the same filter, which the dashboard walks as a whole.
A_FEW = ("", "q=agreement&sort=title")
# These follow the register as it grows, and refuse to look back: 400, or a sentence.
FOLLOWING = {
    "changes-atom": "/changes.atom",
    "changes-rss": "/changes.rss",
    "changes-json": "/changes.json",
    "calendar": "/calendar.ics",
    "api-changes": "/api/v1/changes/",
    "subscribe": "/subscribe/",
    "webhook-ask": "/subscribe/webhook/",
    "subscribe-email": "/subscribe/email/",
}
# An address of each kind, `{noun}` being the slug of one, with the queries that it is asked with.
PATHS: dict[str, tuple[str, tuple[str, ...]]] = {
    "dashboard": (
        "/",
        (
            *LISTS,
            "topic={topic}&party={party}&forum={forum}&meeting={meeting}",
            "show=topics&show=parties",
            "instrument=agreement",
            "commitment=AAA-BBB-2025-001",
        ),
    ),
    "commitment": ("/commitments/{commitment}/", ("",)),
    "cite": ("/commitments/{commitment}/cite.bib", ("",)),
    "meetings": ("/meetings/", ("",)),
    "meeting": ("/meetings/{meeting}/", ("",)),
    "brief": ("/meetings/{meeting}/brief/", ("",)),
    "matrix": ("/matrix/", (*A_FEW, "columns={forum}")),
    "compare": (
        "/compare/",
        ("", "from=2020-01-01&to=2025-05-01&topic={topic}", "from=earlier&to={meeting}"),
    ),
    "sources": ("/sources/", ("",)),
    "source": ("/sources/{source}/", ("",)),
    "parties": ("/parties/", ("",)),
    "party": ("/parties/{party}/", A_FEW),
    "topics": ("/topics/", ("",)),
    "topic": ("/topics/{topic}/", A_FEW),
    "forums": ("/forums/", ("",)),
    "forum": ("/forums/{forum}/", A_FEW),
    "charts": ("/charts/", (*A_FEW, "topic={topic}")),
    "embed-status": ("/embed/status/", (*A_FEW, "topic={topic}")),
    **{
        f"{table}-{ending}": (f"/{table}.{ending}", (*A_FEW, "topic={topic}&party={party}"))
        for table in ("commitments", "updates")
        for ending in ("csv", "xlsx", "json")
    },
    "share-card": ("/card.png", ("", "commitment=AAA-BBB-2025-001", "topic={topic}")),
    "datapackage": ("/datapackage.json", ("", "topic={topic}")),
    "changes": ("/changes/", ("", "q=agreement", "topic={topic}", "meeting={meeting}")),
    "api-commitments": ("/api/v1/commitments/", (*LISTS, "topic={topic}&party={party}")),
    "api-commitment": ("/api/v1/commitments/{commitment}/", ("",)),
    "api-updates": ("/api/v1/updates/", (*A_FEW, "forum={forum}&meeting={meeting}")),
    "api-meetings": ("/api/v1/meetings/", ("",)),
    "api-meeting": ("/api/v1/meetings/{meeting}/", ("",)),
    "api-sources": ("/api/v1/sources/", ("",)),
    "api-source": ("/api/v1/sources/{source}/", ("",)),
    "api-parties": ("/api/v1/parties/", ("",)),
    "api-topics": ("/api/v1/topics/", ("",)),
    "api-forums": ("/api/v1/forums/", ("",)),
    **{name: (path, ("",)) for name, path in FOLLOWING.items()},
}
# These take no parameter that looks back.
PRESENT = {
    *("api-change", "api-root", "api-schema", "api-docs", "methodology", "data-dictionary"),
    *("sitemap", "sitemap-section", "robots", "healthz", "subscribe-asked", "webhook"),
    *("confirm-subscription", "manage-subscription", "stop-subscription"),
}
FORMATS = {"cite": ("cite.ris", "cite.json", "cite.txt")}


def test_every_address_has_its_line() -> None:
    assert set(names(get_resolver())) == set(PATHS) | PRESENT, "give the new address its line"


@pytest.fixture
def grown(db: None, monkeypatch: pytest.MonkeyPatch) -> Grown:
    # What is drawn cannot be read again.
    monkeypatch.setattr(share_card, "png", lambda card: repr(card).encode())
    return grown_register()


def addresses(grown: Grown, moment: str, *, today: bool) -> Iterator[str]:
    slugs = grown.slugs(today=today)
    for name, (path, queries) in PATHS.items():
        for query in queries:
            asked = "&".join(filter(None, (query, moment)))
            yield f"{path}?{asked}".format(**slugs)
        for ending in FORMATS.get(name, ()):
            yield f"{path.replace('cite.bib', ending)}?{moment}".format(**slugs)


def answer(client: Client, address: str) -> tuple[int, str]:
    response = client.get(address)
    content = response.getvalue() if response.streaming else response.content
    return response.status_code, f"{dict(response.headers)} {told_by(content)}".lower()


@pytest.mark.parametrize(
    ("moment", "markers", "today"),
    [
        (f"as_of={AS_OF}", {HAPPENED}, True),
        (f"known_at={KNOWN_AT}", {SAID}, False),
        (f"as_of={AS_OF}&known_at={KNOWN_AT}", {HAPPENED, SAID}, False),
    ],
)
def test_no_address_tells_of_what_came_later(
    grown: Grown, client: Client, moment: str, markers: set[str], today: bool
) -> None:
    wrong = []
    for address in addresses(grown, moment, today=today):
        status, told = answer(client, address)
        if status not in {200, 400, 405}:
            wrong.append(f"{status} {address}")
        for later in markers:
            if later in told:
                at = told.index(later)
                wrong.append(f"{address}: ...{told[max(at - 90, 0) : at + 40]!r}")
    assert not wrong, "\n".join(wrong)


# Of each noun that comes with a day of its own, in `tests.looking_back`; and of a commitment.
LATER = (
    *("/commitments/{}-commitment/", "/api/v1/commitments/{}-commitment/"),
    *("/meetings/{}-meeting/", "/meetings/{}-next/", "/api/v1/meetings/{}-meeting/"),
    *("/sources/{}-source/", "/api/v1/sources/{}-source/", "/forums/{}-forum/"),
)


@pytest.mark.parametrize("path", LATER)
def test_the_page_of_what_came_later_is_not_there_yet(
    grown: Grown, client: Client, path: str
) -> None:
    address = path.format(HAPPENED)
    assert HAPPENED in answer(client, address)[1].replace(address, "")
    for moment in (f"as_of={AS_OF}", f"as_of={AS_OF}&known_at={KNOWN_AT}"):
        status, told = answer(client, f"{address}?{moment}")
        assert status == 404
        assert HAPPENED not in told.replace(address, "")
    assert answer(client, f"{address}?as_of=2026-01-12")[0] == 200


def test_a_meeting_that_was_announced_lay_ahead_without_its_outcome(
    client: Client, db: None
) -> None:
    source = make_source(published_on="2025-05-01")
    for state, slug in (("held", "held"), ("planned", "planned")):
        published_meeting(
            slug=slug, state=state, date="2026-01-10", sources=[source],
            summary=f"Told {state}.", now=FIRST,
        )  # fmt: skip
    for address in ("/meetings/{}/", "/api/v1/meetings/{}/"):
        told = {
            slug: answer(client, f"{address.format(slug)}?as_of={AS_OF}")
            for slug in ("held", "planned")
        }
        assert told["held"][0] == 200
        assert ("still to come on that day" in told["held"][1]) == ("api" not in address)
        assert "told held" not in told["held"][1]
        assert "told planned" in told["planned"][1]
        assert answer(client, f"{address.format('held')}?as_of=2025-04-30")[0] == 404


def test_what_was_recorded_by_that_day_is_there_on_it(client: Client, db: None) -> None:
    """So that an address that names today as both days shows what it was copied from."""
    source = make_source(slug="announcement", published_on=None)
    published_meeting(slug="next", state="planned", date="2028", sources=[source], now=NOW)
    for address in ("/meetings/next/", "/sources/announcement/"):
        assert client.get(f"{address}?as_of=2026-11-22&known_at=2026-11-22").status_code == 200
        assert client.get(f"{address}?as_of=2026-11-21").status_code == 404


def test_the_walk_meets_what_it_looks_for(grown: Grown, client: Client) -> None:
    """Today's pages hold both markers, and those that look back the words of then."""
    slugs = grown.slugs(today=True)
    for name, (path, _queries) in PATHS.items():
        if "{" in path and name != "cite":
            _status, told = answer(client, path.format(**slugs))
            assert SAID in told, path
    for path in ("/commitments/{commitment}/", "/meetings/{meeting}/", "/api/v1/updates/"):
        assert HAPPENED in answer(client, path.format(**slugs))[1], path
    for name, (path, queries) in PATHS.items():
        if queries == ("",) and name not in {*FOLLOWING, "compare"}:
            address = f"{path}?known_at={KNOWN_AT}".format(**grown.slugs(today=False))
            status, told = answer(client, address)
            assert status == 200, address
            assert THEN in told.replace(address.lower(), ""), address
