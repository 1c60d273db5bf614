"""Files for the tests of the import, made of rows as dicts or of what is exported."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib.auth.models import User

from tests.make import NOW
from tracker.actions.imports.files import check_file, import_file
from tracker.actions.imports.plan import Task
from tracker.spreadsheets.mapping import Reading
from tracker.spreadsheets.report import Report, Rights
from tracker.spreadsheets.tables import TABLES
from tracker.spreadsheets.writing import csv_parts

Line = dict[str, Any]

COMMITMENT = {
    "reference": "CAN-KOR-2024-101",
    "title": "Sign an agreement",
    "summary": "The two governments will sign it.",
    "instrument": "agreement",
    "parties": "CAN; KOR",
}
MEETING = {
    "slug": "a-meeting",
    "title": "A meeting",
    "level": "ministers",
    "date": "2026-02-25",
    "parties": "CAN; KOR",
    "sources": "a-statement",
}
SOURCE = {
    "slug": "a-statement",
    "title": "A statement",
    "kind": "joint_statement",
    "publisher": "Global Affairs Canada",
    "published_on": "2026-02-25",
}
UPDATE = {
    "commitment": "CAN-KOR-2024-101",
    "happened": "2026-02-25",
    "stage": "announced",
    "rationale": "The statement says so.",
    "sources": "a-statement",
    "quotations": "will sign",
}


def importer() -> User:
    return User.objects.get_or_create(username="importer", is_staff=True)[0]


def written(*lines: Line) -> io.BytesIO:
    """A CSV file with every column that a row names."""
    text = io.StringIO(newline="")
    names = dict.fromkeys(name for line in lines for name in line)
    writer = csv.DictWriter(text, list(names), restval="")
    writer.writeheader()
    writer.writerows(lines)
    return io.BytesIO(text.getvalue().encode())


def exported(noun: str) -> io.BytesIO:
    table = TABLES[noun]
    return io.BytesIO(b"".join(csv_parts(table, table.rows())))


def lines_of(file: io.BytesIO) -> list[Line]:
    file.seek(0)
    return list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"), newline="")))


def task(noun: str, file: io.BytesIO, **overrides: Any) -> Task:
    """Columns are those of the same name."""
    file.seek(0)
    heading = next(csv.reader([file.readline().decode("utf-8-sig")]))
    reading = Reading({name: name for name in heading}, dates=overrides.pop("dates", ""))
    return Task(noun=noun, ending="csv", reading=reading, **overrides)


def check(noun: str, file: io.BytesIO, **overrides: Any) -> Report:
    return check_file(file, task(noun, file, **overrides))


def bring_in(noun: str, file: io.BytesIO, **overrides: Any) -> Report:
    of_the_task = {n: overrides.pop(n) for n in ("rights", "dates", "on_read") if n in overrides}
    told = {"now": NOW, "by": importer(), **overrides}
    return import_file(file, task(noun, file, **of_the_task), **told)


def told(report: Report) -> list[str]:
    return [str(problem) for problem in report.problems]


CONTRIBUTOR = Rights(may_amend=False)
