"""What the shipped register must say: the facts for which the project was ordered."""

from __future__ import annotations

import datetime as dt

import pytest

from tracker.models import Change, Commitment, Source, SourceKind, Stage
from tracker.queries.flags import QUERIES, Flag, has_no_information, with_silence
from tracker.queries.history import history
from tracker.queries.moments import Moment
from tracker.queries.search import matching
from tracker.queries.visibility import (
    position_of,
    public_commitments,
    public_meetings,
    public_notes,
    public_parties,
    public_sources,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped_register")]

AGREEMENT = "classified-information-agreement"
CYBER = "cyber-policy-consultations"
AIR_FORCE = "air-force-staff-talks-terms-of-reference"


def flagged(flag: Flag, moment: Moment) -> set[str]:
    visible = public_commitments(as_of=moment.as_of, known_at=moment.known_at)
    found = with_silence(visible, moment).filter(QUERIES[flag](moment))
    return set(found.values_list("slug", flat=True))


def stage(slug: str, as_of: str) -> str:
    row = public_commitments(as_of=dt.date.fromisoformat(as_of)).get(slug=slug)
    return position_of(row).stage


def test_it_holds_all_that_was_found() -> None:
    assert public_commitments().count() == 25
    assert public_meetings().count() == 12
    assert set(public_parties().values_list("code", flat=True)) == {"CAN", "KOR"}
    assert public_notes().count() == 1
    recorded = public_meetings().filter(fully_recorded_seq__isnull=False)
    assert set(recorded.values_list("slug", flat=True)) == {
        "2025-10-02-first-2plus2-director-general",
        "2026-02-25-second-2plus2-ministerial",
    }


def test_everything_is_marked_as_backfill() -> None:
    assert not Change.objects.filter(is_backfill=False).exists()


def test_exactly_two_are_not_mentioned(today: dt.date) -> None:
    silent = {
        "indo-pacific-dialogue",
        "energy-supply-chain-security",
    }
    assert flagged(Flag.NOT_MENTIONED, Moment(today=today)) == silent
    assert flagged(Flag.NOT_MENTIONED, Moment(today=dt.date(2026, 2, 25))) == silent
    assert flagged(Flag.NOT_MENTIONED, Moment(today=dt.date(2026, 2, 24))) == set()
    assert flagged(Flag.NOT_MENTIONED, Moment(today=today, as_of=dt.date(2026, 2, 24))) == set()
    assert flagged(Flag.NOT_MENTIONED, Moment(today=today, as_of=dt.date(2026, 2, 25))) == silent


def test_a_series_that_is_not_due_is_not_missed() -> None:
    """The Director-General meeting is next due in October 2027; the matrix shows the silence."""
    row = public_commitments().get(slug="biennial-director-general-2plus2")
    assert row.series is not None
    assert row.series.slug == "2plus2-director-general"
    assert row.silence_counts_after == dt.date(2027, 10, 2)


@pytest.mark.parametrize("day", ["2027-02-24", "2027-02-25", "2027-02-26", "2027-03-31"])
def test_they_do_not_turn_quiet_together_after_a_year(day: str) -> None:
    """Their forum meets every two years: silence of one year means nothing."""
    assert flagged(Flag.QUIET, Moment(today=dt.date.fromisoformat(day))) == set()


def test_cyber_is_overdue_for_want_of_information(today: dt.date) -> None:
    assert flagged(Flag.OVERDUE, Moment(today=today)) == {CYBER}
    row = public_commitments().get(slug=CYBER)
    assert (row.stage, row.assessment) == ("scheduled", "not_assessed")
    assert has_no_information(row, today)
    assert flagged(Flag.OVERDUE, Moment(today=dt.date(2026, 3, 31))) == set()
    assert flagged(Flag.OVERDUE, Moment(today=dt.date(2026, 4, 1))) == {CYBER}


@pytest.mark.parametrize("day", ["2026-02-25", "2026-06-30", "2026-11-22", "2026-12-31"])
def test_a_target_of_2026_is_not_overdue_in_2026(day: str) -> None:
    assert AIR_FORCE not in flagged(Flag.OVERDUE, Moment(today=dt.date.fromisoformat(day)))


def test_a_target_of_2026_is_overdue_on_new_years_day() -> None:
    assert flagged(Flag.OVERDUE, Moment(today=dt.date(2027, 1, 1))) == {CYBER, AIR_FORCE}


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2023-04-01", "announced"),
        ("2024-10-31", "announced"),
        ("2024-12-01", "negotiating"),
        ("2025-10-29", "negotiating"),
        ("2025-11-01", "concluded"),
        ("2026-02-24", "concluded"),
        ("2026-02-25", "signed"),
        ("2026-11-22", "signed"),
    ],
)
def test_the_agreement_stood_where_it_stood(as_of: str, expected: str) -> None:
    assert stage(AGREEMENT, as_of) == expected


def test_the_agreement_is_nowhere_in_force() -> None:
    agreement = Commitment.objects.get(slug=AGREEMENT)
    assert not agreement.is_delivered
    assert not agreement.updates.filter(stage=Stage.IN_EFFECT).exists()
    assert not agreement.standings.filter(stage=Stage.IN_EFFECT).exists()


def test_nothing_stood_anywhere_before_it_was_said() -> None:
    before = public_commitments(as_of=dt.date(2023, 3, 31))
    assert not before.exists()
    assert public_commitments(as_of=dt.date(2025, 10, 1)).count() == 2
    assert not public_commitments(known_at=dt.date(2026, 11, 21)).exists()
    assert public_commitments(known_at=dt.date(2026, 11, 22)).count() == 25


MOVEMENTS = [
    (AGREEMENT, [["new"], ["advanced"], ["restated"], ["advanced"], ["advanced"]]),
    # A reaffirmation that adds a date binds more.
    ("biennial-2plus2-ministerial", [["new"], ["restated"], ["strengthened"]]),
    ("multilateral-cooperation-and-nato", [["new"], ["weakened"]]),
    ("space-security-dialogue", [["new"], ["restated"], ["weakened"]]),
    ("hybrid-threats-and-information-manipulation", [["new"], ["restated"], ["weakened"]]),
    ("defence-industry-cooperation", [["new"], ["restated"], ["weakened"]]),
    ("security-and-defence-cooperation", [["new"], ["restated"], ["restated"]]),
    ("second-2plus2-ministerial", [["new"], ["delivered"]]),
    ("sdcp-launch", [["new"], ["restated"]]),
    (CYBER, [["new"], ["advanced", "strengthened", "renamed"]]),
]


@pytest.mark.parametrize(("slug", "expected"), MOVEMENTS)
def test_each_meeting_moved_it_as_described(slug: str, expected: list[list[str]]) -> None:
    told = history(Commitment.objects.get(slug=slug))
    assert [[str(m) for m in step.movements] for step in told.steps] == expected
    assert told.revised == []


def test_what_is_not_discrete_is_not_assessable() -> None:
    found = public_commitments().filter(assessment="not_assessable")
    assert set(found.values_list("slug", flat=True)) == {
        "security-and-defence-cooperation",
        "bilateral-and-multilateral-exercises",
    }


def test_the_analysts_note_is_shown_and_no_stage_rests_on_it() -> None:
    note = public_notes().get()
    assert note.source is not None
    assert note.source.kind == SourceKind.ANALYST_NOTE
    assert not note.source.citations.exists()


def test_every_update_has_a_source_and_every_source_something_that_rests_on_it() -> None:
    for update in Commitment.objects.get(slug=AGREEMENT).updates.all():
        assert update.citations.exists()
    assert set(public_sources()) == set(Source.objects.all())


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("GSOMIA", AGREEMENT),
        ("gsoia", AGREEMENT),
        ("General Security of Information", AGREEMENT),
        ("Agreement on the Protection of Military and Defence Classified Information", AGREEMENT),
        ('"general security of information agreement"', AGREEMENT),
        ("사이버정책협의회", CYBER),
        ("사이버정책", CYBER),
        ("cyber policy dialogue", CYBER),
        ("CAN-KOR-2025-009", CYBER),
    ],
)
def test_each_name_finds_the_one_commitment(words: str, slug: str) -> None:
    found = public_commitments().filter(matching(words))
    assert list(found.values_list("slug", flat=True)) == [slug]


def test_the_dialogue_that_became_consultations_is_renamed() -> None:
    steps = history(public_commitments().get(slug=CYBER)).steps
    assert ["renamed" in step.movements for step in steps] == [False, True]
    line = Change.objects.get(update=steps[-1].update)
    assert "renamed" in line.payload["movement"]
