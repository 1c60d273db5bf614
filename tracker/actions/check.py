"""Record the day on which a commitment was last checked for news, which is public."""

from __future__ import annotations

from typing import Unpack

from django.utils import timezone

from tracker.actions.amend import amend
from tracker.actions.log.append import Stamp, open_log
from tracker.models import Change, Commitment, Significance


def check_commitment(
    commitment: Commitment, *, reason: str = "", **stamp: Unpack[Stamp]
) -> Change | None:
    """Record that a public commitment was checked on the day of `now`, in the register's time zone.

    Write one minor line to the log, or return None if that day is recorded already.
    """
    day = timezone.localdate(stamp["now"])
    with open_log(**stamp):
        if Commitment.objects.filter(pk=commitment.pk, last_checked_on=day).exists():
            return None
        return amend(
            commitment,
            values={"last_checked_on": day},
            reason=reason,
            significance=Significance.MINOR,
            **stamp,
        )
