"""Making many commitments public at once, with thousands of updates: for imports and back-fills.

Says of each what `publish_commitment` and `publish_update` say, by the same rules, and leaves the
same rows: the log is opened once, and rows are read and written by the chunk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from django.contrib.auth.models import AbstractBaseUser

from tracker.actions.bulk_chunk import BulkChunk
from tracker.actions.bulk_drafts import Drafted, chunks
from tracker.actions.log import open_log


def publish_in_bulk(
    drafts: Iterable[Drafted],
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = True,
    told: Callable[[int], None] | None = None,
    at_once: int = 1_000,
) -> range:
    """Save and publish all drafts or none; return the numbers of the lines written.

    `drafts` may be a generator: no more of it is held than a chunk of `at_once` commitments.
    `told` is called after each chunk with the number of commitments done so far. Fields are not
    validated (that is for whoever made the rows: `full_clean`), constraints hold. The log stays
    locked until the end, so whoever publishes meanwhile waits.

    Raises `RefusedDraftError`, a ValidationError that names its draft, for the first that is not
    fit to be published.
    """
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
        first, done = log.next_seq, 0
        for chunk in chunks(drafts, at_once=at_once):
            BulkChunk(log, chunk).publish()
            done += len(chunk)
            if told is not None:
                told(done)
        return range(first, log.next_seq)
