"""Write workbooks from top to bottom, in little memory, and leave no temporary file behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from xlsxwriter import Workbook

_OPTIONS = {
    # Rows go to a temporary file as they are written.
    "constant_memory": True,
    # Text that looks like a formula, a number or a URL stays text.
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@contextmanager
def workbook_in(file: IO[bytes]) -> Iterator[Workbook]:
    """Yield a workbook that is written to `file` at the end.

    An exception ends the work at once: nothing is written, and the temporary files are deleted.
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
