"""A worksheet of XlsxWriter that takes many rows at once, as columns.

The library calls some twenty functions for each cell, which is most of what a large workbook costs.
Here a cell is one formatted text. The XML is what the library would write, byte for byte: a test
compares them, since this relies on how the pinned version works in constant-memory mode.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# Excel counts days from here, rightly from 1 March 1900 on.
_DAY_ZERO = dt.date(1899, 12, 30)

Cell = str | int | bool | dt.date | None


class ColumnSheet(Worksheet):  # type: ignore[misc]  # the library is untyped
    """For `add_worksheet` of a workbook that was opened with `constant_memory`."""

    def write_columns(
        self, first_row: int, columns: Sequence[Sequence[Cell]], *, day_format: Format
    ) -> None:
        """Write rows below a heading of as many columns; a row is the nth cell of each column.

        `first_row` counts from 0. Texts must fit in a cell, and days must be in Excel's calendar.
        Nothing is written for None.
        """
        self._write_single_row(first_row)  # the row above, which waits for more cells
        numbers = range(first_row + 1, first_row + 1 + len(columns[0]))
        cells = [
            self._cells(xl_col_to_name(place), numbers, column, day_format)
            for place, column in enumerate(columns)
        ]
        rows = [*zip(numbers, map("".join, zip(*cells, strict=True)), strict=True)]
        filled = [(number, row) for number, row in rows if row]
        self.row_data_fh.writelines(f'<row r="{number}">{row}</row>' for number, row in filled)
        if filled:
            self._check_dimensions(filled[-1][0] - 1, 0)  # which takes note of the last row

    def _cells(
        self, name: str, numbers: Sequence[int], column: Sequence[Cell], day_format: Format
    ) -> list[str]:
        """Return the elements of one column, empty where there is no cell."""
        cells = []
        for number, cell in zip(numbers, column, strict=True):
            if cell is None:
                cells.append("")
            elif isinstance(cell, str):
                text = f"<t>{cell}</t>" if _is_plain(cell) else self._text(cell)
                cells.append(f'<c r="{name}{number}" t="inlineStr"><is>{text}</is></c>')
            elif isinstance(cell, bool):
                cells.append(f'<c r="{name}{number}" t="b"><v>{cell:d}</v></c>')
            elif isinstance(cell, int):
                cells.append(f'<c r="{name}{number}"><v>{cell:.16G}</v></c>')
            else:
                style, day = day_format._get_xf_index(), (cell - _DAY_ZERO).days
                cells.append(f'<c r="{name}{number}" s="{style}"><v>{day}</v></c>')
        return cells

    def _text(self, text: str) -> str:
        text = self._escape_control_characters(text)
        space = "" if text == text.strip() else ' xml:space="preserve"'
        return f"<t{space}>{self._escape_data(text)}</t>"


def _is_plain(text: str) -> bool:
    """Whether a text stands in XML as it is. Printable text contains no control characters."""
    return (
        text.isprintable()
        and text == text.strip()
        and not ("&" in text or "<" in text or ">" in text or "_x" in text)
    )
