"""The status of each commitment over time, as known between two lines of the log.

A bitemporal projection: it makes `as_of` and `known_at` a join instead of a replay of the history,
and `manage.py rebuild` recomputes it from the log.
"""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q

from tracker.models.commitments import Commitment
from tracker.models.positions import Position
from tracker.models.updates import StatusUpdate

LAST_DAY = dt.date(9999, 12, 31)
NO_END = 2**62


def known_q(known: int | None, *, of: str = "") -> Q:
    """Match standings known after change number `known`, or known now if that is None.

    `of` is the path to the standings ("standings__").
    """
    if known is None:
        return Q(**{f"{of}known_to": NO_END})
    return Q(**{f"{of}known_from__lte": known, f"{of}known_to__gt": known})


def stood_q(day: dt.date, known: int | None, *, of: str = "") -> Q:
    """Match standings valid at the end of a day, as known after change `known`."""
    held = Q(**{f"{of}valid_from__lte": day, f"{of}valid_to__gt": day})
    return held & known_q(known, of=of)


class StandingQuerySet(models.QuerySet["Standing"]):
    def known(self, known: int | None = None) -> Self:
        return self.filter(known_q(known))

    def at(self, day: dt.date, *, known: int | None = None) -> Self:
        return self.filter(stood_q(day, known))


class Standing(Position):
    """Valid for days in [valid_from, valid_to), known to changes in [known_from, known_to)."""

    commitment = models.ForeignKey(
        Commitment, models.CASCADE, related_name="standings", db_index=False
    )
    update = models.ForeignKey(StatusUpdate, models.CASCADE, related_name="standings")
    valid_from = models.DateField()
    valid_to = models.DateField(default=LAST_DAY)
    known_from = models.PositiveBigIntegerField()
    known_to = models.PositiveBigIntegerField(default=NO_END)

    objects = StandingQuerySet.as_manager()

    class Meta:
        indexes = (
            # All that `stood_q` asks, so that of a commitment only the row that matches is read.
            models.Index(
                name="standing_known",
                fields=("commitment", "known_to", "valid_from", "valid_to", "known_from"),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="standing_covers_a_day", condition=Q(valid_from__lt=F("valid_to"))
            ),
            models.CheckConstraint(
                name="standing_covers_a_change", condition=Q(known_from__lt=F("known_to"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.commitment_id}: {self.stage} {self.valid_from}..{self.valid_to}"
