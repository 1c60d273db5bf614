"""Import a file atomically; importing it a second time changes nothing.

New rows become drafts. A row about a draft edits it, as by hand. A row about a public record
amends it in the log; a published update is never altered. Whatever becomes public is marked as
back-fill, so subscribers are not notified.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Unpack

from tracker.actions.imports.plan import Plan, Task
from tracker.actions.imports.publishing import DraftDisposition
from tracker.actions.imports.rights import refuse_choice
from tracker.actions.imports.writing import Writer
from tracker.actions.log.append import ByStaff, open_log
from tracker.spreadsheets.reading import Sheet, read_sheet
from tracker.spreadsheets.report import Report
from tracker.spreadsheets.spool import spooled


class ImportRefusedError(ValueError):
    """Raised when nothing was written, for the reasons in the report."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(str(problem) for problem in report.problems))
        self.report = report


class RegisterChangedError(ValueError):
    """Raised when nothing was written, because the register changed after the file was checked.

    `report` says what importing the file would do now.
    """

    def __init__(self, report: Report) -> None:
        super().__init__("The register has moved on since the file was checked.")
        self.report = report


def _sheet(file: IO[bytes], task: Task) -> Sheet:
    return read_sheet(file, ending=task.ending, encoding=task.reading.encoding)


def check_file(file: IO[bytes], task: Task) -> Report:
    """Report what importing the file would do, writing nothing. Raise SpreadsheetError."""
    plan = Plan(_sheet(file, task), task)
    for _batch in plan.batches():
        pass
    return plan.report


def import_file(
    file: IO[bytes],
    task: Task,
    *,
    disposition: str = DraftDisposition.KEEP,
    why: str = "",
    digest: str = "",
    end: Callable[[Report], object] = lambda report: None,
    **stamp: Unpack[ByStaff],
) -> Report:
    """Import a file atomically.

    `why` is logged as the reason of amendments. `digest` is that of the report that the user has
    seen; RegisterChangedError is raised when the register changed since. `end` is called in the
    transaction that writes. Raise ImportRefusedError, SpreadsheetError and, for `disposition`,
    ValidationError.
    """
    refuse_choice(disposition, task.noun, task.rights)
    with (
        spooled(_sheet(file, task), on_progress=task.on_read) as sheet,
        open_log(**stamp, is_backfill=True),
    ):
        plan = Plan(sheet, task, is_writing=True)
        writer = Writer(plan, disposition=DraftDisposition(disposition), why=why, **stamp)
        for batch in plan.batches():
            if plan.report.is_sound:
                writer.write(batch)
        if plan.report.is_sound:
            writer.finish()
        if not plan.report.is_sound:
            raise ImportRefusedError(plan.report)
        if digest and digest != plan.report.digest:
            raise RegisterChangedError(plan.report)
        end(plan.report)
        return plan.report
