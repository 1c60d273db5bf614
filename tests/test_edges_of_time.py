"""Days at both ends of the calendar, where the day before or the month after does not exist."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import make
from tracker.models import MeetingState, Stage

FIRST, LAST = "0001-01-01", "9998-12-31"


@pytest.fixture
def edges(db: None) -> None:
    """Meetings, updates and targets on the first and the last day that there is."""
    forum = make.make_forum(slug="forum")
    topic = make.make_topic(slug="topic")
    source = make.make_source(slug="source", published_on="2026-02-25")
    first = make.published_meeting(slug="first", date=FIRST, forum=forum, fully_recorded=True)
    make.published_meeting(slug="year-one", date="0001", forum=forum)
    make.published_meeting(slug="last", date=LAST, state=MeetingState.PLANNED, forum=forum)
    make.published_meeting(slug="later", date="9998-12", state=MeetingState.PLANNED)
    for number, (happened, target) in enumerate(
        [(FIRST, LAST), (FIRST, FIRST), ("0001-01", "9998"), ("2026-02-25", LAST)]
    ):
        commitment = make.published_commitment(
            slug=f"edge-{number}",
            topics=[topic],
            happened=happened,
            target=target,
            meeting=first if happened == FIRST else None,
            source=source,
        )
        make.published_update(commitment, happened="0001", stage=Stage.SIGNED, target="9998-12")


ADDRESSES = [
    *("/", "/?flag=overdue", "/?flag=due_soon", "/?flag=quiet", "/?flag=not_mentioned"),
    *(f"/?target_after={day}&target_before={day}" for day in (FIRST, LAST, "0001", "9998")),
    *(f"/?updated_since={day}" for day in (FIRST, LAST)),
    *("/?as_of=1900-01-01", "/?known_at=1900-01-01", f"/?as_of={FIRST}", f"/?as_of={LAST}"),
    *(f"/commitments/edge-{n}/" for n in range(4)),
    *(f"/commitments/edge-{n}/?as_of=1900-01-01" for n in range(4)),
    *(f"/commitments/edge-0/cite.{kind}" for kind in ("bib", "ris", "json", "txt")),
    *(f"/meetings/{slug}/" for slug in ("first", "year-one", "last", "later")),
    *(f"/meetings/{slug}/brief/" for slug in ("first", "year-one", "last", "later")),
    *(f"/meetings/{slug}/brief/?as_of=1900-01-01" for slug in ("first", "last")),
    *("/meetings/", "/matrix/", "/matrix/?forum=forum", "/charts/", "/embed/status/", "/changes/"),
    *(f"/compare/?from={one}&to={two}" for one in (FIRST, LAST) for two in (FIRST, LAST)),
    *("/compare/?from=first&to=last", "/compare/?from=1900-01-01&to=2026-02-25"),
    *("/forums/forum/", "/topics/topic/", "/parties/", "/sources/source/", "/forums/", "/topics/"),
    *("/calendar.ics", "/changes.atom", "/changes.rss", "/changes.json", "/sitemap.xml"),
    *(
        "/commitments.csv",
        "/commitments.json",
        "/commitments.xlsx",
        "/updates.csv",
        "/updates.json",
    ),
    *("/api/v1/commitments/", "/api/v1/commitments/edge-0/", "/api/v1/meetings/first/"),
    *("/api/v1/meetings/last/", "/api/v1/updates/", f"/api/v1/commitments/?target_after={LAST}"),
    *("/api/v1/changes/", f"/api/v1/changes/?updated_since={LAST}", "/methodology/"),
    *(f"/{page}?as_of={FIRST}" for page in ("matrix/", "charts/", "card.png", "commitments.csv")),
    *(f"/api/v1/{noun}/?as_of={FIRST}" for noun in ("commitments", "updates", "meetings")),
    *("/compare/?from=year-one&to=last", "/compare/?from=9999-12-31&to=0001"),
]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Seoul", "America/Toronto"])
def test_no_page_fails_at_the_ends_of_the_calendar(
    client: Client, edges: None, settings, zone: str
) -> None:  # type: ignore[no-untyped-def]
    settings.TIME_ZONE = zone
    client.raise_request_exception = False
    answers = {}
    for address in ADDRESSES:
        response = client.get(address)
        b"".join(response) if response.streaming else response.content
        answers[address] = response.status_code
    assert {a: s for a, s in answers.items() if s >= 500} == {}
    assert answers["/meetings/first/brief/"] == 200
