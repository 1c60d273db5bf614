"""A worksheet of XlsxWriter that takes many rows at once, a column at a time.

The library writes a cell by a dozen calls; for a hundred thousand rows that is most of the work.
Here the rows of a chunk are made of whole columns. What comes out is the same to the byte, a test
holds, save for text that looks like the library's own rich text, which here is text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import lru_cache

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# Text with any of these is looked at closely: markup, and Excel's way to write a character's code.
_SPECIAL = ("&", "<", ">", "_x")

_BEFORE_THE_FIRST = dt.date(1899, 12, 30)

Value = str | int | bool | dt.date | None


class QuickSheet(Worksheet):  # type: ignore[misc]  # the library is not typed throughout
    """Of a workbook with `constant_memory`, whose rows are written from top to bottom."""

    def write_columns(self, row: int, columns: Sequence[Sequence[Value]], *, days: Format) -> int:
        """Write what columns of equal length hold, from `row` on, and return the row after.

        A heading as wide must have been written above, and the first column is never empty. None
        is an empty cell; a day, from 1 March 1900 on, is written in the format `days`; text is at
        most as long as a cell holds.
        """
        self._write_single_row(row)  # the one above, which the library still holds back
        numbers = range(row + 1, row + 1 + len(columns[0]))
        cells = [
            _cells(xl_col_to_name(place), numbers, _tails(values, days))
            for place, values in enumerate(columns)
        ]
        for number, told in zip(numbers, zip(*cells, strict=True), strict=True):
            self.fh.write(f'<row r="{number}">{"".join(told)}</row>')
        self.previous_row = row + len(numbers)
        self.dim_rowmax = self.previous_row - 1
        return int(self.previous_row)


def _cells(letter: str, numbers: range, tails: Sequence[str]) -> list[str]:
    return [
        f'<c r="{letter}{number}"{tail}' if tail else ""
        for number, tail in zip(numbers, tails, strict=True)
    ]


def _tails(values: Sequence[Value], days: Format) -> list[str]:
    """The cells, each from its type on; empty for None."""
    together = "".join([value for value in values if isinstance(value, str)])
    is_plain = together.isprintable() and not any(sign in together for sign in _SPECIAL)
    text = _plain if is_plain else _special
    return [_tail(value, text, days) for value in values]


def _tail(value: Value, text: Callable[[str], str], days: Format) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dt.date):
        # Asked for only now: a format is numbered when it is first used.
        return _day(value, days._get_xf_index())
    if isinstance(value, bool):
        return f' t="b"><v>{int(value)}</v></c>'
    return f"><v>{value}</v></c>"


def _plain(text: str) -> str:
    if text != text.strip():
        return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return f' t="inlineStr"><is><t>{text}</t></is></c>'


def _special(text: str) -> str:
    told = Worksheet._escape_control_characters(text)
    return _plain(told.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


@lru_cache(maxsize=4096)
def _day(value: dt.date, style: int) -> str:
    # Days are counted from the end of 1899 by a calendar that has a 29 February 1900.
    return f' s="{style}"><v>{(value - _BEFORE_THE_FIRST).days}</v></c>'
