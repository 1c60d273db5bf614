"""Every face tells an instant by the register's own day, whatever day it is in Greenwich."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.core import mail
from django.test import Client, override_settings

from tests.make import published_commitment, published_note, published_update
from tests.notify.emailing import at, html_of, make_email
from tracker import answers
from tracker.actions.correct import retract_commitment, retract_update
from tracker.models import Commitment
from tracker.notify.deliver import deliver_due

pytestmark = pytest.mark.django_db

# In Seoul it is the 30th already, in Honolulu still the 29th.
EVENING = dt.datetime(2026, 11, 29, 19, 8, tzinfo=dt.UTC)
# In Honolulu it is still the 29th, in Greenwich and Seoul the 30th.
MORNING = dt.datetime(2026, 11, 30, 7, 8, tzinfo=dt.UTC)
WORDS = {29: "29 November 2026", 30: "30 November 2026"}
ZONES = [
    ("Asia/Seoul", EVENING, 30),
    ("Pacific/Kiritimati", EVENING, 30),
    ("UTC", EVENING, 29),
    ("Pacific/Honolulu", MORNING, 29),
    ("America/Toronto", MORNING, 30),
]


@pytest.fixture(params=ZONES, ids=lambda zone: zone[0])
def day(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A register in a zone to which everything was published at one instant; the day it has."""
    zone, now, day = request.param
    with override_settings(TIME_ZONE=zone):
        monkeypatch.setattr(answers, "now", lambda: now + dt.timedelta(hours=1))
        monkeypatch.setattr(answers, "today", lambda: dt.date(2026, 11, day))
        make_email(created_at=now, confirmed_at=now, next_attempt_at=now)
        commitment = published_commitment(slug="pledge", happened="2026-02", now=now)
        mistake = published_update(commitment, happened="2026-03", now=now)
        retract_update(mistake, reason="Not so.", now=now)
        published_note(commitment=commitment, now=now)
        retract_commitment(
            published_commitment(slug="never", happened="2026-02", now=now),
            reason="Never said.",
            now=now,
        )
        yield day


def dates_of_page(page: str) -> list[tuple[str, str]]:
    """The machine's date and the words of each <time> that tells of November 2026."""
    found = re.findall(r'<time datetime="(2026-11-[^"]*)">(.*?)</time>', page, re.DOTALL)
    return [(machine, re.sub(r"<[^>]+>", "", words)) for machine, words in found]


@pytest.mark.parametrize(
    "address", ["/", "/changes/", "/commitments/pledge/", "/commitments/never/"]
)
def test_words_and_machine_dates_of_pages_agree(client: Client, day: int, address: str) -> None:
    page = client.get(address).content.decode()
    for machine, words in dates_of_page(page):
        assert machine[:10] == f"2026-11-{day}"
        assert WORDS[day] in words
    assert WORDS[59 - day] not in page
    assert WORDS[day] in page or address == "/"


@pytest.mark.parametrize("ending", ["atom", "rss", "json"])
def test_feeds_tell_the_day_of_the_register(client: Client, day: int, ending: str) -> None:
    told = client.get(f"/changes.{ending}").content.decode()
    assert f"recorded on {WORDS[day]}" in told
    assert WORDS[59 - day] not in told


def test_mail_tells_the_day_of_the_register(day: int) -> None:
    now = answers.now()
    deliver_due(clock=at(now))
    (message,) = mail.outbox
    for text in (message.body, html_of(message)):
        assert f"confirmed it on {WORDS[day]}" in text
        assert WORDS[59 - day] not in text


@pytest.mark.parametrize("address", ["/commitments.json", "/api/v1/commitments/"])
def test_the_day_that_a_page_tells_finds_what_was_published(
    client: Client, day: int, address: str
) -> None:
    def found(query: str) -> list[str]:
        told = client.get(f"{address}?{query}")
        body = b"".join(told) if told.streaming else told.content
        return re.findall(r'"reference": ?"([^"]+)"', body.decode())

    reference = Commitment.objects.get(slug="pledge").reference
    assert reference in found(f"known_at=2026-11-{day}")
    assert found(f"known_at=2026-11-{day - 1}") == []
    assert reference in found(f"updated_since=2026-11-{day}")


def test_the_reference_to_cite_tells_the_day_of_the_register(client: Client, day: int) -> None:
    cited = client.get("/commitments/pledge/cite.txt").content.decode()
    assert WORDS[day] in cited
    assert WORDS[59 - day] not in cited


def test_the_calendar_has_no_day_of_another_zone(client: Client, day: int) -> None:
    published_update(
        Commitment.objects.get(slug="pledge"),
        target=f"2026-11-{day}",
        happened="2026-04",
        now=answers.now(),
    )
    calendar = client.get("/calendar.ics").getvalue().decode()
    assert f"DTSTART;VALUE=DATE:202611{day}" in calendar
