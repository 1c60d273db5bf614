"""Store uploaded files, check them, import them once and delete them.

Small files are processed by the request, larger ones by the deliverer, so that no request exceeds
the server's time limit. Processing takes a lease on the file; the transaction that imports it also
marks it as imported.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import IO, Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext as _

from tracker.actions.imports.rows import (
    ImportRefusedError,
    RegisterMovedError,
    Task,
    check_file,
    import_file,
    refuse_choice,
)
from tracker.models import PUBLISH, Upload, UploadPart, UploadState
from tracker.spreadsheets.cells import SpreadsheetError, UnknownEncodingError
from tracker.spreadsheets.mapping import Reading
from tracker.spreadsheets.moved import checked_anew
from tracker.spreadsheets.reading import ENDINGS, count_rows, read_sheet
from tracker.spreadsheets.report import Problem, Report, Rights
from tracker.spreadsheets.tables import TABLES

# Files of up to this many rows are checked and imported within the request.
AT_ONCE = 2_000
# Longer than writing the largest file takes; it is renewed while rows are read. Processing within a
# request takes seconds.
LEASE = dt.timedelta(minutes=15)
SHORT_LEASE = dt.timedelta(minutes=2)
# A file whose process died this often is given up, since the file may be the cause.
MOST_TRIES = 3
KEPT = dt.timedelta(days=2)
REMEMBERED = dt.timedelta(days=30)
_PIECE = 1 << 19
_SAMPLES = 3

logger = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]


# -- The file -----------------------------------------------------------------------------------


def keep_upload(
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


def say_encoding(upload: Upload, encoding: str) -> None:
    """Set the encoding of a file. Raise ValidationError if the file cannot be read with it."""
    with opened(upload) as file:
        try:
            upload.head = _head(upload, file, encoding)
        except SpreadsheetError as error:
            raise ValidationError(str(error)) from error
    upload.reading = {**upload.reading, "encoding": encoding}
    upload.save(update_fields=["head", "reading"])


def ask_check(upload: Upload, reading: Reading) -> bool:
    """Queue the file for a check; return False if it is being imported, or was, meanwhile."""
    return _moved(
        upload,
        (UploadState.OPEN, UploadState.TO_CHECK, UploadState.CHECKED),
        state=UploadState.TO_CHECK,
        reading=asdict(reading),
        report={},
    )


def ask_import(
    upload: Upload, *, sha256: str, digest: str, then: str, why: str, by: AbstractBaseUser
) -> bool:
    """Queue the checked file for import; return False if it changed or was queued meanwhile.

    Raise ValidationError if the user may not choose this for its drafts.
    """
    refuse_choice(then, upload.noun, rights_of(by, upload.noun))
    if (upload.sha256, upload.report.get("digest")) != (sha256, digest):
        return False
    return _moved(
        upload, (UploadState.CHECKED,), state=UploadState.TO_IMPORT, then=then, why=why.strip()
    )


def _moved(upload: Upload, states: tuple[UploadState, ...], **values: Any) -> bool:
    """Change the state of the row if nobody else did, such as another tab; return whether so."""
    rows = Upload.objects.filter(pk=upload.pk, state__in=states)
    free = Q(taken_until=None) | Q(state=UploadState.CHECKED)
    moved = rows.filter(free).update(rows_done=0, taken_until=None, tries=0, **values)
    upload.refresh_from_db()
    return bool(moved)


# -- Carrying it out ----------------------------------------------------------------------------


def rights_of(user: AbstractBaseUser, noun: str) -> Rights:
    """Return what a user may do with a file; not cached, since rights may be revoked."""
    model = TABLES[noun].model._meta.model_name
    assert isinstance(user, PermissionsMixin)  # noqa: S101 - every account of ours is one
    may_enter = bool(user.is_active and getattr(user, "is_staff", False))
    return Rights(
        may_add=may_enter and user.has_perm(f"tracker.add_{model}"),
        may_change=may_enter and user.has_perm(f"tracker.change_{model}"),
        may_amend=may_enter and user.has_perm(PUBLISH),
    )


def is_small(upload: Upload) -> bool:
    """Return whether the request can wait for it."""
    return upload.row_count <= AT_ONCE


_DUE = (UploadState.TO_CHECK, UploadState.TO_IMPORT)


def carry_out_due(*, clock: Clock) -> int:
    """Check and import waiting files; return how many. Safe to run concurrently."""
    done = 0
    for key in Upload.objects.filter(state__in=_DUE).order_by("pk").values_list("pk", flat=True):
        done += carry_out(key, clock=clock)
    return done


def is_free(upload: Upload, *, now: dt.datetime) -> bool:
    """Return whether a file waits and has no valid lease: not begun, or its process died."""
    taken_until = upload.taken_until
    is_taken = taken_until is not None and now <= taken_until <= now + 2 * LEASE
    return upload.state in _DUE and not is_taken


def carry_out(key: int, *, clock: Clock) -> bool:
    """Check or import one file, unless another process holds its lease."""
    now = clock()
    waiting = Upload.objects.filter(pk=key, state__in=_DUE)
    # A lease further in the future was taken when the clock was ahead.
    left = Q(taken_until=None) | Q(taken_until__lt=now) | Q(taken_until__gt=now + 2 * LEASE)
    free = waiting.filter(left)
    lease = Case(When(row_count__lte=AT_ONCE, then=now + SHORT_LEASE), default=now + LEASE)
    if not free.update(taken_until=lease, tries=F("tries") + 1):
        return False
    upload = Upload.objects.get(pk=key)
    if upload.tries > MOST_TRIES:
        sentence = _(
            "Nothing was imported: it was begun %(tries)d times, and each time its process ended "
            "midway. Split the file, or tell who runs the register."
        )
        _finish(upload, _refused(sentence % {"tries": MOST_TRIES}), state=UploadState.CHECKED)
        return True
    carry = _check if upload.state == UploadState.TO_CHECK else _import
    try:
        carry(upload, clock=clock)
    except (OperationalError, InterfaceError):
        # The database is busy or unavailable: end the lease, so that it is tried again.
        Upload.objects.filter(pk=key).update(taken_until=None, tries=F("tries") - 1)
        raise
    except Exception as error:
        # Do not retry a file that triggers a bug; the server log has the traceback.
        logger.exception("The file %s could not be carried out", key)
        text = _("Nothing was imported: a fault in the register itself (%(fault)s).")
        _finish(upload, _refused(text % {"fault": error}), state=UploadState.CHECKED)
    return True


def _task(upload: Upload, *, clock: Clock) -> Task:
    def tell(rows: int) -> None:
        lease = SHORT_LEASE if is_small(upload) else LEASE
        Upload.objects.filter(pk=upload.pk).update(rows_done=rows, taken_until=clock() + lease)

    stored = upload.reading
    return Task(
        noun=upload.noun,
        ending=upload.ending,
        reading=Reading(stored["columns"], stored.get("dates", ""), stored.get("encoding", "")),
        rights=rights_of(upload.uploaded_by, upload.noun),
        tell_read=tell,
    )


def _check(upload: Upload, *, clock: Clock) -> None:
    try:
        with opened(upload) as file:
            report = check_file(file, _task(upload, clock=clock))
    except SpreadsheetError as error:
        report = _refused(error.sentence, row=error.row)
    _finish(upload, report, state=UploadState.CHECKED)


def _import(upload: Upload, *, clock: Clock) -> None:
    now = clock()

    def end(report: Report) -> None:
        _finish(upload, report, state=UploadState.IMPORTED, finished_at=now)
        upload.parts.all().delete()

    try:
        with opened(upload) as file:
            import_file(
                file,
                _task(upload, clock=clock),
                then=upload.then,
                why=upload.why,
                digest=upload.report.get("digest", ""),
                end=end,
                now=now,
                by=upload.uploaded_by,
            )
        return
    except ImportRefusedError as refusal:
        report = refusal.report
    except RegisterMovedError as moved:
        report = checked_anew(moved.report, shown=upload.report)
    except SpreadsheetError as error:
        report = _refused(error.sentence, row=error.row)
    except ValidationError as error:
        report = _refused(" ".join(error.messages))
    _finish(upload, report, state=UploadState.CHECKED)


def _refused(sentence: str, *, row: int = 0) -> Report:
    report = Report()
    report.blame(row, "", sentence)
    return report


def _finish(upload: Upload, report: Report, **values: Any) -> None:
    rows = Upload.objects.filter(pk=upload.pk).exclude(state=UploadState.IMPORTED)
    rows.update(report=_as_json(report), rows_done=report.rows, taken_until=None, **values)
    upload.refresh_from_db()


def _as_json(report: Report) -> dict[str, Any]:
    def lines(problems: list[Problem]) -> list[list[Any]]:
        return [[p.row, p.column, p.sentence] for p in problems]

    return {
        "counts": {str(outcome): count for outcome, count in report.counts.items()},
        "problems": lines(report.problems),
        "problem_count": report.problem_count,
        "warnings": lines(report.warnings),
        "asked": lines(report.ambiguous_dates),
        "asked_count": report.ambiguous_count,
        "differences": report.differences,
        "drafts": report.drafts,
        "rows": report.rows,
        "digest": report.digest if report.is_sound else "",
    }


def forget_old(*, now: dt.datetime) -> None:
    """Delete abandoned files, and old records of imported ones."""
    old = Upload.objects.filter(uploaded_at__lt=now - KEPT)
    old.exclude(state__in=(*_DUE, UploadState.IMPORTED)).delete()
    Upload.objects.filter(uploaded_at__lt=now - REMEMBERED).delete()
