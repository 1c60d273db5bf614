"""Write workbooks from top to bottom, in little memory, and leave no temporary file behind."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import IO

from xlsxwriter import Workbook

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The limits of a sheet below its headings, and of a cell.
MAX_ROWS = 1_048_575
MAX_CELL_LENGTH = 32_767
_OPTIONS = {
    # Rows go to a temporary file as they are written.
    "constant_memory": True,
    # Text that looks like a formula, a number or a URL stays text.
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def workbook_file(fill: Callable[[Workbook], object]) -> IO[bytes]:
    """Return the workbook that `fill` fills, in a temporary file that is deleted when closed.

    An exception ends the work at once, and no file is left.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
            book = Workbook(file, {**_OPTIONS, "tmpdir": folder})
            try:
                fill(book)
            except BaseException:
                for sheet in book.worksheets():
                    sheet.row_data_fh.close()
                raise
            book.close()
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def cell_length(text: str) -> int:
    """Return the length of a text as Excel counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
