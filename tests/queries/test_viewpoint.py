from __future__ import annotations

import datetime as dt

import pytest
from django.test import override_settings

from tests import make
from tracker.queries.viewpoint import Viewpoint, end_of_day, last_change_by

DAY = dt.date(2026, 11, 22)


def test_the_day_of_flags_is_the_day_asked_for() -> None:
    assert Viewpoint(today=DAY).day == DAY
    assert Viewpoint(today=DAY, as_of=dt.date(2025, 1, 1)).day == dt.date(2025, 1, 1)
    assert Viewpoint(today=DAY, known_at=dt.date(2025, 1, 1)).day == DAY


@pytest.mark.parametrize(
    ("moment", "column"),
    [
        (Viewpoint(today=DAY), "stage"),
        (Viewpoint(today=DAY, as_of=DAY), "at__stage"),
        (Viewpoint(today=DAY, known_at=DAY), "at__stage"),
    ],
)
def test_a_past_position_is_read_from_history(moment: Viewpoint, column: str) -> None:
    assert moment.column("stage") == column
    assert moment.is_past is (column != "stage")


@pytest.mark.django_db
def test_a_change_belongs_to_the_day_on_which_it_was_recorded() -> None:
    midnight = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    assert last_change_by(DAY) == 0
    make.published_meeting(now=midnight - dt.timedelta(microseconds=1))
    make.published_meeting(now=midnight)
    assert (last_change_by(DAY - dt.timedelta(days=1)), last_change_by(DAY)) == (0, 1)
    assert last_change_by(DAY + dt.timedelta(days=1)) == 2
    assert last_change_by(dt.date(9000, 1, 1)) == 2


@override_settings(TIME_ZONE="Asia/Seoul")
def test_a_day_ends_where_the_register_is() -> None:
    assert end_of_day(DAY).astimezone(dt.UTC) == dt.datetime(2026, 11, 22, 15, tzinfo=dt.UTC)
