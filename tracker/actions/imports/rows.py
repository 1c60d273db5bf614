"""Import a file atomically; importing it a second time changes nothing.

New rows become drafts. A row about a draft edits it, as by hand. A row about a public record
amends it in the log; a published update is never altered. Whatever becomes public is marked as
back-fill, so subscribers are not notified.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tracker.actions.imports.plan import PUBLISHED_ALONE, Plan
from tracker.actions.imports.publishing import DraftDisposition
from tracker.actions.imports.writing import Writer
from tracker.actions.log.append import open_log
from tracker.spreadsheets.mapping import Reading
from tracker.spreadsheets.reading import Sheet, read_sheet
from tracker.spreadsheets.report import Report, Rights
from tracker.spreadsheets.spool import spooled


class ImportRefusedError(ValueError):
    """Raised when nothing was written, for the reasons in the report."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(str(problem) for problem in report.problems))
        self.report = report


class RegisterMovedError(ValueError):
    """Raised when nothing was written, because the register changed after the file was checked.

    `report` says what importing the file would do now.
    """

    def __init__(self, report: Report) -> None:
        super().__init__("The register has moved on since the file was checked.")
        self.report = report


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The kind of record in a file, and how to read it.

    `tell_read` is called with the number of rows read, outside any transaction, so that it can
    store it; `tell_written` with the number of rows planned or written.
    """

    noun: str
    ending: str
    reading: Reading
    rights: Rights = field(default_factory=Rights)
    tell_read: Callable[[int], object] = lambda rows: None
    tell_written: Callable[[int], object] = lambda rows: None


def choices(noun: str, rights: Rights) -> list[DraftDisposition]:
    """Return what the user may do with the drafts of a file."""
    if noun == "sources":
        return [DraftDisposition.KEEP]
    may_publish = rights.may_amend and not settings.REQUIRE_SECOND_PERSON
    if noun in PUBLISHED_ALONE and may_publish:
        return [DraftDisposition.KEEP, DraftDisposition.REVIEW, DraftDisposition.PUBLISH]
    return [DraftDisposition.KEEP, DraftDisposition.REVIEW]


def refuse_choice(then: str, noun: str, rights: Rights) -> None:
    """Raise ValidationError, with the reason, for a choice that is not among `choices`."""
    if then in choices(noun, rights):
        return
    if noun == "sources":
        message = _("Sources are drafts until a record that rests on them is published.")
    elif noun == "commitments":
        message = _("A commitment becomes public with its first update: import the updates.")
    elif not rights.may_amend:
        message = _("Only an editor publishes. Send the drafts for review instead.")
    else:
        message = _(
            "Here a second person publishes what somebody has written. Send the drafts for "
            "review instead."
        )
    raise ValidationError(message)


def _plan(sheet: Sheet, task: Task, *, is_writing: bool) -> Plan:
    tell = task.tell_written if is_writing else task.tell_read
    return Plan(
        sheet,
        noun=task.noun,
        reading=task.reading,
        rights=task.rights,
        is_writing=is_writing,
        tell=tell,
    )


def _sheet(file: IO[bytes], task: Task) -> Sheet:
    return read_sheet(file, ending=task.ending, encoding=task.reading.encoding)


def check_file(file: IO[bytes], task: Task) -> Report:
    """Report what importing the file would do, writing nothing. Raise SpreadsheetError."""
    plan = _plan(_sheet(file, task), task, is_writing=False)
    for _lot in plan.lots():
        pass
    return plan.report


def import_file(
    file: IO[bytes],
    task: Task,
    *,
    then: str = DraftDisposition.KEEP,
    why: str = "",
    digest: str = "",
    end: Callable[[Report], object] = lambda report: None,
    now: dt.datetime,
    by: AbstractBaseUser,
) -> Report:
    """Import a file atomically.

    `why` is logged as the reason of amendments. `digest` is that of the report that the user has
    seen; RegisterMovedError is raised when the register changed since. `end` is called in the
    transaction that writes. Raise ImportRefusedError, SpreadsheetError and, for `then`,
    ValidationError.
    """
    refuse_choice(then, task.noun, task.rights)
    with (
        spooled(_sheet(file, task), tell=task.tell_read) as sheet,
        open_log(now=now, by=by, is_backfill=True),
    ):
        plan = _plan(sheet, task, is_writing=True)
        writer = Writer(plan, then=DraftDisposition(then), why=why, now=now, by=by)
        for lot in plan.lots():
            if plan.report.is_sound:
                writer.write(lot)
        if plan.report.is_sound:
            writer.finish()
        if not plan.report.is_sound:
            raise ImportRefusedError(plan.report)
        if digest and digest != plan.report.digest:
            raise RegisterMovedError(plan.report)
        end(plan.report)
        return plan.report
