"""Serialise a table as CSV (RFC 4180) in UTF-8, with a byte-order mark for Excel."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from tracker.exports.extract import Extract
from tracker.lib.csv_lines import csv_lines


def csv_parts(extract: Extract) -> Iterator[bytes]:
    """Yield the file, one part for each chunk of records."""
    columns = extract.table.columns
    yield codecs.BOM_UTF8 + csv_lines([column.name] for column in columns).encode()
    for chunk in extract.chunks():
        yield csv_lines(column.texts(chunk) for column in columns).encode()
