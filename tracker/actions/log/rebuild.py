"""Rebuild every derived row from what was published."""

from __future__ import annotations

import datetime as dt

from tracker.actions.log.append import open_log
from tracker.actions.log.former_values import rebuild_former_values
from tracker.actions.log.projection import rebuild_commitment
from tracker.actions.log.search_index import index_anew, rebuild_folded_names
from tracker.models import (
    Change,
    ChangeKind,
    Commitment,
    RaisedFlag,
    SearchDocument,
    Standing,
)
from tracker.queries.flags import raised_flag


def rebuild(*, now: dt.datetime) -> list[str]:
    """Rebuild every derived row; return what differed, with commitments by reference.

    Locks the log, so that nobody publishes meanwhile.
    """
    differed = []
    with open_log(now=now) as log:
        drafts = Commitment.objects.draft()
        Standing.objects.filter(commitment__in=drafts).delete()
        SearchDocument.objects.filter(commitment__in=drafts).delete()
        published = Commitment.objects.filter(published_seq__isnull=False).order_by("pk")
        for commitment in published.iterator(chunk_size=500):
            position_differed = rebuild_commitment(commitment)
            if index_anew(commitment) or position_differed:
                differed.append(commitment.reference)
        differed += [*_rebuild_raised_flags(), *rebuild_former_values(), *rebuild_folded_names()]
        if differed:
            log.head.generation += 1
            log.head.save(update_fields=["generation"])
    return differed


def _rebuild_raised_flags() -> list[str]:
    """Rebuild the row of each logged flag from the log; return what differed."""
    lines = Change.objects.filter(kind=ChangeKind.FLAG).values_list("seq", "commitment", "payload")
    wanted = {
        (commitment, str(flag), dt.date.fromisoformat(payload["basis"]), seq)
        for seq, commitment, payload in lines.iterator()
        if (flag := raised_flag(payload)) is not None
    }
    stored = {
        (row.commitment_id, row.flag, row.basis, row.change_id): row.pk
        for row in RaisedFlag.objects.iterator()
    }
    gone = [pk for row, pk in stored.items() if row not in wanted]
    missing = sorted(wanted - stored.keys(), key=lambda row: row[3])
    RaisedFlag.objects.filter(pk__in=gone).delete()
    RaisedFlag.objects.bulk_create(
        RaisedFlag(commitment_id=commitment, flag=flag, basis=basis, change_id=seq)
        for commitment, flag, basis, seq in missing
    )
    return ["raised flags"] if gone or missing else []
