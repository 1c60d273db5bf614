"""The history of a commitment's target, statement by statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from tracker.lib.partial_dates import PartialDate
from tracker.queries.history import Step


class TargetMove(TextChoices):
    """How a stated target differs from the one stated before it."""

    FIRST = "first", _("First date")
    WORDS = "words", _("Words, no date")
    SAME = "same", _("The same")
    NARROWED = "narrowed", _("More precise")
    WIDENED = "widened", _("Less precise")
    LATER = "later", _("Later")
    EARLIER = "earlier", _("Earlier")


@dataclass(frozen=True, slots=True)
class StatedTarget:
    """One statement of the target, and the days by which its last day moved."""

    step: Step
    target: PartialDate
    move: TargetMove
    days: int

    @property
    def distance(self) -> int:
        return abs(self.days)


def target_move(before: PartialDate | None, after: PartialDate) -> tuple[TargetMove, int]:
    """Compare a target with the last dated one; return also the days its end moved by."""
    if after.first_day is None or after.last_day is None:
        return TargetMove.WORDS, 0
    if before is None or before.first_day is None or before.last_day is None:
        return TargetMove.FIRST, 0
    days = (after.last_day - before.last_day).days
    if (before.first_day, before.last_day) == (after.first_day, after.last_day):
        return TargetMove.SAME, 0
    if before.first_day <= after.first_day and after.last_day <= before.last_day:
        return TargetMove.NARROWED, days
    if after.first_day <= before.first_day and before.last_day <= after.last_day:
        return TargetMove.WIDENED, days
    # Neither period contains the other here, so both ends moved in the same direction.
    return (TargetMove.LATER, days) if days > 0 else (TargetMove.EARLIER, days)


def stated_targets(
    steps: Iterable[Step], *, before: PartialDate | None = None
) -> list[StatedTarget]:
    """Return every statement of a target, in the order of the steps.

    `before` is the last dated target stated before these steps.
    """
    result: list[StatedTarget] = []
    dated = before
    for step in steps:
        target = step.update.target
        if target is None:
            continue
        result.append(StatedTarget(step, target, *target_move(dated, target)))
        if target.last_day is not None:
            dated = target
    return result
