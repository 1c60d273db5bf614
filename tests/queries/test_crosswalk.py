"""Our terms on other scales: every pair has its row."""

from __future__ import annotations

from itertools import product

import pytest

from tracker.models import Assessment, Stage
from tracker.queries.crosswalk import CROSSWALK, crosswalk_of


@pytest.mark.parametrize(
    ("stage", "assessment", "scales"),
    [
        ("announced", "not_assessed", ("−1", "Not yet rated", "Not Yet Rated", "Not Started")),
        ("negotiating", "delayed", ("0", "In progress", "In the Works", "Limited")),
        ("signed", "not_assessed", ("0", "In progress", "In the Works", "Substantial")),
        ("in_effect", "on_track", ("+1", "Kept", "Promise Kept", "Completed")),
        # A judgement that has a row goes before the stage.
        ("signed", "delivered_late", ("+1", "Kept", "Promise Kept", "Completed")),
        ("in_effect", "delivered_in_part", ("0", "Partially kept", "Compromise", "Substantial")),
        ("negotiating", "stalled", ("−1", "In progress", "Stalled", "Limited")),
        ("announced", "abandoned", ("−1", "Broken", "Promise Broken", "Withdrawn")),
        ("withdrawn", "not_assessed", ("−1", "Broken", "Promise Broken", "Withdrawn")),
        ("announced", "not_assessable", ("–", "Not rated", "–", "–")),
        ("superseded", "not_assessed", ("–", "Not rated", "–", "–")),
    ],
)
def test_rows(stage: str, assessment: str, scales: tuple[str, ...]) -> None:
    row = crosswalk_of(stage=stage, assessment=assessment)
    assert (row.g7, str(row.polimeter), row.politifact, row.ogp) == scales


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
