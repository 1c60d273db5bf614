"""Which time-made flags the log has told of, so that each is told exactly once.

A deadline passes and something goes quiet without anybody doing anything. `actions.raise_flags`
writes that into the log; a row here names the line. Rows are derived from these lines.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tracker.models.changes import Change
from tracker.models.commitments import Commitment

# The flags that the passing of time, or the silence of a meeting, raises by itself.
TIME_MADE_FLAGS = ("overdue", "due_soon", "quiet", "not_mentioned")


class RaisedFlag(models.Model):
    """A flag as it was raised on a commitment, for one `basis`.

    `basis` is the day that the flag's rule counts from: the last day of the target, or the day of
    the last update. A new target or a new update makes a new basis, and the flag may be raised
    again; going back to an earlier one does not tell the same thing twice.
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
