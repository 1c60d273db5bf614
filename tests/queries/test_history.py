from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from tracker.actions.aliases import publish_aliases
from tracker.actions.amend import add_evidence
from tracker.actions.correct import retract_update
from tracker.actions.review.publish import publish_draft
from tracker.lib.partial_dates import PartialDate
from tracker.models import Change, Commitment, StatusUpdate
from tracker.queries.history import Wording, history, movements
from tracker.queries.lists.bulk import update_chunks
from tracker.queries.log.change_summary import title_of
from tracker.queries.records.meeting import outcomes
from tracker.queries.records.meeting_steps import chapters
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_commitments
from tracker.schema.vocabulary import Movement

pytestmark = pytest.mark.django_db

NOW = make.NOW
DAY = dt.timedelta(days=1)


def wording(
    stage: str = "announced", assessment: str = "not_assessed", firmness: str = "", target: str = ""
) -> Wording:
    return Wording(stage, assessment, firmness, make.date(target) if target else None)


CASES: list[tuple[Wording | None, Wording, list[str]]] = [
    (None, wording(), ["new"]),
    (None, wording("completed"), ["new"]),
    (wording(), wording(), ["restated"]),
    # -- Stages
    (wording("announced"), wording("preparing"), ["advanced"]),
    (wording("announced"), wording("signed"), ["advanced"]),
    (wording("signed"), wording("negotiating"), ["set_back"]),
    (wording("signed"), wording("in_effect"), ["delivered"]),
    (wording("scheduled"), wording("completed"), ["delivered"]),
    (wording("in_effect"), wording("completed"), ["advanced"]),
    (wording("completed"), wording("in_effect"), ["set_back"]),
    (wording("in_effect"), wording("signed"), ["set_back"]),
    (wording("signed"), wording("withdrawn"), ["set_back"]),
    (wording("signed"), wording("superseded"), ["restated"]),
    (wording("withdrawn"), wording("negotiating"), ["advanced"]),
    (wording("superseded"), wording("announced"), ["advanced"]),
    # -- Assessments
    (wording(), wording(assessment="delivered"), ["delivered"]),
    (wording(), wording(assessment="delivered_late"), ["delivered"]),
    (wording(), wording(assessment="delivered_in_part"), ["restated"]),
    (wording("in_effect"), wording("in_effect", "delivered"), ["restated"]),
    # -- Firmness
    (wording(firmness="intent"), wording(firmness="firm"), ["strengthened"]),
    (wording(firmness="firm"), wording(firmness="aspiration"), ["weakened"]),
    (wording(), wording(firmness="aspiration"), ["restated"]),
    (wording(firmness="firm"), wording(), ["restated"]),
    # -- Targets
    (wording(), wording(target="2028"), ["strengthened"]),
    (wording(target="soon"), wording(target="2028"), ["strengthened"]),
    (wording(), wording(target="soon"), ["restated"]),
    (wording(target="2028"), wording(target="2028-06"), ["strengthened"]),
    (wording(target="2028-06"), wording(target="2028-06-30"), ["strengthened"]),
    (wording(target="2028-06"), wording(target="2028"), ["rescheduled"]),
    (wording(target="2028"), wording(target="2029"), ["rescheduled"]),
    (wording(target="2028"), wording(target="2027"), ["rescheduled"]),
    (wording(target="2028"), wording(target="soon"), ["restated"]),
    (wording(target="2028"), wording(target="2028"), ["restated"]),
    # -- Several at once, in the order in which they are told
    (
        wording("announced", firmness="firm", target="2027"),
        wording("preparing", firmness="intent", target="2028"),
        ["advanced", "rescheduled", "weakened"],
    ),
    (
        wording("signed", firmness="intent", target="2027"),
        wording("announced", firmness="firm", target="2027-03"),
        ["set_back", "strengthened"],
    ),
    (
        wording("scheduled", target="2026-03"),
        wording("completed", "delivered_late", target="2026-04"),
        ["delivered", "rescheduled"],
    ),
]


@pytest.mark.parametrize(("before", "after", "expected"), CASES)
def test_movement_is_what_changed(
    before: Wording | None, after: Wording, expected: list[str]
) -> None:
    assert [str(m) for m in movements(before, after)] == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "mentioned"),
        ({"assessment": "on_track"}, "mentioned"),
        ({"firmness": "firm"}, "restated"),
        ({"target": "2028"}, "restated"),
        ({"firmness": "firm", "target": "2028"}, "restated"),
        ({"firmness": "intent"}, "weakened"),
        ({"stage": "signed"}, "advanced"),
    ],
)
def test_only_an_update_that_says_how_it_is_worded_restates_it(
    said: dict[str, str], expected: str
) -> None:
    commitment = make.published_commitment(happened="2025", firmness="firm", target="2028")
    make.published_update(commitment, happened="2026", **said)
    assert [str(m) for m in history(commitment).steps[-1].movements] == [expected]
    line = Change.objects.get(update__number=2)
    assert line.payload["movement"] == [expected]


def test_the_same_target_in_other_words_is_no_movement() -> None:
    before = Wording("announced", "not_assessed", "", PartialDate(2028))
    after = Wording("announced", "not_assessed", "", PartialDate(2028, words="in 2028"))
    assert movements(before, after) == [Movement.RESTATED]


# -- The story of one commitment -----------------------------------------------------------------


def test_the_story_is_told_in_the_order_of_events() -> None:
    commitment = make.published_commitment(happened="2025", firmness="firm")
    make.published_update(commitment, happened="2026-02-25", stage="signed")
    make.published_update(commitment, happened="2025-10", stage="negotiating")
    told = history(commitment)
    assert [
        (s.update.number, s.after.stage, [str(m) for m in s.movements]) for s in told.steps
    ] == [
        (1, "announced", ["new"]),
        (3, "negotiating", ["advanced"]),
        (2, "signed", ["advanced"]),
    ]
    assert {s.after.firmness for s in told.steps[1:]} == {"firm"}
    assert [s.before for s in told.steps] == [None, *[s.after for s in told.steps[:-1]]]


def test_a_correction_is_told_as_one_beside_what_it_moved() -> None:
    commitment = make.published_commitment(happened="2025")
    wrong = make.published_update(commitment, stage="in_effect")
    make.published_correction(wrong, stage="signed")
    gone = make.published_update(commitment, stage="withdrawn")
    retract_update(gone, reason="Wrong.", now=NOW)
    told = history(commitment)
    assert [[str(m) for m in s.movements] for s in told.steps] == [
        ["new"],
        ["corrected", "advanced"],
    ]
    assert [u.number for u in told.revised] == [2, 4]


def test_one_partys_step_leaves_what_all_have_done() -> None:
    commitment = make.published_commitment(happened="2025", stage="signed")
    make.published_update(commitment, party=make.both_parties()[0], stage="in_effect")
    step = history(commitment).steps[-1]
    assert (step.after.stage, step.movements) == ("signed", [Movement.MENTIONED])


def test_the_story_as_of_a_day_ends_there() -> None:
    commitment = make.published_commitment(happened="2025-10")
    make.published_update(commitment, happened="2026-02-25")
    numbers = {
        day: [
            s.update.number
            for s in history(commitment, Viewpoint(NOW.date(), dt.date.fromisoformat(day))).steps
        ]
        for day in ("2025-09-30", "2025-10-01", "2026-02-24", "2026-02-25")
    }
    assert numbers == {
        "2025-09-30": [],
        "2025-10-01": [1],
        "2026-02-24": [1],
        "2026-02-25": [1, 2],
    }


def test_the_story_as_known_on_a_day_is_the_story_told_then() -> None:
    commitment = make.published_commitment(happened="2025", now=NOW)
    wrong = make.published_update(commitment, stage="in_effect", now=NOW + DAY)
    add_evidence(make.make_citation(wrong, save=False), now=NOW + 2 * DAY)
    make.published_correction(wrong, stage="signed", now=NOW + 3 * DAY)
    known = [
        history(commitment, Viewpoint(NOW.date(), known_at=(NOW + days * DAY).date()))
        for days in (-1, 0, 1, 2, 3)
    ]
    assert [
        [(s.update.number, len(s.update.citations.all())) for s in told.steps] for told in known
    ] == [[], [(1, 1)], [(1, 1), (2, 1)], [(1, 1), (2, 2)], [(1, 1), (3, 1)]]
    assert [[u.number for u in told.revised] for told in known] == [[], [], [], [], [2]]


def test_a_longer_story_takes_no_more_queries() -> None:
    commitment = make.published_commitment(happened="2025")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            [s.update.citations.all()[0].source.title for s in history(commitment).steps]
        counts.append(len(queries))
        for _ in range(3):
            make.published_update(commitment, meeting=make.published_meeting())
    assert counts == [2, 2]


def test_an_update_that_comes_with_a_new_name_renames(db: None) -> None:
    """On the page of the commitment, in the matrix, at the meeting, in the log and in the API."""
    first, second = (make.published_meeting(date=day) for day in ("2025-10-02", "2026-02-25"))
    dialogue = make.published_commitment(
        title="Cyber Policy Dialogue", happened="2025-10-02", meeting=first
    )
    update = make.make_update(commitment=dialogue, happened="2026-02-25", meeting=second)
    make.make_alias(dialogue, name="Cyber Policy Consultations", update=update)
    lines = publish_draft(update, now=make.NOW, by=None)
    assert lines[0].payload["movement"] == ["renamed"]
    assert title_of(lines[0]).startswith("Cyber Policy Dialogue: Announced (renamed)")
    moment = Viewpoint(make.NOW.date())
    assert [s.movements for s in history(dialogue).steps] == [[Movement.NEW], [Movement.RENAMED]]
    assert [o.movement for o in outcomes(second, moment)] == [Movement.RENAMED]
    told = chapters([dialogue.pk], [second.pk], moment)[dialogue.pk]
    assert [step.movements for step in told] == [[Movement.RENAMED]]
    [chunk] = update_chunks(public_commitments(), moment)
    assert [one["movement"] for one in chunk] == [["new"], ["renamed"]]
    # A correction of that update still comes with the name.
    make.published_correction(StatusUpdate.objects.get(pk=update.pk), stage="scheduled")
    assert history(dialogue).steps[-1].movements == [
        *(Movement.CORRECTED, Movement.ADVANCED, Movement.RENAMED)
    ]


def test_a_name_that_was_public_before_renames_nothing(db: None) -> None:
    dialogue = make.published_commitment(happened="2025-10-02")
    publish_aliases(dialogue, [make.make_alias(dialogue, name="Consultations")], now=make.NOW)
    update = make.make_update(commitment=dialogue, happened="2026-02-25")
    make.make_alias(dialogue, name="Consultations", language="fr", update=update)
    publish_draft(update, now=make.NOW, by=None)
    assert Movement.RENAMED not in history(dialogue).steps[-1].movements


def test_the_names_of_the_first_update_rename_nothing(db: None) -> None:
    dialogue = make.make_commitment()
    update = make.make_update(commitment=dialogue)
    make.make_alias(dialogue, name="Consultations", update=update)
    publish_draft(dialogue, update, now=make.NOW, by=None)
    dialogue = Commitment.objects.get(pk=dialogue.pk)
    assert [s.movements for s in history(dialogue).steps] == [[Movement.NEW]]
