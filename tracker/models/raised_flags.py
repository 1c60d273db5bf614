"""Flags raised by the passing of time that the log contains, so that each is logged exactly once.

A deadline passes, or a commitment goes quiet, without any action. `actions.raise_flags` writes that
into the log; a row here refers to the line, and is derived from it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tracker.models.changes import Change
from tracker.models.commitments import Commitment

# The flags that the passing of time or the silence of a meeting raises.
TIME_MADE_FLAGS = ("overdue", "due_soon", "quiet", "not_mentioned")


class RaisedFlag(models.Model):
    """A flag raised on a commitment, for one `basis`.

    `basis` is the day from which the rule of the flag counts: the last day of the target, or the
    day of the last update. After a new target or update the flag may be raised again; returning to
    an earlier basis does not log it twice.
    """

    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="raised_flags")
    flag = models.CharField(max_length=16)
    basis = models.DateField()
    change = models.OneToOneField(
        Change, models.PROTECT, related_name="raised_flag", db_column="seq"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="flag_is_told_once", fields=("commitment", "flag", "basis")
            ),
            models.CheckConstraint(
                name="raised_flag_is_made_by_time", condition=Q(flag__in=TIME_MADE_FLAGS)
            ),
        )

    def __str__(self) -> str:
        return f"{self.commitment_id}: {self.flag} {self.basis}"
