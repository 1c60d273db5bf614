"""The two sentences of the headline count what they say they count."""

from __future__ import annotations

import pytest

from tracker.models import Assessment
from tracker.queries.lists.headline import Headline


def headline(
    *, total: int = 25, assessments: dict[str, int] | None = None, **figures: int
) -> Headline:
    none = dict.fromkeys(("delivered", "overdue", "no_information", "not_mentioned"), 0)
    judged = {Assessment(name): number for name, number in (assessments or {}).items()}
    return Headline(total=total, stages={}, assessments=judged, **none | figures)


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ({}, "25 commitments."),
        ({"total": 1, "delivered": 1}, "1 commitment: 1 delivered."),
        ({"overdue": 1}, "25 commitments: 1 overdue."),
        ({"overdue": 2, "no_information": 2}, "25 commitments: 2 overdue with no information."),
        (
            {"overdue": 3, "no_information": 1},
            "25 commitments: 3 overdue (1 with no information).",
        ),
        (
            {"delivered": 2, "overdue": 1, "not_mentioned": 2},
            "25 commitments: 2 delivered, 1 overdue, 2 left out of a later statement of their "
            "parties.",
        ),
        (
            {"not_mentioned": 1},
            "25 commitments: 1 left out of a later statement of its parties.",
        ),
    ],
)
def test_the_sentence_leaves_zeros_out(figures: dict[str, int], sentence: str) -> None:
    assert headline(**figures).sentence == sentence


@pytest.mark.parametrize(
    ("total", "assessments", "judged", "sentence"),
    [
        (25, {}, 0, "We have not judged any of the 25."),
        (1, {}, 0, "We have not judged it."),
        # What is too vague to judge is not judged.
        (
            25,
            {"not_assessable": 2},
            0,
            "We have not judged any of the 25. Two are too vague to judge.",
        ),
        (
            25,
            {"delivered": 2, "not_assessable": 2},
            2,
            "We have judged 2 of 25: both delivered. Two more are too vague to judge.",
        ),
        (
            25,
            {"stalled": 1, "not_assessable": 1},
            1,
            "We have judged 1 of 25: stalled. One more is too vague to judge.",
        ),
        (25, {"on_track": 3}, 3, "We have judged 3 of 25: all on track."),
        (
            25,
            {"delivered": 2, "stalled": 1, "not_assessable": 12},
            3,
            "We have judged 3 of 25: 2 delivered, 1 stalled. 12 more are too vague to judge.",
        ),
    ],
)
def test_the_judgement_counts_apart_what_is_too_vague(
    total: int, assessments: dict[str, int], judged: int, sentence: str
) -> None:
    told = headline(total=total, assessments=assessments)
    assert told.judged == judged
    assert told.judgement == sentence
