"""Publish many commitments with thousands of updates, for imports and back-fills.

The same rules apply as to one; the log is opened once, and rows are read and written in chunks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from django.contrib.auth.models import AbstractBaseUser

from tracker.actions.log.append import open_log
from tracker.actions.publishing.chunk import Chunk
from tracker.actions.publishing.drafted import Drafted
from tracker.actions.publishing.saving import save_drafts

# The maximum per chunk, which takes about 100 MB of memory.
_UPDATES_AT_ONCE = 10_000


def publish_in_bulk(
    drafts: Iterable[Drafted],
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = True,
    on_progress: Callable[[int], None] | None = None,
    at_once: int = 1_000,
) -> range:
    """Save and publish all drafts or none; return the numbers of the lines written.

    `drafts` are unsaved, except for commitments that are already public. They may come from a
    generator: only one chunk of `at_once` commitments is in memory at a time. `on_progress` is
    called after each chunk with the number of commitments done so far. Fields are not validated
    (callers use `full_clean`), but database constraints apply. The log stays locked until the
    end, so other publishers wait.

    Raise `RefusedDraftError`, a ValidationError that names its draft, for the first that cannot
    be published.
    """
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
        first, done = log.next_seq, 0
        for chunk in _chunks(drafts, at_once=at_once):
            Chunk(log, chunk, new=save_drafts(chunk)).publish()
            done += len(chunk)
            if on_progress is not None:
                on_progress(done)
        return range(first, log.next_seq)


def _chunks(drafts: Iterable[Drafted], *, at_once: int) -> Iterator[list[Drafted]]:
    """Yield lists of at most `at_once` drafts, with no commitment twice in one list."""
    chunk: list[Drafted] = []
    named: set[int] = set()
    updates = 0
    for drafted in drafts:
        key = drafted.commitment.pk or id(drafted.commitment)
        is_full = len(chunk) >= at_once or updates + len(drafted.updates) > _UPDATES_AT_ONCE
        if chunk and (is_full or key in named):
            yield chunk
            chunk, named, updates = [], set(), 0
        chunk.append(drafted)
        named.add(key)
        updates += len(drafted.updates)
    if chunk:
        yield chunk
