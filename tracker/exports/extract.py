"""One file about to be written: which table, for which filter, at which state of the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse

from tracker.exports.cells import Column
from tracker.exports.columns import COMMITMENTS, UPDATES
from tracker.filters import CommitmentFilter
from tracker.filters.words import file_stem
from tracker.models import Commitment, LogHead
from tracker.payloads import Payload
from tracker.queries.extracts import (
    commitment_chunks,
    commitment_count,
    update_chunks,
    update_count,
)
from tracker.queries.moments import Moment


def _commitment_path(record: Payload) -> str:
    return reverse("commitment", args=[record["slug"]])


def _update_path(record: Payload) -> str:
    path = reverse("commitment", args=[record["commitment"]["slug"]])
    return f"{path}#update-{record['number']}"


@dataclass(frozen=True, slots=True)
class Table:
    """What a file may hold: `name` is that of the file's address and of its list in JSON."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    chunks: Callable[[QuerySet[Commitment], Moment], Iterator[list[Payload]]]
    count: Callable[[QuerySet[Commitment], Moment], int]
    path_of: Callable[[Payload], str]


COMMITMENT_TABLE = Table(
    "commitments",
    COMMITMENTS,
    ("reference",),
    commitment_chunks,
    commitment_count,
    _commitment_path,
)
UPDATE_TABLE = Table(
    "updates", UPDATES, ("commitment", "number"), update_chunks, update_count, _update_path
)
TABLES = (COMMITMENT_TABLE, UPDATE_TABLE)


@dataclass(frozen=True, slots=True)
class Extract:
    """One table for a valid filter. `site` and `address` are absolute: of the site, of the file."""

    table: Table
    found: CommitmentFilter
    head: LogHead
    site: str
    address: str

    @property
    def stem(self) -> str:
        """The file's name without its ending: the filter in words, and the day."""
        words = file_stem(self.found)
        about = words if self.table is COMMITMENT_TABLE else f"{self.table.name}-{words}"
        return f"{about}-{self.found.today.isoformat()}"

    def chunks(self) -> Iterator[list[Payload]]:
        """The records, some at a time, each with the absolute address of its page."""
        for chunk in self.table.chunks(self.found.qs, self.found.moment):
            yield [{**record, "url": self.site + self.table.path_of(record)} for record in chunk]

    def count(self) -> int:
        return self.table.count(self.found.found(), self.found.moment)
