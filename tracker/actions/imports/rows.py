"""Writing what an imported file says: all of it or nothing, and a second time nothing.

New rows are drafts. A row about a draft changes it, like an edit by hand. A row about a public
record amends it, in the open; a published update is never altered. Whatever becomes public is
marked as back-fill, so subscribers are told nothing.
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
from tracker.actions.imports.publishing import Then
from tracker.actions.imports.writing import Writer
from tracker.actions.log.append import open_log
from tracker.spreadsheets.mapping import Reading
from tracker.spreadsheets.reading import Sheet, read_sheet
from tracker.spreadsheets.report import Report, Rights
from tracker.spreadsheets.spool import spooled


class ImportRefusedError(ValueError):
    """Nothing was written, for what the report says."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(str(problem) for problem in report.problems))
        self.report = report


class RegisterMovedError(ValueError):
    """Nothing was written: the register says something else than when the file was checked.

    `report` is of the file as it would be imported now.
    """

    def __init__(self, report: Report) -> None:
        super().__init__("The register has moved on since the file was checked.")
        self.report = report


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A file of one noun, and how it is read.

    `tell_read` is called with the number of rows read, outside any transaction, so that it may
    write that down; `tell_written` with the number of rows planned or written.
    """

    noun: str
    ending: str
    reading: Reading
    rights: Rights = field(default_factory=Rights)
    tell_read: Callable[[int], object] = lambda rows: None
    tell_written: Callable[[int], object] = lambda rows: None


def choices(noun: str, rights: Rights) -> list[Then]:
    """What may be done with the drafts of a file; refused otherwise."""
    if noun == "sources":
        return [Then.KEEP]
    may_publish = rights.may_amend and not settings.REQUIRE_SECOND_PERSON
    if noun in PUBLISHED_ALONE and may_publish:
        return [Then.KEEP, Then.REVIEW, Then.PUBLISH]
    return [Then.KEEP, Then.REVIEW]


def refuse_choice(then: str, noun: str, rights: Rights) -> None:
    """Raise ValidationError where a choice is not among `choices`, with the reason."""
    if then in choices(noun, rights):
        return
    if noun == "sources":
        told = _("Sources are drafts until a record that rests on them is published.")
    elif noun == "commitments":
        told = _("A commitment becomes public with its first update: import the updates.")
    elif not rights.may_amend:
        told = _("Only an editor publishes. Send the drafts for review instead.")
    else:
        told = _(
            "Here a second person publishes what somebody has written. Send the drafts for "
            "review instead."
        )
    raise ValidationError(told)


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
    """What importing the file would do; nothing is written. Raises SpreadsheetError."""
    plan = _plan(_sheet(file, task), task, is_writing=False)
    for _lot in plan.lots():
        pass
    return plan.report


def import_file(
    file: IO[bytes],
    task: Task,
    *,
    then: str = Then.KEEP,
    why: str = "",
    digest: str = "",
    end: Callable[[Report], object] = lambda report: None,
    now: dt.datetime,
    by: AbstractBaseUser,
) -> Report:
    """Write a file, or nothing of it.

    `why` is told in the log for what is amended. `digest` is that of the report that a person
    has seen; raises RegisterMovedError when the register has moved on since. `end` is called in
    the transaction that writes. Raises ImportRefusedError, SpreadsheetError and, for `then`,
    ValidationError.
    """
    refuse_choice(then, task.noun, task.rights)
    with (
        spooled(_sheet(file, task), tell=task.tell_read) as sheet,
        open_log(now=now, by=by, is_backfill=True),
    ):
        plan = _plan(sheet, task, is_writing=True)
        writer = Writer(plan, then=Then(then), why=why, now=now, by=by)
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
