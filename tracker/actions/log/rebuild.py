"""Rebuild every derived row from what was published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import models

from tracker.actions.log.append import open_log
from tracker.actions.log.projection import rebuild_commitment
from tracker.actions.log.search_index import index_anew, rebuild_folded_names
from tracker.lib.row_writing import insert_values
from tracker.models import (
    Change,
    ChangeKind,
    Commitment,
    FormerValue,
    RaisedFlag,
    SearchDocument,
    Standing,
)
from tracker.models.former_values import COLUMNS, rows_of_the_log
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
        differed += [*_rebuild_raised_flags(), *_rebuild_former_values(), *rebuild_folded_names()]
        if differed:
            log.head.generation += 1
            log.head.save(update_fields=["generation"])
    return differed


def _rebuild_raised_flags() -> list[str]:
    lines = Change.objects.filter(kind=ChangeKind.FLAG).values_list("seq", "commitment", "payload")
    wanted = {
        (commitment, str(flag), dt.date.fromisoformat(payload["basis"]), seq)
        for seq, commitment, payload in lines.iterator()
        if (flag := raised_flag(payload)) is not None
    }
    differed = _store_exactly(RaisedFlag, ("commitment", "flag", "basis", "change"), wanted)
    return ["raised flags"] if differed else []


def _rebuild_former_values() -> list[str]:
    wanted = set(rows_of_the_log(lambda name: apps.get_model("tracker", name)))
    return ["former values"] if _store_exactly(FormerValue, COLUMNS, wanted) else []


def _store_exactly(
    model: type[models.Model], columns: Sequence[str], wanted: set[tuple[Any, ...]]
) -> bool:
    """Delete the rows that the log does not say, and insert those missing, in its order.

    The last of `columns` has the change. Return whether anything differed.
    """
    rows = model._base_manager.values_list("pk", *columns)
    stored: dict[tuple[Any, ...], int] = {tuple(row): pk for pk, *row in rows.iterator()}
    gone = [pk for row, pk in stored.items() if row not in wanted]
    missing = sorted(wanted - stored.keys(), key=lambda row: (row[-1], *row[:3]))
    for start in range(0, len(gone), 500):
        model._base_manager.filter(pk__in=gone[start : start + 500]).delete()
    insert_values(model, columns, missing)
    return bool(gone or missing)
