"""Check and import stored files, each by one process at a time.

Small files are processed by the request, larger ones by the deliverer, so that no request exceeds
the server's time limit. Processing takes a lease on the file; the transaction that imports it also
marks it as imported.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext as _

from tracker.actions.imports.files import (
    ImportRefusedError,
    RegisterChangedError,
    check_file,
    import_file,
)
from tracker.actions.imports.plan import Task
from tracker.actions.imports.rights import rights_of
from tracker.actions.imports.uploads import DUE, opened, reading_of
from tracker.models import Upload, UploadState
from tracker.spreadsheets.cells import SpreadsheetError
from tracker.spreadsheets.report import Report
from tracker.spreadsheets.stale_preview import rechecked

# Files of up to this many rows are checked and imported within the request.
AT_ONCE = 2_000
# Longer than writing the largest file takes; it is renewed while rows are read. Processing within a
# request takes seconds.
LEASE = dt.timedelta(minutes=15)
SHORT_LEASE = dt.timedelta(minutes=2)
# A file whose process died this often is given up, since the file may be the cause.
MOST_TRIES = 3

logger = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]


def is_small(upload: Upload) -> bool:
    """Return whether the request can wait for it."""
    return upload.row_count <= AT_ONCE


def process_due(*, clock: Clock) -> int:
    """Check and import waiting files; return how many. Safe to run concurrently."""
    done = 0
    for key in Upload.objects.filter(state__in=DUE).order_by("pk").values_list("pk", flat=True):
        done += process(key, clock=clock)
    return done


def is_free(upload: Upload, *, now: dt.datetime) -> bool:
    """Return whether a file waits and has no valid lease: not begun, or its process died."""
    taken_until = upload.taken_until
    is_taken = taken_until is not None and now <= taken_until <= now + 2 * LEASE
    return upload.state in DUE and not is_taken


def process(key: int, *, clock: Clock) -> bool:
    """Check or import one file, unless another process holds its lease."""
    now = clock()
    waiting = Upload.objects.filter(pk=key, state__in=DUE)
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
    try:
        report = _report_of(upload, clock=clock)
        if report is not None:
            _finish(upload, report, state=UploadState.CHECKED)
    except (OperationalError, InterfaceError):
        # The database is busy or unavailable: end the lease, so that it is tried again.
        Upload.objects.filter(pk=key).update(taken_until=None, tries=F("tries") - 1)
        raise
    except Exception as error:
        # Do not retry a file that triggers a bug; the server log has the traceback.
        logger.exception("The file %s could not be processed", key)
        text = _("Nothing was imported: a fault in the register itself (%(fault)s).")
        _finish(upload, _refused(text % {"fault": error}), state=UploadState.CHECKED)
    return True


def _task(upload: Upload, *, clock: Clock) -> Task:
    def renew(rows: int) -> None:
        lease = SHORT_LEASE if is_small(upload) else LEASE
        Upload.objects.filter(pk=upload.pk).update(rows_done=rows, taken_until=clock() + lease)

    return Task(
        noun=upload.noun,
        ending=upload.ending,
        reading=reading_of(upload),
        rights=rights_of(upload.uploaded_by, upload.noun),
        on_read=renew,
    )


def _report_of(upload: Upload, *, clock: Clock) -> Report | None:
    """Check or import a file; return the report, or None for a file that was imported."""
    now = clock()

    def end(report: Report) -> None:
        _finish(upload, report, state=UploadState.IMPORTED, finished_at=now)
        upload.parts.all().delete()

    try:
        with opened(upload) as file:
            task = _task(upload, clock=clock)
            if upload.state == UploadState.TO_CHECK:
                return check_file(file, task)
            import_file(
                file,
                task,
                disposition=upload.then,
                why=upload.why,
                digest=upload.report.get("digest", ""),
                end=end,
                now=now,
                by=upload.uploaded_by,
            )
            return None
    except ImportRefusedError as refusal:
        return refusal.report
    except RegisterChangedError as moved:
        return rechecked(moved.report, shown=upload.report)
    except SpreadsheetError as error:
        return _refused(error.sentence, row=error.row)
    except ValidationError as error:
        return _refused(" ".join(error.messages))


def _refused(sentence: str, *, row: int = 0) -> Report:
    report = Report()
    report.add_problem(row, "", sentence)
    return report


def _finish(upload: Upload, report: Report, **values: Any) -> None:
    rows = Upload.objects.filter(pk=upload.pk).exclude(state=UploadState.IMPORTED)
    rows.update(report=report.as_json(), rows_done=report.rows, taken_until=None, **values)
    upload.refresh_from_db()
