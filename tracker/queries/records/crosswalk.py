"""The approximate equivalents of our assessments on the scales of other trackers.

Those scales are judgements, so a commitment without an assessment has no equivalent, whatever its
stage. With one, the stage says how far it has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from tracker.models import Assessment, Stage


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """One of our states on other scales, and the stages and assessments that belong to it.

    The scales: compliance of the G7 Research Group, Polimeter, PolitiFact's promise meter, and
    completion in the Open Government Partnership.
    """

    state: Any
    g7: Any
    polimeter: Any
    politifact: Any
    ogp: Any
    stages: tuple[Stage, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    is_rated: bool = True


_NOT_RATED: dict[str, Any] = {
    **dict.fromkeys(("g7", "polimeter", "politifact", "ogp"), _("Not rated")),
    "is_rated": False,
}

CROSSWALK = (
    # Those scales are judgements, so what is not assessed has no equivalent.
    Crosswalk(
        _("Not assessed, or not assessable"),
        **_NOT_RATED,
        assessments=(Assessment.NOT_ASSESSED, Assessment.NOT_ASSESSABLE),
    ),
    Crosswalk(
        _("On track or delayed: announced"),
        "0",
        _("In progress"),
        "In the Works",
        "Not Started",
        stages=(Stage.ANNOUNCED,),
    ),
    Crosswalk(
        _("On track or delayed: preparing, negotiating, scheduled"),
        "0",
        _("In progress"),
        "In the Works",
        "Limited",
        stages=(Stage.PREPARING, Stage.NEGOTIATING, Stage.SCHEDULED),
    ),
    Crosswalk(
        _("On track or delayed: concluded, signed"),
        "0",
        _("In progress"),
        "In the Works",
        "Substantial",
        stages=(Stage.CONCLUDED, Stage.SIGNED),
    ),
    Crosswalk(
        _("Delivered; on track or delayed: in effect, completed"),
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
        _("Abandoned; on track or delayed: withdrawn"),
        "−1",
        _("Broken"),
        "Promise Broken",
        "Withdrawn",
        stages=(Stage.WITHDRAWN,),
        assessments=(Assessment.ABANDONED,),
    ),
    Crosswalk(_("On track or delayed: superseded"), **_NOT_RATED, stages=(Stage.SUPERSEDED,)),
)
_BY_ASSESSMENT = {value: row for row in CROSSWALK for value in row.assessments}
_BY_STAGE = {value: row for row in CROSSWALK for value in row.stages}


def crosswalk_of(*, stage: str, assessment: str) -> Crosswalk:
    """Return the row for an assessment, or for the stage where it is on track or delayed."""
    row = _BY_ASSESSMENT.get(Assessment(assessment))
    return row if row is not None else _BY_STAGE[Stage(stage)]
