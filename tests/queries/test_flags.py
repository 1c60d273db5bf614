from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import override_settings

from tests import make
from tracker.actions.amend import amend
from tracker.actions.log.rebuild import rebuild
from tracker.models import Assessment, Commitment, Level, Stage
from tracker.models.positions import due_soon_until, quiet_since
from tracker.queries.flags import (
    QUERIES,
    flags_of,
    with_silence,
)
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import position_of, public_commitments
from tracker.schema.vocabulary import RULES, Flag

pytestmark = pytest.mark.django_db

NOW = make.NOW


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def on(text: str) -> Viewpoint:
    return Viewpoint(today=day(text))


def flags(commitment: Commitment, moment: Viewpoint) -> list[str]:
    """The flags by the row's rules, after seeing that SQL says the same."""
    rows = with_silence(public_commitments(moment), moment)
    row = rows.get(pk=commitment.pk)
    by_row = flags_of(row, moment)
    assert by_row == [flag for flag in Flag if rows.filter(QUERIES[flag](moment), pk=row.pk)]
    return [str(flag) for flag in by_row]


def test_each_flag_has_its_rule_in_words_and_as_sql() -> None:
    assert list(RULES) == list(QUERIES) == list(Flag)


# -- Overdue and due soon -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "last_day"),
    [("2026", "2026-12-31"), ("2026-12", "2026-12-31"), ("2026-12-30", "2026-12-30")],
)
def test_overdue_begins_on_the_day_after_the_last_day_of_the_target(
    target: str, last_day: str
) -> None:
    commitment = make.published_commitment(target=target)
    last = day(last_day)
    assert flags(commitment, Viewpoint(today=last - dt.timedelta(days=91))) == []
    assert flags(commitment, Viewpoint(today=last - dt.timedelta(days=90))) == ["due_soon"]
    assert flags(commitment, Viewpoint(today=last)) == ["due_soon"]
    assert flags(commitment, Viewpoint(today=last + dt.timedelta(days=1))) == ["overdue"]


def test_words_and_no_date_are_never_due() -> None:
    for target in ("at the earliest opportunity", None):
        commitment = make.published_commitment(target=target)
        assert flags(commitment, on("2026-12-31")) == []


@pytest.mark.parametrize(
    ("values", "is_open"),
    [
        *[({"stage": stage}, True) for stage in Stage.values[:6]],
        *[({"stage": stage}, False) for stage in Stage.values[6:]],
        *[({"assessment": a}, True) for a in ("not_assessed", "on_track", "delayed", "stalled")],
        *[({"assessment": a}, True) for a in ("delivered_in_part", "not_assessable")],
        *[({"assessment": a}, False) for a in ("delivered", "delivered_late", "abandoned")],
    ],
)
def test_only_what_is_open_is_overdue_or_due_soon_or_quiet(
    values: dict[str, str], is_open: bool
) -> None:
    meeting = make.published_meeting(date="2025-01-01")
    commitment = make.published_commitment(
        **values,
        instrument="dialogue",
        target="2026-03",
        happened="2025-01-01",
        meeting=meeting,
    )
    make.published_meeting(date="2025-12-01", fully_recorded=True)
    assert flags(commitment, on("2025-12-31")) == (["due_soon", "not_mentioned"] if is_open else [])
    assert flags(commitment, on("2026-04-01")) == (
        ["overdue", "quiet", "not_mentioned"] if is_open else []
    )


def test_a_slip_is_told_of_what_is_closed_too() -> None:
    commitment = make.published_commitment(happened="2025", target="2026-01")
    make.published_update(commitment, target="2026-06", stage="completed")
    assert flags(commitment, on("2026-11-22")) == ["slipped"]


def test_the_days_before_and_the_months_are_settings() -> None:
    with override_settings(DUE_SOON_DAYS=1, QUIET_AFTER_MONTHS=1):
        assert due_soon_until(day("2026-12-31")) == day("2027-01-01")
        assert quiet_since(day("2026-03-31")) == day("2026-02-28")
        commitment = make.published_commitment(happened="2026-10-22", target="2026-12")
        assert flags(commitment, on("2026-11-21")) == []
        assert flags(commitment, on("2026-11-22")) == ["quiet"]
        assert flags(commitment, on("2026-12-30")) == ["due_soon", "quiet"]


# -- Quiet --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("happened", "first_quiet_day"),
    [("2025-11-22", "2026-11-22"), ("2025-02", "2026-02-28"), ("2024", "2025-12-31")],
)
def test_quiet_begins_months_after_the_last_day_of_the_last_update(
    happened: str, first_quiet_day: str
) -> None:
    commitment = make.published_commitment(happened=happened)
    first = day(first_quiet_day)
    assert flags(commitment, Viewpoint(today=first - dt.timedelta(days=1))) == []
    assert flags(commitment, Viewpoint(today=first)) == ["quiet"]


# -- No information -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "later", "expected"),
    [
        ({}, None, True),
        ({"assessment": "delayed"}, None, False),
        ({}, {"happened": "2026-03-31"}, True),
        ({}, {"happened": "2026-04-01"}, False),
        ({"stage": "completed"}, None, False),
    ],
)
def test_no_information_is_silence_since_the_target(
    values: dict[str, Any], later: dict[str, Any] | None, expected: bool
) -> None:
    commitment = make.published_commitment(target="2026-03", **values)
    if later:
        make.published_update(commitment, **later)
    for today, holds in (("2026-03-31", False), ("2026-04-01", expected)):
        moment = on(today)
        row = public_commitments().get()
        assert position_of(row).has_no_information(moment.day) is holds
        assert (
            public_commitments().filter(Commitment.no_information_q(moment.day)).exists() is holds
        )


# -- Not mentioned ------------------------------------------------------------------------------

LATER: list[tuple[str, dict[str, Any], bool]] = [
    ("same rank, fully recorded", {}, True),
    ("higher level", {"level": Level.LEADERS}, True),
    ("lower level", {"level": Level.SENIOR_OFFICIALS}, False),
    ("not fully recorded", {"fully_recorded": False}, False),
    ("on the day of the mention", {"date": "2025-10-02"}, False),
    ("a month that begins before the mention", {"date": "2025-10"}, False),
    ("a month after it", {"date": "2025-11"}, True),
    ("on the day asked for", {"date": "2026-11-22"}, True),
    ("on the day after that", {"date": "2026-11-23"}, False),
    ("a month that is not over", {"date": "2026-11"}, False),
    ("before the mention", {"date": "2025-10-01"}, False),
]


@pytest.mark.parametrize(
    ("values", "is_not_mentioned"), [case[1:] for case in LATER], ids=[case[0] for case in LATER]
)
def test_what_a_later_meeting_must_be_for_its_silence_to_count(
    values: dict[str, Any], is_not_mentioned: bool
) -> None:
    first = make.published_meeting(date="2025-10-02", level=Level.MINISTERS, fully_recorded=True)
    commitment = make.published_commitment(happened="2025-10-02", meeting=first)
    make.published_meeting(**{"date": "2026-02-25", "fully_recorded": True} | values)
    assert ("not_mentioned" in flags(commitment, on("2026-11-22"))) is is_not_mentioned


def test_a_meeting_of_other_parties_drops_nothing() -> None:
    [canada, korea] = make.both_parties()
    japan = make.make_party(code="JPN")
    first = make.published_meeting(date="2025-10-02")
    commitment = make.published_commitment(happened="2025-10-02", meeting=first)
    for parties in ([canada], [canada, korea, japan], [canada, japan]):
        make.published_meeting(date="2026-01", parties=parties, fully_recorded=True)
    assert flags(commitment, on("2026-02-01")) == []
    make.published_meeting(date="2026-01", parties=[korea, canada], fully_recorded=True)
    assert flags(commitment, on("2026-02-01")) == ["not_mentioned"]


def test_a_mention_ends_it_and_an_update_outside_a_meeting_too() -> None:
    first = make.published_meeting(date="2025-10-02")
    commitment = make.published_commitment(happened="2025-10-02", meeting=first)
    second = make.published_meeting(date="2026-01-15", fully_recorded=True)
    assert flags(commitment, on("2026-02-01")) == ["not_mentioned"]
    make.published_update(commitment, happened="2026-01-15", meeting=second)
    assert flags(commitment, on("2026-02-01")) == []
    make.published_meeting(date="2026-03-01", fully_recorded=True)
    assert flags(commitment, on("2026-03-01")) == ["not_mentioned"]
    make.published_update(commitment, happened="2026-03-02")
    assert flags(commitment, on("2026-03-02")) == []


def test_what_no_meeting_ever_mentioned_is_not_missed() -> None:
    commitment = make.published_commitment(happened="2025-10-02")
    make.published_meeting(date="2026-01", fully_recorded=True)
    assert flags(commitment, on("2026-02-01")) == []


def test_not_mentioned_looks_back_in_time() -> None:
    first = make.published_meeting(date="2025-10-02", now=NOW)
    commitment = make.published_commitment(happened="2025-10-02", meeting=first, now=NOW)
    second = make.published_meeting(date="2026-01-15", now=NOW)
    later = NOW + dt.timedelta(days=3)
    make.mark_fully_recorded(second, now=later)
    today = later.date()
    for moment, expected in (
        (Viewpoint(today=today), ["quiet", "not_mentioned"]),
        (Viewpoint(today=today, as_of=day("2026-01-14")), []),
        (Viewpoint(today=today, as_of=day("2026-01-15")), ["not_mentioned"]),
        (Viewpoint(today=today, known_at=NOW.date()), ["quiet"]),
        (Viewpoint(today=today, known_at=today), ["quiet", "not_mentioned"]),
    ):
        assert flags(commitment, moment) == expected


def test_drafts_of_meetings_drop_nothing() -> None:
    first = make.published_meeting(date="2025-10-02")
    commitment = make.published_commitment(happened="2025-10-02", meeting=first)
    make.make_meeting(date="2026-01", parties_key="CAN-KOR")
    assert flags(commitment, on("2026-02-01")) == []


# -- Cadence ------------------------------------------------------------------------------------


def test_a_series_is_not_missed_before_it_is_due() -> None:
    """Met in October 2025, every two years: silence counts after 2 October 2027."""
    series = make.make_forum(cadence_months=24)
    first = make.published_meeting(date="2025-10-02", forum=series)
    commitment = make.published_commitment(happened="2025-10-02", meeting=first, series=series)
    ordinary = make.published_commitment(happened="2025-10-02", meeting=first)
    for date in ("2026-02-25", "2027-10-02"):
        make.published_meeting(date=date, fully_recorded=True)
        assert flags(commitment, on(date)) == []
        assert "not_mentioned" in flags(ordinary, on(date))
    make.published_meeting(date="2027-10-03", fully_recorded=True)
    assert flags(commitment, on("2027-10-03")) == ["not_mentioned"]
    assert flags(commitment, on("2027-10-02")) == []


def test_a_series_is_due_again_after_it_met_and_not_after_each_mention() -> None:
    series = make.make_forum(cadence_months=24)
    first = make.published_meeting(date="2023-10-02", forum=series)
    commitment = make.published_commitment(happened="2023-10-02", meeting=first, series=series)
    elsewhere = make.published_meeting(date="2025-09-01", level=Level.MINISTERS)
    make.published_update(commitment, happened="2025-09-01", meeting=elsewhere)
    make.published_meeting(date="2025-10-03", fully_recorded=True)
    assert flags(commitment, on("2025-10-03")) == ["not_mentioned"]


def test_a_series_with_a_later_target_is_not_missed_before_that() -> None:
    series = make.make_forum(cadence_months=24)
    first = make.published_meeting(date="2026-02-25", forum=series)
    commitment = make.published_commitment(
        happened="2026-02-25", meeting=first, series=series, target="2028"
    )
    make.published_meeting(date="2028-03-01", fully_recorded=True)
    assert flags(commitment, on("2028-03-01")) == []


def test_a_series_without_a_cadence_is_like_any_commitment() -> None:
    series = make.make_forum(cadence_months=None)
    first = make.published_meeting(date="2025-10-02", forum=series)
    commitment = make.published_commitment(happened="2025-10-02", meeting=first, series=series)
    make.published_meeting(date="2026-02-25", fully_recorded=True)
    assert flags(commitment, on("2026-02-25")) == ["not_mentioned"]


@pytest.mark.parametrize(
    ("cadence", "quiet_from"),
    [
        (None, "2026-10-02"),  # QUIET_AFTER_MONTHS alone
        (3, "2026-10-02"),  # the larger of the two
        (12, "2027-04-02"),  # the cadence and half of it again
        (24, "2028-10-02"),
        (36, "2030-04-02"),
    ],
)
@override_settings(QUIET_AFTER_MONTHS=12)
def test_quiet_heeds_the_cadence_of_the_forum_that_spoke_last(
    cadence: int | None, quiet_from: str
) -> None:
    forum = make.make_forum(cadence_months=cadence)
    meeting = make.published_meeting(date="2025-10-02", forum=forum)
    commitment = make.published_commitment(happened="2025-10-02", meeting=meeting)
    first = day(quiet_from)
    assert flags(commitment, Viewpoint(today=first - dt.timedelta(days=1))) == []
    assert flags(commitment, Viewpoint(today=first)) == ["quiet"]


@override_settings(QUIET_AFTER_MONTHS=12)
def test_quiet_heeds_the_cadence_of_the_series_before_that_of_the_last_mention() -> None:
    series, yearly = make.make_forum(cadence_months=24), make.make_forum(cadence_months=12)
    meeting = make.published_meeting(date="2025-10-02", forum=yearly)
    commitment = make.published_commitment(happened="2025-10-02", meeting=meeting, series=series)
    assert flags(commitment, on("2028-10-01")) == []
    assert flags(commitment, on("2028-10-02")) == ["quiet"]


@override_settings(QUIET_AFTER_MONTHS=12)
def test_an_update_outside_a_meeting_keeps_the_forum_of_the_last_mention() -> None:
    meeting = make.published_meeting(date="2025-10-02", forum=make.make_forum(cadence_months=24))
    commitment = make.published_commitment(happened="2025-10-02", meeting=meeting)
    make.published_update(commitment, happened="2026-01-02")
    assert flags(commitment, on("2029-01-01")) == []
    assert flags(commitment, on("2029-01-02")) == ["quiet"]


def test_amending_a_cadence_a_series_or_a_meetings_forum_counts_at_once() -> None:
    forum = make.make_forum(cadence_months=24)
    first = make.published_meeting(date="2025-10-02", forum=forum, now=NOW)
    commitment = make.published_commitment(happened="2025-10-02", meeting=first, now=NOW)
    make.published_meeting(date="2026-02-25", fully_recorded=True, now=NOW)
    today = on("2027-10-02")
    assert flags(commitment, today) == ["not_mentioned"]
    amend(forum, values={"cadence_months": 6}, now=NOW)
    assert flags(commitment, today) == ["quiet", "not_mentioned"]
    amend(first, values={"forum": None}, now=NOW)
    amend(forum, values={"cadence_months": 24}, now=NOW)
    assert flags(commitment, today) == ["quiet", "not_mentioned"]
    amend(first, values={"forum": forum}, now=NOW)
    assert flags(commitment, today) == ["not_mentioned"]
    amend(commitment, values={"series": forum}, now=NOW)
    assert flags(commitment, today) == []
    assert rebuild(now=NOW) == []


# -- Awaiting entry into force ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "instrument", "holds"),
    [
        ("signed", "agreement", True),
        ("concluded", "agreement", False),
        ("in_effect", "agreement", False),
        ("withdrawn", "agreement", False),
        ("signed", "arrangement", False),  # takes effect when signed
    ],
)
def test_a_signed_agreement_awaits_entry_into_force(
    stage: str, instrument: str, holds: bool
) -> None:
    commitment = make.published_commitment(stage=stage, instrument=instrument)
    expected = ["awaiting_entry_into_force"] if holds else []
    assert flags(commitment, on("2026-11-22")) == expected


def test_the_day_before_it_was_signed_it_awaited_nothing() -> None:
    commitment = make.published_commitment(
        stage="concluded", instrument="agreement", happened="2025-10-30"
    )
    make.published_update(commitment, stage="signed", happened="2026-02-25")
    today = day("2026-11-22")
    assert flags(commitment, Viewpoint(today=today)) == ["awaiting_entry_into_force"]
    assert flags(commitment, Viewpoint(today=today, as_of=day("2026-02-24"))) == []


def test_the_choices_of_open_and_closed_are_all_there() -> None:
    """A stage or assessment added later must be thought about here."""
    assert (len(Stage), len(Assessment)) == (10, 9)
