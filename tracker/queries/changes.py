"""The log, cut down to the commitments of a filter."""

from __future__ import annotations

from django.db.models import QuerySet

from tracker.models import Change, Commitment
from tracker.queries.visibility import public_changes


def filtered_changes(commitments: QuerySet[Commitment] | None) -> QuerySet[Change]:
    """All changes, newest first; only those of the given commitments where there is a filter."""
    log = public_changes().order_by("-seq")
    if commitments is None:
        return log
    return log.filter(commitment__in=commitments.order_by().values("pk"))
