"""Workbooks that are written from top to bottom: little memory, and no file left behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from xlsxwriter import Workbook

_OPTIONS = {
    # Rows go to a temporary file as they come.
    "constant_memory": True,
    # What looks like a formula, a number or an address is text all the same.
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@contextmanager
def workbook_in(file: IO[bytes]) -> Iterator[Workbook]:
    """A workbook that is written to `file` at the end.

    What is raised meanwhile ends the work at once: nothing is packed, and its files are gone.
    """
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        book = Workbook(file, {**_OPTIONS, "tmpdir": folder})
        try:
            yield book
        except BaseException:
            for sheet in book.worksheets():
                sheet.row_data_fh.close()
            raise
        book.close()
