"""The page of one commitment, and the files to cite it by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tracker.answers import public_answer
from tracker.dashboard.citing import reference
from tracker.dashboard.not_here import following_renames, not_yet
from tracker.dashboard.structured_data import commitment_data
from tracker.filters import MomentForm
from tracker.lib.reference_formats import FORMATS, to_text
from tracker.models import Change, ChangeKind, Commitment, Instrument, Party
from tracker.queries.change_lines import Line, last_change, newest_lines
from tracker.queries.crosswalk import crosswalk_of
from tracker.queries.flag_grounds import grounds
from tracker.queries.flags import flags_of, has_no_information
from tracker.queries.history import History, Step, history
from tracker.queries.moments import Moment
from tracker.queries.rows import titles_known
from tracker.queries.surroundings import published_then, published_today, surround
from tracker.queries.target_history import stated_targets
from tracker.queries.visibility import known_seq, position_of
from tracker.queries.wording_ladder import ladder


@public_answer
@following_renames("commitment")
def commitment(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    found = _at_moment(request, slug, today=today)
    if isinstance(found, HttpResponse):
        return found
    record, moment = found
    return render(request, "dashboard/commitment.html", _context(request, record, moment))


@public_answer
@following_renames("commitment")
def cite(request: HttpRequest, slug: str, extension: str, *, today: dt.date) -> HttpResponse:
    """The reference as a file: BibTeX, RIS, CSL-JSON or plain text."""
    if extension not in FORMATS:
        raise Http404
    found = _at_moment(request, slug, today=today)
    if isinstance(found, HttpResponse):
        return found
    record, moment = found
    cited = reference(
        request,
        record,
        moment,
        title=_title(record, moment),
        last_change=last_change(record, moment),
    )
    form = FORMATS[extension]
    headers = {"Content-Disposition": f'attachment; filename="{record.reference}.{extension}"'}
    return HttpResponse(form.write(cited), content_type=form.media_type, headers=headers)


def _at_moment(
    request: HttpRequest, slug: str, *, today: dt.date
) -> tuple[Commitment, Moment] | HttpResponse:
    """The commitment at the moment asked for, or the page that says why there is none."""
    moment = Moment(today)
    record = published_today(slug, moment)
    if record is not None and record.is_retracted:
        return _gone(request, record)
    if any(name in request.GET for name in MomentForm.base_fields):
        form = MomentForm(request.GET, today=today)
        if not form.is_valid():
            return render(request, "dashboard/bad_moment.html", {"form": form}, status=400)
        moment = form.moment
    shown = published_then(slug, moment) if moment.is_past else record
    if shown is None:
        return not_yet(request, record.reference if record else None, moment)
    surround(shown, known=known_seq(moment.known_at))
    return shown, moment


def _gone(request: HttpRequest, record: Commitment) -> HttpResponse:
    change = (
        Change.objects.filter(commitment=record, kind=ChangeKind.RETRACTION, update=None, note=None)
        .order_by("-seq")
        .first()
    )
    context = {"reference": record.reference, "change": change}
    return render(request, "dashboard/gone.html", context, status=410)


def _title(record: Commitment, moment: Moment) -> str:
    known = known_seq(moment.known_at)
    told = "" if known is None else titles_known([record], known).get(record.pk, "")
    return told or record.title


@dataclass(frozen=True, slots=True)
class Published:
    """One line of the log: on which day this register said what."""

    line: Line
    said: str
    day: dt.date


def _published(told: Sequence[Line]) -> list[Published]:
    return [
        Published(
            line,
            line.title.removeprefix(f"{line.subject}: "),
            timezone.localdate(line.change.recorded_at),
        )
        for line in told
    ]


def _own_steps(record: Commitment, steps: Sequence[Step]) -> list[tuple[Party, list[Step]]]:
    """Each party with what it did alone, newest first; nothing where nobody is expected to."""
    own: dict[Party, list[Step]] = {party: [] for party in record.parties.all()}
    for step in reversed(steps):
        if step.update.party is not None:
            own.setdefault(step.update.party, []).append(step)
    # Agreements are brought into force by each party at home, so there its silence is shown.
    is_expected = record.instrument == Instrument.AGREEMENT or any(own.values())
    return list(own.items()) if is_expected else []


def _context(request: HttpRequest, record: Commitment, moment: Moment) -> dict[str, Any]:
    told: History = history(record, as_of=moment.as_of, known_at=moment.known_at)
    position = position_of(record)
    title = _title(record, moment)
    published = _published(newest_lines(record, moment))
    targets = stated_targets(told.steps)
    newest = published[0].line.change if published else None
    cited = reference(request, record, moment, title=title, last_change=newest)
    return {
        "commitment": record,
        "title": title,
        "position": position,
        "moment": moment,
        "history": told,
        "ladder": ladder(told.steps),
        "targets": targets,
        "own_steps": _own_steps(record, told.steps),
        "grounds": grounds(record, flags_of(record, moment), moment, targets=targets),
        "has_no_information": has_no_information(position, moment.day),
        "crosswalk": crosswalk_of(stage=position.stage, assessment=position.assessment),
        "published": published,
        "reference": cited,
        "reference_text": to_text(cited),
        "formats": FORMATS,
        "structured_data": commitment_data(request, record, told, title=title),
    }
