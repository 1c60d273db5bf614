"""How each commitment stood, from one day to another, as known between two lines of the log.

A projection, like the position on the commitment's own row: it makes `as_of` and `known_at` one
join instead of a walk through history, and `manage.py rebuild` makes it anew from the log.
"""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from tracker.models.commitments import Commitment, Position
from tracker.models.updates import StatusUpdate

LAST_DAY = dt.date(9999, 12, 31)
NO_END = 2**62


class Standing(Position):
    """Valid for days in [valid_from, valid_to), known to changes in [known_from, known_to)."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="standings")
    update = models.ForeignKey(StatusUpdate, models.CASCADE, related_name="standings")
    valid_from = models.DateField()
    valid_to = models.DateField(default=LAST_DAY)
    known_from = models.PositiveBigIntegerField()
    known_to = models.PositiveBigIntegerField(default=NO_END)

    class Meta:
        indexes = (
            models.Index(name="standing_known", fields=("commitment", "known_to", "valid_from")),
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
