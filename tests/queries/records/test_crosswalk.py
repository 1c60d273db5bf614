"""Our terms on other scales: every pair has its row."""

from __future__ import annotations

from itertools import product

import pytest

from tracker.models import Assessment, Stage
from tracker.queries.records.crosswalk import CROSSWALK, crosswalk_of

NOT_RATED = ("Not rated", "Not rated", "Not rated", "Not rated")


@pytest.mark.parametrize("stage", Stage.values)
@pytest.mark.parametrize("assessment", ["not_assessed", "not_assessable"])
def test_where_nobody_has_judged_there_is_nothing_to_translate(stage: str, assessment: str) -> None:
    """Neither G7 -1 nor "Not Started" for what was announced and not assessed."""
    assert scales(stage, assessment) == NOT_RATED


@pytest.mark.parametrize(
    ("stage", "assessment", "expected"),
    [
        ("announced", "on_track", ("0", "In progress", "In the Works", "Not Started")),
        ("negotiating", "delayed", ("0", "In progress", "In the Works", "Limited")),
        ("signed", "on_track", ("0", "In progress", "In the Works", "Substantial")),
        ("in_effect", "on_track", ("+1", "Kept", "Promise Kept", "Completed")),
        # A judgement that says how it ended goes before the stage.
        ("signed", "delivered_late", ("+1", "Kept", "Promise Kept", "Completed")),
        ("in_effect", "delivered_in_part", ("0", "Partially kept", "Compromise", "Substantial")),
        ("negotiating", "stalled", ("−1", "In progress", "Stalled", "Limited")),
        ("announced", "abandoned", ("−1", "Broken", "Promise Broken", "Withdrawn")),
        ("superseded", "on_track", NOT_RATED),
    ],
)
def test_rows(stage: str, assessment: str, expected: tuple[str, ...]) -> None:
    assert scales(stage, assessment) == expected


def scales(stage: str, assessment: str) -> tuple[str, ...]:
    row = crosswalk_of(stage=stage, assessment=assessment)
    return (str(row.g7), str(row.polimeter), str(row.politifact), str(row.ogp))


def test_every_pair_has_a_row_and_every_row_a_pair() -> None:
    found = {
        crosswalk_of(stage=stage, assessment=assessment)
        for stage, assessment in product(Stage, Assessment)
    }
    assert found == set(CROSSWALK)


def test_no_term_is_in_two_rows() -> None:
    terms = [term for row in CROSSWALK for term in (*row.stages, *row.assessments)]
    assert len(terms) == len(set(terms))
    assert {term for term in terms if term in set(Stage)} == set(Stage)
