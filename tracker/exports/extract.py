"""One export: a table, for a filter, at a state of the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from tracker.exports.cells import Column
from tracker.exports.columns import columns
from tracker.filters import CommitmentFilter
from tracker.filters.words import file_stem
from tracker.lib.slug_addresses import slug_addresses
from tracker.models import Commitment, LogHead
from tracker.queries.lists.bulk import (
    commitment_count,
    commitment_fields,
    update_count,
    update_fields,
)
from tracker.queries.viewpoint import Viewpoint
from tracker.schema.payloads import Fields
from tracker.schema.records import COMMITMENT_RECORD, UPDATE_RECORD


def _commitment_paths(records: Fields, page: Callable[[str], str]) -> list[str]:
    return [page(slug) for slug in records["slug"]]


def _update_paths(records: Fields, page: Callable[[str], str]) -> list[str]:
    return [
        f"{page(commitment['slug'])}#update-{number}"
        for commitment, number in zip(records["commitment"], records["number"], strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Table:
    """The content of a file; `name` is part of its address and the key of its list in JSON."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    chunks: Callable[[QuerySet[Commitment], Viewpoint], Iterator[Fields]]
    count: Callable[[QuerySet[Commitment], Viewpoint], int]
    paths: Callable[[Fields, Callable[[str], str]], list[str]]


COMMITMENT_TABLE = Table(
    "commitments",
    columns(COMMITMENT_RECORD),
    ("reference",),
    commitment_fields,
    commitment_count,
    _commitment_paths,
)
UPDATE_TABLE = Table(
    "updates",
    columns(UPDATE_RECORD),
    ("commitment", "number"),
    update_fields,
    update_count,
    _update_paths,
)
TABLES = (COMMITMENT_TABLE, UPDATE_TABLE)


@dataclass(frozen=True, slots=True)
class Extract:
    """One table for a valid filter; `site` and `address` are the full addresses of site and
    file."""

    table: Table
    filterset: CommitmentFilter
    head: LogHead
    site: str
    address: str

    @property
    def stem(self) -> str:
        """The file name without its extension: the filter in words, and the day."""
        words = file_stem(self.filterset)
        about = words if self.table is COMMITMENT_TABLE else f"{self.table.name}-{words}"
        return f"{about}-{self.filterset.today.isoformat()}"

    def chunks(self) -> Iterator[Fields]:
        """Yield the records in chunks, each record with the absolute address of its page."""
        page = slug_addresses("commitment")
        for records in self.table.chunks(self.filterset.qs, self.filterset.viewpoint):
            paths = self.table.paths(records, page)
            yield {**records, "url": [self.site + path for path in paths]}

    def count(self) -> int:
        return self.table.count(self.filterset.results(), self.filterset.viewpoint)
