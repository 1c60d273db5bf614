"""Store uploaded files, record what a person decides about them, and delete them.

`processing` checks and imports them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import IO, Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.actions.imports.rights import refuse_choice, rights_of
from tracker.models import Upload, UploadPart, UploadState
from tracker.spreadsheets.cells import SpreadsheetError, UnknownEncodingError
from tracker.spreadsheets.mapping import Reading
from tracker.spreadsheets.reading import ENDINGS, count_rows, read_sheet

EXPIRES_AFTER = dt.timedelta(days=2)
RECORD_EXPIRES_AFTER = dt.timedelta(days=30)
_PIECE = 1 << 19
_SAMPLES = 3
# The states in which a file waits to be processed.
DUE = (UploadState.TO_CHECK, UploadState.TO_IMPORT)

# -- The file -----------------------------------------------------------------------------------


def store_upload(
    pieces: Iterable[bytes], *, noun: str, file_name: str, now: dt.datetime, by: AbstractBaseUser
) -> Upload:
    """Store a file, and read its headings if possible. Raise ValidationError."""
    ending = file_name.rsplit(".", 1)[-1].lower()
    if ending not in ENDINGS:
        raise ValidationError(
            _(
                "“%(name)s” is neither a CSV file (.csv) nor an Excel workbook (.xlsx): save it as "
                "one of these."
            ),
            params={"name": file_name[:80]},
        )
    upload = Upload(
        noun=noun,
        file_name=file_name[-200:],
        ending=ending,
        uploaded_by_id=by.pk,
        uploaded_at=now,
        size=0,
    )
    with tempfile.TemporaryFile() as file:
        _take_in(upload, pieces, file)
        # Read before the transaction, since on SQLite it blocks all other writers.
        try:
            upload.row_count = count_rows(file, ending=ending)
            upload.head = _head(upload, file)
        except SpreadsheetError as error:
            raise ValidationError(str(error)) from error
        file.seek(0)
        with transaction.atomic():
            upload.save()
            for number, piece in enumerate(iter(lambda: file.read(_PIECE), b"")):
                UploadPart.objects.create(upload=upload, number=number, content=piece)
    return upload


def _take_in(upload: Upload, pieces: Iterable[bytes], file: IO[bytes]) -> None:
    """Write the pieces to `file`, and set the size and digest of the upload."""
    digest, most = hashlib.sha256(), settings.IMPORT_MAX_MB * 1_000_000
    for piece in pieces:
        upload.size += len(piece)
        if upload.size > most:
            raise ValidationError(
                _("The file is larger than %(most)d MB, which is too much at once: split it."),
                params={"most": settings.IMPORT_MAX_MB},
            )
        file.write(piece)
        digest.update(piece)
    if not upload.size:
        raise ValidationError(_("The file is empty."))
    upload.sha256 = digest.hexdigest()


def _head(upload: Upload, file: IO[bytes], encoding: str = "") -> dict[str, Any]:
    try:
        sheet = read_sheet(file, ending=upload.ending, encoding=encoding)
    except UnknownEncodingError as error:
        return {"asked": str(error), "encodings": error.samples()}
    samples: list[list[str]] = [[] for _heading in sheet.headings]
    try:
        for _count, row in zip(range(_SAMPLES), sheet.rows, strict=False):
            for place, cell in enumerate(row.cells):
                samples[place].append(str(cell)[:40] if not hasattr(cell, "sentence") else "…")
    except SpreadsheetError:
        pass  # reported with its row when the file is checked
    return {"headings": list(sheet.headings), "samples": samples, "sheet": sheet.name}


@contextmanager
def opened(upload: Upload) -> Iterator[IO[bytes]]:
    """Open the file as it was uploaded. Raise SpreadsheetError if it was deleted."""
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as file:
        for key in upload.parts.order_by("number").values_list("pk", flat=True):
            piece = bytes(UploadPart.objects.get(pk=key).content)
            digest.update(piece)
            file.write(piece)
        if digest.hexdigest() != upload.sha256:
            raise SpreadsheetError(_("The file is not kept any more: upload it again."))
        file.seek(0)
        yield file


# -- What a person says of it -------------------------------------------------------------------


def set_encoding(upload: Upload, encoding: str) -> None:
    """Set the encoding of a file. Raise ValidationError if the file cannot be read with it."""
    with opened(upload) as file:
        try:
            upload.head = _head(upload, file, encoding)
        except SpreadsheetError as error:
            raise ValidationError(str(error)) from error
    upload.reading = {**upload.reading, "encoding": encoding}
    upload.save(update_fields=["head", "reading"])


def reading_of(upload: Upload, **changes: Any) -> Reading:
    """Return how a file is read by the answers given so far, with these `changes`."""
    return Reading(**{"columns": {}, **upload.reading, **changes})


def queue_check(upload: Upload, reading: Reading) -> bool:
    """Queue the file for a check; return False if it is being imported, or was, meanwhile."""
    return _set_state(
        upload,
        (UploadState.OPEN, UploadState.TO_CHECK, UploadState.CHECKED),
        state=UploadState.TO_CHECK,
        reading=asdict(reading),
        report={},
    )


def queue_import(
    upload: Upload, *, sha256: str, digest: str, then: str, why: str, by: AbstractBaseUser
) -> bool:
    """Queue the checked file for import; return False if it changed or was queued meanwhile.

    Raise ValidationError if the user may not choose this for its drafts.
    """
    refuse_choice(then, upload.noun, rights_of(by, upload.noun))
    if (upload.sha256, upload.report.get("digest")) != (sha256, digest):
        return False
    return _set_state(
        upload, (UploadState.CHECKED,), state=UploadState.TO_IMPORT, then=then, why=why.strip()
    )


def _set_state(upload: Upload, states: tuple[UploadState, ...], **values: Any) -> bool:
    """Change the state of the row if nobody else did, such as another tab; return whether so."""
    rows = Upload.objects.filter(pk=upload.pk, state__in=states)
    free = Q(taken_until=None) | Q(state=UploadState.CHECKED)
    changed = rows.filter(free).update(rows_done=0, taken_until=None, tries=0, **values)
    upload.refresh_from_db()
    return bool(changed)


def delete_old(*, now: dt.datetime) -> None:
    """Delete abandoned files, and old records of imported ones."""
    old = Upload.objects.filter(uploaded_at__lt=now - EXPIRES_AFTER)
    old.exclude(state__in=(*DUE, UploadState.IMPORTED)).delete()
    Upload.objects.filter(uploaded_at__lt=now - RECORD_EXPIRES_AFTER).delete()
