"""The history of a commitment's target, statement by statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tracker.lib.partial_dates import PartialDate
from tracker.queries.history import Step, TargetMove, target_move


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
