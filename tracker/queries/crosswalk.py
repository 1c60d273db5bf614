"""Our stages and assessments on the scales of others: an approximation, for who knows those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from tracker.models import Assessment, Stage


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """One state of ours on the scales of others, and what puts a commitment into it.

    The scales: compliance of the G7 Research Group, Polimeter, PolitiFact's promise meter, and
    completion in the Open Government Partnership.
    """

    state: Any
    g7: str
    polimeter: Any
    politifact: str
    ogp: str
    stages: tuple[Stage, ...] = ()
    assessments: tuple[Assessment, ...] = ()


CROSSWALK = (
    Crosswalk(
        _("Announced"),
        "−1",
        _("Not yet rated"),
        "Not Yet Rated",
        "Not Started",
        stages=(Stage.ANNOUNCED,),
    ),
    Crosswalk(
        _("Preparing, negotiating, scheduled"),
        "0",
        _("In progress"),
        "In the Works",
        "Limited",
        stages=(Stage.PREPARING, Stage.NEGOTIATING, Stage.SCHEDULED),
    ),
    Crosswalk(
        _("Concluded, signed"),
        "0",
        _("In progress"),
        "In the Works",
        "Substantial",
        stages=(Stage.CONCLUDED, Stage.SIGNED),
    ),
    Crosswalk(
        _("In effect, completed; delivered"),
        "+1",
        _("Kept"),
        "Promise Kept",
        "Completed",
        stages=(Stage.IN_EFFECT, Stage.COMPLETED),
        assessments=(Assessment.DELIVERED, Assessment.DELIVERED_LATE),
    ),
    Crosswalk(
        _("Delivered in part"),
        "0",
        _("Partially kept"),
        "Compromise",
        "Substantial",
        assessments=(Assessment.DELIVERED_IN_PART,),
    ),
    Crosswalk(
        _("Stalled"),
        "−1",
        _("In progress"),
        "Stalled",
        "Limited",
        assessments=(Assessment.STALLED,),
    ),
    Crosswalk(
        _("Abandoned, withdrawn"),
        "−1",
        _("Broken"),
        "Promise Broken",
        "Withdrawn",
        stages=(Stage.WITHDRAWN,),
        assessments=(Assessment.ABANDONED,),
    ),
    Crosswalk(
        _("Not assessable"),
        "–",
        _("Not rated"),
        "–",
        "–",
        assessments=(Assessment.NOT_ASSESSABLE,),
    ),
    Crosswalk(
        _("Superseded"),
        "–",
        _("Not rated"),
        "–",
        "–",
        stages=(Stage.SUPERSEDED,),
    ),
)
_BY_ASSESSMENT = {value: row for row in CROSSWALK for value in row.assessments}
_BY_STAGE = {value: row for row in CROSSWALK for value in row.stages}


def crosswalk_of(*, stage: str, assessment: str) -> Crosswalk:
    """The row of a commitment: a judgement that has one goes before the stage."""
    row = _BY_ASSESSMENT.get(Assessment(assessment))
    return row if row is not None else _BY_STAGE[Stage(stage)]
