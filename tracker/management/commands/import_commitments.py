"""manage.py import_commitments FILE: import a file of commitments, or of another noun."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracker.actions.imports.files import ImportRefusedError, check_file, import_file
from tracker.actions.imports.plan import Task
from tracker.actions.imports.publishing import DraftDisposition
from tracker.actions.imports.rights import rights_of
from tracker.spreadsheets.cells import ENCODINGS, SpreadsheetError, UnknownEncodingError
from tracker.spreadsheets.dates import DateOrder
from tracker.spreadsheets.mapping import Reading, read_mapping, suggest
from tracker.spreadsheets.reading import ENDINGS, count_rows, read_sheet
from tracker.spreadsheets.report import MAX_LISTED, Outcome, Report, Rights
from tracker.spreadsheets.tables import TABLES

_WIDTH = 40


class Progress:
    """A progress bar, shown only on a terminal."""

    def __init__(self, out: Any, *, rows: int) -> None:
        self.out, self.rows = out, rows
        self.is_shown = bool(getattr(out, "isatty", lambda: False)())

    def show(self, what: str, rows: int) -> None:
        if not self.is_shown:
            return
        part = min(1.0, rows / self.rows) if self.rows else 1.0
        bar = "#" * int(part * _WIDTH)
        self.out.write(f"\r{what:8} [{bar:{_WIDTH}}] {rows} of about {self.rows} rows")
        self.out.flush()

    def end(self) -> None:
        if self.is_shown:
            self.out.write("\n")


class Command(BaseCommand):
    help = (
        "Import a CSV or XLSX file, all or nothing: new records become drafts, public ones are "
        "amended as back-fill, by the rights of whoever is named."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--noun", choices=TABLES, default="commitments")
        parser.add_argument(
            "--mapping",
            type=Path,
            help="a YAML or JSON file that names the heading of each column",
        )
        parser.add_argument("--dates", choices=DateOrder.values, help="what 03/04/2026 means")
        parser.add_argument("--encoding", choices=ENCODINGS, help="of a CSV file without a mark")
        parser.add_argument("--by", metavar="USERNAME", help="who imports, by whose rights")
        parser.add_argument(
            "--then",
            choices=DraftDisposition.values,
            default=DraftDisposition.KEEP,
            help="what is done with the drafts",
        )
        parser.add_argument("--why", default="", help="shown in the log beside what is amended")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be done, and do nothing"
        )

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        ending = file.suffix.lstrip(".").lower()
        if ending not in ENDINGS:
            raise CommandError(f"{file} is neither a CSV file (.csv) nor a workbook (.xlsx).")
        by = self._person(options["by"], is_needed=not options["dry_run"])
        try:
            with file.open("rb") as opened:
                self._import(opened, ending, by, options)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except UnknownEncodingError as error:
            samples = "\n".join(f"  --encoding {name}: “{text}”" for name, text in error.samples())
            raise CommandError(f"Nothing was imported. {error}\n{samples}") from error
        except SpreadsheetError as error:
            raise CommandError(f"Nothing was imported. {error}") from error
        except ValidationError as error:
            raise CommandError(f"Nothing was imported. {' '.join(error.messages)}") from error

    @staticmethod
    def _person(name: str | None, *, is_needed: bool) -> AbstractBaseUser | None:
        if name is None:
            if is_needed:
                raise CommandError(
                    "Say who imports with --by USERNAME: drafts remember who wrote them, and the "
                    "rights are that person's. With --dry-run nobody is needed."
                )
            return None
        person = get_user_model()._default_manager.filter(username=name).first()
        if person is None:
            raise CommandError(f"There is no account “{name}”.")
        return person

    def _import(
        self, file: IO[bytes], ending: str, by: AbstractBaseUser | None, options: dict[str, Any]
    ) -> None:
        noun = options["noun"]
        progress = Progress(sys.stderr, rows=count_rows(file, ending=ending))
        task = Task(
            noun=noun,
            ending=ending,
            reading=self._reading(file, ending, options),
            rights=rights_of(by, noun) if by is not None else Rights(),
            on_read=lambda rows: progress.show("Reading", rows),
            on_written=lambda rows: progress.show("Writing", rows),
        )
        try:
            if options["dry_run"] or by is None:
                report = check_file(file, task)
            else:
                report = import_file(
                    file,
                    task,
                    disposition=options["then"],
                    why=options["why"],
                    now=timezone.now(),
                    by=by,
                )
        except ImportRefusedError as refusal:
            report = refusal.report
        finally:
            progress.end()
        self._report(report, is_dry=options["dry_run"])

    @staticmethod
    def _reading(file: IO[bytes], ending: str, options: dict[str, Any]) -> Reading:
        """Return how to read the file: by the mapping, or by headings that are our names."""
        table = TABLES[options["noun"]]
        dates, encoding = options["dates"] or "", options["encoding"] or ""
        if options["mapping"] is not None:
            with suppress(UnicodeDecodeError):
                text = options["mapping"].read_text(encoding="utf-8")
                given = read_mapping(text, names=table.columns)
                return Reading(given.columns, dates or given.dates, encoding or given.encoding)
            raise SpreadsheetError(f"{options['mapping']} is not UTF-8.")
        headings = read_sheet(file, ending=ending, encoding=encoding).headings
        suggestion = suggest(headings, table.labels)
        if not suggestion.is_complete:
            unknown = ", ".join([*suggestion.close.values(), *suggestion.left])
            raise SpreadsheetError(
                f"These columns are not known: {unknown}. Say with --mapping which column holds "
                f"what:\n{Reading(suggestion.sure | suggestion.close).as_yaml()}"
            )
        return Reading(suggestion.sure, dates, encoding)

    def _report(self, report: Report, *, is_dry: bool) -> None:
        if report.ambiguous_count:
            first = "\n".join(str(date) for date in report.ambiguous_dates[:10])
            raise CommandError(
                f"Nothing was imported. {report.ambiguous_count} dates are two days; say with "
                f"--dates day_first or month_first which is meant:\n{first}"
            )
        if report.problem_count:
            lines = [str(problem) for problem in report.problems]
            if report.problem_count > MAX_LISTED:
                lines.append(f"And {report.problem_count - MAX_LISTED} more.")
            raise CommandError("\n".join(["Nothing was imported.", *lines]))
        for warning in report.warnings:
            self.stderr.write(self.style.WARNING(f"Look at {warning}"))
        counts = ", ".join(f"{report.counts[outcome]} {outcome}" for outcome in Outcome)
        self.stdout.write(f"{'Would import' if is_dry else 'Imported'}: {counts}.")
