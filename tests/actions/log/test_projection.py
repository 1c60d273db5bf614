"""Positions and standings that a sequence of updates leads to, and their rebuilding."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import make
from tests.stored import stored_rows
from tracker.actions.aliases import publish_aliases
from tracker.actions.amend import amend
from tracker.actions.correct import retract_commitment, retract_update
from tracker.actions.log.rebuild import rebuild
from tracker.models import (
    LAST_DAY,
    NO_END,
    Commitment,
    Level,
    LogHead,
    Position,
    SearchDocument,
    Standing,
)

pytestmark = pytest.mark.django_db

NOW = make.NOW
DAY = dt.timedelta(days=1)


def told(position: Position) -> dict[str, Any]:
    """A position, without what is empty."""
    values = {
        "stage": position.stage,
        "assessment": position.assessment if position.assessment != "not_assessed" else "",
        "firmness": position.firmness,
        "target": position.target.stored if position.target else "",
        "slipped": position.has_slipped,
        "until": position.last_update_day.isoformat() if position.last_update_day else "",
        "level": position.mention_level,
        "parties": position.mention_parties_key,
    }
    return {name: value for name, value in values.items() if value}


def periods(commitment: Commitment) -> list[tuple[str, str, str]]:
    """What holds today, period by period."""
    rows = commitment.standings.filter(known_to=NO_END).order_by("valid_from")
    return [(s.valid_from.isoformat(), s.valid_to.isoformat(), s.stage) for s in rows]


SEQUENCES: list[tuple[str, list[dict[str, Any]], dict[str, Any]]] = [
    (
        "what an update does not say stays as it was",
        [
            {"happened": "2025", "firmness": "firm", "target": "2027"},
            {"happened": "2026-02-25", "stage": "signed"},
        ],
        {"stage": "signed", "firmness": "firm", "target": "2027", "until": "2026-02-25"},
    ),
    (
        "a later target is a slip",
        [{"happened": "2025", "target": "2026"}, {"happened": "2026-02-25", "target": "2027-03"}],
        {"stage": "announced", "target": "2027-03", "slipped": True, "until": "2026-02-25"},
    ),
    (
        "a target back at its first date is none",
        [
            {"happened": "2025-01-01", "target": "2026"},
            {"happened": "2025-02-01", "target": "2027"},
            {"happened": "2025-03-01", "target": "2026"},
        ],
        {"stage": "announced", "target": "2026", "until": "2025-03-01"},
    ),
    (
        "an earlier target is none, and later than that is one",
        [
            {"happened": "2025-01-01", "target": "2028"},
            {"happened": "2025-02-01", "target": "2026"},
            {"happened": "2025-03-01", "target": "2027"},
        ],
        {"stage": "announced", "target": "2027", "slipped": True, "until": "2025-03-01"},
    ),
    (
        "words for a target are no slip",
        [{"happened": "2025", "target": "2025"}, {"happened": "2026-02-25", "target": "soon"}],
        {"stage": "announced", "target": '"soon"', "until": "2026-02-25"},
    ),
    (
        "an older update told later does not move the present",
        [
            {"happened": "2026-02-25", "stage": "signed"},
            {"happened": "2025-10-02", "stage": "negotiating"},
        ],
        {"stage": "signed", "until": "2026-02-25"},
    ),
    (
        "the end of the longest date is the day up to which something is known",
        [{"happened": "2026"}, {"happened": "2026-02-25", "stage": "signed"}],
        {"stage": "signed", "until": "2026-12-31"},
    ),
    (
        "on one day the number decides",
        [{"happened": "2026-02-25"}, {"happened": "2026-02-25", "stage": "signed"}],
        {"stage": "signed", "until": "2026-02-25"},
    ),
]


@pytest.mark.parametrize(
    ("updates", "position"), [case[1:] for case in SEQUENCES], ids=[case[0] for case in SEQUENCES]
)
def test_updates_lead_to_a_position(
    updates: list[dict[str, Any]], position: dict[str, Any]
) -> None:
    commitment = make.published_commitment(**updates[0])
    for update in updates[1:]:
        make.published_update(commitment, **update)
    assert told(Commitment.objects.get()) == position


def test_a_mention_is_the_newest_updates_at_a_meeting() -> None:
    high = make.published_meeting(level=Level.LEADERS, date="2025-10-30")
    japan = make.make_party(code="JPN")
    three = make.published_meeting(
        level=Level.MINISTERS, date="2026-02-25", parties=[*make.both_parties(), japan]
    )
    commitment = make.published_commitment(happened="2025-10-30", meeting=high)
    make.published_update(commitment, happened="2025-12")
    stored = told(Commitment.objects.get())
    assert (stored["level"], stored["parties"], stored["until"]) == (4, "CAN-KOR", "2025-12-31")
    make.published_update(commitment, happened="2026-02-25", meeting=three)
    stored = told(Commitment.objects.get())
    assert (stored["level"], stored["parties"]) == (3, "CAN-JPN-KOR")


def test_one_partys_step_moves_only_target_and_firmness() -> None:
    commitment = make.published_commitment(happened="2025", target="2026")
    step = {"party": make.both_parties()[0], "stage": "in_effect", "assessment": "delivered"}
    make.published_update(commitment, happened="2026-02-25", target="2027", **step)
    assert told(Commitment.objects.get()) == {
        "stage": "announced",
        "target": "2027",
        "slipped": True,
        "until": "2026-02-25",
    }


def test_periods_follow_one_another() -> None:
    commitment = make.published_commitment(happened="2025-10")
    make.published_update(commitment, happened="2026-02-25", stage="signed")
    make.published_update(commitment, happened="2026-02-25", stage="in_effect")
    make.published_update(commitment, happened="2025-12-01", stage="negotiating")
    assert periods(commitment) == [
        ("2025-10-01", "2025-12-01", "announced"),
        ("2025-12-01", "2026-02-25", "negotiating"),
        ("2026-02-25", LAST_DAY.isoformat(), "in_effect"),
    ]


def test_what_is_no_longer_known_ends_with_the_change_that_ends_it() -> None:
    commitment = make.published_commitment(happened="2025-10-02")
    wrong = make.published_update(commitment, happened="2026-02-25", stage="in_effect")
    make.published_correction(wrong, stage="signed")
    rows = Standing.objects.order_by("known_from", "valid_from")
    end = LAST_DAY.isoformat()
    assert [
        (s.valid_from.isoformat(), s.valid_to.isoformat(), s.stage, s.known_from, s.known_to)
        for s in rows
    ] == [
        ("2025-10-02", end, "announced", 2, 3),
        ("2025-10-02", "2026-02-25", "announced", 3, NO_END),
        ("2026-02-25", end, "in_effect", 3, 4),
        ("2026-02-25", end, "signed", 4, NO_END),
    ]


# -- Rebuilding ---------------------------------------------------------------------------------


def eventful() -> Commitment:
    commitment = make.published_commitment(reference="CAN-KOR-2030-001", happened="2025-10-02")
    second = make.published_update(commitment, stage="signed", target="2027")
    make.published_correction(second, stage="concluded")
    third = make.published_update(commitment, happened="2026-03", target="2028")
    retract_update(third, reason="Wrong.", now=NOW)
    publish_aliases(commitment, [make.make_alias(commitment, name="GSOMIA")], now=NOW + DAY)
    amend(commitment, values={"title": "Treaty"}, now=NOW + 2 * DAY)
    gone = make.published_commitment(now=NOW + 2 * DAY)
    retract_commitment(gone, reason="It was never said.", now=NOW + 2 * DAY)
    make.make_update(commitment=commitment)
    make.make_commitment()
    return Commitment.objects.get(pk=commitment.pk)


def test_a_rebuild_changes_nothing() -> None:
    eventful()
    before = stored_rows()
    assert rebuild(now=NOW) == []
    assert stored_rows() == before


def test_a_rebuild_after_a_note_changes_nothing() -> None:
    make.published_note(commitment=eventful(), now=NOW + 3 * DAY)
    assert rebuild(now=NOW) == []


def damage_position(commitment: Commitment) -> None:
    Commitment.objects.filter(pk=commitment.pk).update(stage="signed", target="", firmness="firm")


def damage_last_change(commitment: Commitment) -> None:
    Commitment.objects.filter(pk=commitment.pk).update(last_change_seq=1)


def damage_standings(commitment: Commitment) -> None:
    commitment.standings.filter(known_to=NO_END).update(stage="signed")


def lose_standings(commitment: Commitment) -> None:
    commitment.standings.all().delete()


def damage_target_days(commitment: Commitment) -> None:
    Commitment.objects.filter(pk=commitment.pk).update(target_last_day=dt.date(1999, 1, 1))


def damage_days_of_standings(commitment: Commitment) -> None:
    commitment.standings.update(target_first_day=dt.date(1999, 1, 1))


def damage_search(commitment: Commitment) -> None:
    SearchDocument.objects.filter(commitment=commitment).update(text="x")


def lose_search(commitment: Commitment) -> None:
    SearchDocument.objects.filter(commitment=commitment).delete()


@pytest.mark.parametrize(
    "damage",
    [
        damage_position,
        damage_last_change,
        damage_standings,
        lose_standings,
        damage_target_days,
        damage_days_of_standings,
        damage_search,
        lose_search,
    ],
)
def test_a_rebuild_puts_damage_right_and_names_it(damage: Any) -> None:
    commitment = eventful()
    before = comparable()
    damage(commitment)
    assert comparable() != before
    assert rebuild(now=NOW) == ["CAN-KOR-2030-001"]
    assert comparable() == before
    assert rebuild(now=NOW) == []


def test_a_rebuild_clears_what_belongs_to_a_draft() -> None:
    draft = make.make_update().commitment
    SearchDocument.objects.create(commitment=draft, names="leak", text="leak")
    assert rebuild(now=NOW) == []
    assert not SearchDocument.objects.exists()


def comparable() -> Any:
    """Every row; standings, which a rebuild makes anew, without their keys.

    The head counts such repairs, so it is left out.
    """
    rows = {model: kept for model, kept in stored_rows().items() if model is not LogHead}
    rows[Standing] = sorted((row[1:] for row in rows[Standing]), key=repr)
    key = [f.name for f in Standing._meta.local_concrete_fields].index("id")
    assert key == 0
    return rows
