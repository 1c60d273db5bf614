"""Save and publish many new commitments with thousands of updates, for made-up registers.

The log is opened once, and rows are read and written in chunks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils.translation import gettext as _

from tracker.actions.log.append import open_log
from tracker.actions.publishing.chunk import Chunk
from tracker.actions.publishing.drafted import Drafted, RefusedDraftError
from tracker.actions.publishing.rules import publish_first
from tracker.lib.row_writing import insert_each, insert_values
from tracker.models import Alias, Citation, Commitment, StatusUpdate

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
            Chunk(log, chunk, new=_save_drafts(chunk)).publish()
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


# -- Saving as drafts, since the database publishes no other updates ----------------------------


def _save_drafts(drafts: Sequence[Drafted]) -> list[Drafted]:
    """Insert commitments, updates and their parts; return the drafts with a new commitment.

    Raise `RefusedDraftError` for the first that cannot be saved.
    """
    new = [drafted for drafted in drafts if drafted.commitment._state.adding]
    _refuse_invalid(drafts)
    _save_commitments(new)
    _save_updates(drafts)
    return new


def _refuse_invalid(drafts: Sequence[Drafted]) -> None:
    for drafted in drafts:
        if not drafted.updates:
            raise RefusedDraftError(
                ValidationError(
                    _("Give “%(commitment)s” an update: there is no status without a source."),
                    params={"commitment": drafted.commitment.title},
                ),
                drafted,
            )
        for index, given in enumerate(drafted.updates):
            if given.update.corrects_id is not None or given.update.corrects is not None:
                why = ValidationError(_("Publish a correction as a correction."))
                raise RefusedDraftError(why, drafted, index)


def _save_commitments(new: Sequence[Drafted]) -> None:
    """Insert the new commitments, each after those that it is part of or supersedes."""
    waiting = list(new)
    while waiting:
        ready = [d for d in waiting if not _unsaved(d.commitment)]
        if not ready:
            record = _unsaved(waiting[0].commitment)[0]
            raise RefusedDraftError(publish_first(record, waiting[0].commitment), waiting[0])
        insert_with_keys(Commitment, [drafted.commitment for drafted in ready])
        waiting = [drafted for drafted in waiting if drafted.commitment._state.adding]
    for drafted in new:
        for alias in drafted.aliases:
            alias.commitment = drafted.commitment
    insert_with_keys(Alias, [alias for drafted in new for alias in drafted.aliases])
    _link(Commitment.parties.through, "party", ((d.commitment, d.parties) for d in new))
    _link(Commitment.topics.through, "topic", ((d.commitment, d.topics) for d in new))
    _save_related(new)


def _save_related(new: Sequence[Drafted]) -> None:
    through = Commitment.related.through
    pairs = []
    for drafted in new:
        for other in drafted.related:
            if other._state.adding:
                raise RefusedDraftError(publish_first(other, drafted.commitment), drafted)
            pairs += [(drafted.commitment.pk, other.pk), (other.pk, drafted.commitment.pk)]
    through._default_manager.bulk_create(
        [through(from_commitment_id=a, to_commitment_id=b) for a, b in dict.fromkeys(pairs)],
        ignore_conflicts=True,
    )


def _save_updates(drafts: Sequence[Drafted]) -> None:
    for drafted in drafts:
        for given in drafted.updates:
            given.update.commitment = drafted.commitment
    every = [given for drafted in drafts for given in drafted.updates]
    insert_with_keys(StatusUpdate, [given.update for given in every])
    for given in every:
        for citation in given.citations:
            citation.update = given.update
    insert_each(Citation, (citation for given in every for citation in given.citations))


def _unsaved(commitment: Commitment) -> list[Commitment]:
    others = (commitment.part_of, commitment.supersedes)
    return [other for other in others if other is not None and other._state.adding]


def _link(
    through: Any, name: str, links: Iterable[tuple[Commitment, Sequence[models.Model]]]
) -> None:
    rows = (
        (commitment.pk, pk)
        for commitment, records in links
        for pk in dict.fromkeys(record.pk for record in records)
    )
    insert_values(through, ("commitment", name), rows)


# -- Inserting with keys ------------------------------------------------------------------------


def insert_with_keys(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Insert new rows and set their primary keys, ascending in the order of the rows.

    Call it inside a write transaction: on SQLite nobody else may insert meanwhile.
    """
    fields = model._meta.concrete_fields
    _copy_related_keys(rows, fields)
    for row, key in zip(rows, _next_keys(model, len(rows)), strict=True):
        row.pk = key
    values = map(attrgetter(*(field.attname for field in fields)), rows)
    insert_values(model, [field.name for field in fields], values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _copy_related_keys(
    rows: Sequence[models.Model], fields: Iterable[models.Field[Any, Any]]
) -> None:
    """Copy the keys of related objects that were saved after they were assigned."""
    for field in fields:
        if not isinstance(field, models.ForeignKey):
            continue
        for row in rows:
            if getattr(row, field.attname) is None:
                related = field.get_cached_value(row, default=None)
                if related is not None:
                    setattr(row, field.name, related)


def _next_keys(model: type[models.Model], count: int) -> Sequence[int]:
    """Reserve `count` unused primary keys."""
    table = model._meta.db_table
    if not count:
        return ()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [table, str(model._meta.pk.column), count],
            )
            return [key for (key,) in cursor.fetchall()]
        # SQLite advances its own sequence when rows are inserted with keys.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
    first = (last[0] if last else 0) + 1
    return range(first, first + count)
