"""The page of one commitment, and the files to cite it by."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tracker.answers import public_answer
from tracker.dashboard.citing import reference
from tracker.dashboard.commitment_sections import sections
from tracker.dashboard.not_here import following_renames, not_yet
from tracker.dashboard.paging import Paging, paginate
from tracker.filters import MomentForm
from tracker.lib.reference_formats import FORMATS, to_text
from tracker.models import Change, ChangeKind, Commitment
from tracker.queries.change_lines import read_newest
from tracker.queries.commitment_reading import (
    Reading,
    Row,
    read_commitment,
    read_long_history,
    row_then,
    row_today,
)
from tracker.queries.flag_grounds import grounds
from tracker.queries.flags import flags_of
from tracker.queries.long_history import read_part
from tracker.queries.moments import Moment
from tracker.queries.visibility import known_seq, position_of


@public_answer
@following_renames("commitment")
def commitment(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    found = _at_moment(request, slug, today=today)
    if isinstance(found, HttpResponse):
        return found
    row, moment = found
    return render(request, "dashboard/commitment.html", _context(request, row, moment))


@public_answer
@following_renames("commitment")
def cite(request: HttpRequest, slug: str, extension: str, *, today: dt.date) -> HttpResponse:
    """The reference as a file: BibTeX, RIS, CSL-JSON or plain text."""
    if extension not in FORMATS:
        raise Http404
    found = _at_moment(request, slug, today=today)
    if isinstance(found, HttpResponse):
        return found
    row, moment = found
    cited = reference(
        request,
        row.record,
        moment,
        last_recorded_at=_last_recorded_at(row.record, moment),
    )
    form = FORMATS[extension]
    headers = {"Content-Disposition": f'attachment; filename="{row.record.reference}.{extension}"'}
    return HttpResponse(form.write(cited), content_type=form.media_type, headers=headers)


def _at_moment(
    request: HttpRequest, slug: str, *, today: dt.date
) -> tuple[Row, Moment] | HttpResponse:
    """The commitment at the moment asked for, or the page that says why there is none."""
    moment = Moment(today)
    row = row_today(slug, moment)
    if row is not None and row.record.is_retracted:
        return _gone(request, row.record)
    if any(name in request.GET for name in MomentForm.base_fields):
        form = MomentForm(request.GET, today=today)
        if not form.is_valid():
            return render(request, "dashboard/bad_moment.html", {"form": form}, status=400)
        moment = form.moment
    shown = row_then(slug, moment) if moment.is_past else row
    if shown is None:
        return not_yet(request, row is not None, moment)
    return shown, moment


def _gone(request: HttpRequest, record: Commitment) -> HttpResponse:
    change = (
        Change.objects.filter(commitment=record, kind=ChangeKind.RETRACTION, update=None, note=None)
        .order_by("-seq")
        .first()
    )
    context = {"reference": record.reference, "change": change}
    return render(request, "dashboard/gone.html", context, status=410)


def _last_recorded_at(record: Commitment, moment: Moment) -> dt.datetime | None:
    known = known_seq(moment.known_at)
    newest = read_newest(record.pk, as_of=moment.as_of, known=known, most=1)
    return next((change.recorded_at for change in newest.records()), None)


def _read(request: HttpRequest, row: Row, moment: Moment) -> tuple[Reading, Paging | None]:
    """All that the page tells of; of a long history the page that is asked for."""
    whole = read_long_history(row, moment)
    if whole is None:
        return read_commitment(row, moment), None
    params = request.GET.copy()
    for name in request.GET.keys() - {"page", *MomentForm.base_fields}:
        del params[name]
    paging = paginate(whole.newest_first, params, per_page=settings.HISTORY_PER_PAGE)
    part = read_part(whole, paging.page.number)
    return read_commitment(row, moment, part=part), paging


def _context(request: HttpRequest, row: Row, moment: Moment) -> dict[str, Any]:
    record = row.record
    reading, paging = _read(request, row, moment)
    told = sections(request, reading, paging=paging)
    cited = reference(request, record, moment, last_recorded_at=told.last_recorded_at)
    return {
        "commitment": record,
        "position": position_of(record),
        "moment": moment,
        "paging": paging,
        "sections": told,
        "own_steps": told.has_own_steps,
        "grounds": grounds(record, flags_of(record, moment), moment, targets=told.targets),
        "has_no_information": position_of(record).has_no_information(moment.day),
        "reference": cited,
        "reference_text": to_text(cited),
        "formats": FORMATS,
        "structured_data": told.structured_data,
    }
