"""Load a register from files: all or nothing, and a second time nothing.

What the files hold and the database lacks is published, and what differs is amended; a published
update that differs is refused, since published history is not rewritten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError

from tracker.actions.amend import amend_if_changed, amend_passages
from tracker.actions.log.append import Stamp, open_log
from tracker.actions.publishing.publish import mark_fully_recorded, publish_meeting, publish_note
from tracker.actions.register_files.commitments import CommitmentLoader
from tracker.actions.register_files.rows import Rows, problems_at
from tracker.models import LogHead, Note, Source
from tracker.register_format.checks import warnings_of
from tracker.register_format.reading import read_register
from tracker.register_format.records import Problem, Record, Register, RegisterError
from tracker.schema import payloads
from tracker.schema.nouns import MODELS

# The nouns that become public with the first record that rests on them.
_REFERENCES = ("party", "topic", "forum", "source")


def load_register(
    path: Path,
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = True,
    warn: Callable[[Problem], object] = lambda problem: None,
) -> range:
    """Load the register in the folder `path`; return the numbers of the changes that it made.

    With `is_backfill=False` subscribers are notified of them. `warn` is called with each problem
    that should be looked at but prevents nothing. Raise RegisterError, with file, line and a
    sentence for each mistake, and write nothing then.
    """
    register = read_register(path)
    for problem in warnings_of(register):
        warn(problem)
    stamp: Stamp = {"now": now, "by": by, "is_backfill": is_backfill}
    with open_log(**stamp) as log:
        first = log.next_seq
        _load(register, Rows(register, stamp))
        return range(first, LogHead.objects.get().seq + 1)


def _load(register: Register, rows: Rows) -> None:
    for noun in (*_REFERENCES, "meeting", "commitment"):
        rows.stage_all(noun)
    for record in register.of("source"):
        if rows.is_new(record):
            for passage in record["left_out"]:  # it becomes public with its source
                rows.draft(passage, source=rows.of(record))
    _amend_references(rows)
    rows.link_all("commitment")
    meetings = sorted(register.of("meeting"), key=lambda it: (it["date"], it.key))
    for record in meetings:
        _publish_meeting(rows, record)
    commitments = CommitmentLoader(rows)
    commitments.amend()
    commitments.publish()
    for record in meetings:
        _mark_recorded(rows, record)
    for noun in ("meeting", "commitment"):
        for about in register.of(noun):
            for note in about["notes"]:
                with problems_at(note):
                    _publish_note(rows, note, {noun: rows.of(about)})
    commitments.retract()
    _refuse_unused_references(rows)


def _amend_references(rows: Rows) -> None:
    for noun in _REFERENCES:
        for record in rows.register.of(noun):
            row = rows.of(record)
            if rows.is_new(record) or not row.is_public:
                continue
            with problems_at(record):
                amend_if_changed(row, values=rows.values(record), **rows.stamp)
            if noun == "source":
                _amend_passages(rows, record, row)


def _amend_passages(rows: Rows, record: Record, source: Source) -> None:
    """Retract the passages that the files lack, and publish those that they add."""
    removed, given = rows.compared(
        record["left_out"], source.passages_left_out.public(), payloads.passage
    )
    added = [rows.draft(passage, source=source) for passage in given]
    if added or removed:
        amend_passages(source, added=added, removed=removed, **rows.stamp)


def _publish_meeting(rows: Rows, record: Record) -> None:
    meeting = rows.of(record)
    with problems_at(record):
        if rows.is_new(record):
            publish_meeting(meeting, **rows.stamp)
        else:
            amend_if_changed(meeting, values=rows.values(record), **rows.stamp)


def _mark_recorded(rows: Rows, record: Record) -> None:
    meeting = rows.of(record)
    meeting.refresh_from_db()
    with problems_at(record, "fully_recorded"):
        if record["fully_recorded"] and not meeting.is_fully_recorded:
            mark_fully_recorded(meeting, **rows.stamp)
        elif meeting.is_fully_recorded and not record["fully_recorded"]:
            raise ValidationError("The register has marked this meeting fully recorded.")


def _publish_note(rows: Rows, record: Record, about: dict[str, Any]) -> None:
    present = Note.objects.filter(key=record.key).first()
    if present is None:
        for row in about.values():
            row.refresh_from_db()
        publish_note(rows.draft(record, **about), **rows.stamp)
    elif present.published_seq is None:
        raise ValidationError("A draft of this note exists already; publish it first.")
    else:
        amend_if_changed(present, values={**rows.values(record), **about}, **rows.stamp)


def _refuse_unused_references(rows: Rows) -> None:
    """Refuse a register with references on which nothing rests: they would stay drafts."""
    problems = []
    for noun in _REFERENCES:
        new = {rows.of(record).pk: record for record in rows.register.of(noun)}
        drafts = MODELS[noun]._base_manager.filter(pk__in=new, published_seq=None)
        for pk in drafts.values_list("pk", flat=True):
            sentence = f"Nothing in this register rests on the {noun} “{new[pk].key}”; remove it."
            problems.append(new[pk].problem(sentence))
    if problems:
        raise RegisterError(problems)
