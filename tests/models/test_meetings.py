from __future__ import annotations

import datetime as dt

import pytest

from tests import make
from tracker.models import Level, Meeting

pytestmark = pytest.mark.django_db


def test_levels_are_ranked() -> None:
    assert Level.LEADERS > Level.MINISTERS > Level.SENIOR_OFFICIALS > Level.WORKING_LEVEL


def test_a_meeting_is_fully_recorded_from_one_change_on() -> None:
    meeting = make.published_meeting(fully_recorded=True)  # changes 1 and 2
    make.published_meeting()
    found = [list(Meeting.objects.fully_recorded(known=n)) for n in (None, 1, 2, 3)]
    assert found == [[meeting], [], [meeting], [meeting]]
    assert meeting.is_fully_recorded


@pytest.mark.parametrize(
    ("date", "day", "is_past"),
    [
        ("2026-02-25", "2026-02-25", False),
        ("2026-02-25", "2026-02-26", True),
        ("2026", "2026-12-31", False),
        ("2026", "2027-01-01", True),
        ("soon", "9999-12-31", False),
    ],
)
def test_a_meeting_is_past_when_its_whole_date_is(date: str, day: str, is_past: bool) -> None:
    assert Meeting(date=make.date(date)).is_past(dt.date.fromisoformat(day)) is is_past


def test_meetings_are_listed_newest_first_and_undated_ones_last() -> None:
    for slug, date in (("a", "2025"), ("b", "soon"), ("c", "2026-02-25"), ("d", "2025")):
        make.make_meeting(slug=slug, date=date)
    assert list(Meeting.objects.values_list("slug", flat=True)) == ["c", "a", "d", "b"]
