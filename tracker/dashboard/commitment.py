"""The page of one commitment, and the files to cite it by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
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
from tracker.queries.change_lines import Line, lines
from tracker.queries.crosswalk import crosswalk_of
from tracker.queries.flag_grounds import grounds
from tracker.queries.flags import flags_of, has_no_information, with_silence
from tracker.queries.history import History, Step, history
from tracker.queries.moments import Moment
from tracker.queries.rows import titles_known
from tracker.queries.target_history import stated_targets
from tracker.queries.visibility import (
    known_seq,
    position_of,
    public_aliases,
    public_changes,
    public_commitments,
    public_notes,
    public_parties,
    public_topics,
)
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
        last_change=_changes(record, moment).first(),
    )
    form = FORMATS[extension]
    headers = {"Content-Disposition": f'attachment; filename="{record.reference}.{extension}"'}
    return HttpResponse(form.write(cited), content_type=form.media_type, headers=headers)


def _at_moment(
    request: HttpRequest, slug: str, *, today: dt.date
) -> tuple[Commitment, Moment] | HttpResponse:
    """The commitment at the moment asked for, or the page that says why there is none."""
    retracted = Commitment.objects.filter(slug=slug, retracted_seq__isnull=False).first()
    if retracted is not None:
        return _gone(request, retracted)
    form = MomentForm(request.GET, today=today)
    if not form.is_valid():
        return render(request, "dashboard/bad_moment.html", {"form": form}, status=400)
    moment = form.moment
    known = public_commitments(as_of=moment.as_of, known_at=moment.known_at).filter(slug=slug)
    record = _described(known, moment).first()
    if record is not None:
        return record, moment
    today_names = public_commitments().filter(slug=slug).values_list("reference", flat=True)
    return not_yet(request, today_names.first(), moment)


def _described(commitments: QuerySet[Commitment], moment: Moment) -> QuerySet[Commitment]:
    """Load what a commitment's page says around its history."""
    public = public_commitments(known_at=moment.known_at)
    return (
        with_silence(commitments, moment)
        .select_related("first_stated_at", "part_of", "supersedes")
        .prefetch_related(
            Prefetch("topics", public_topics()),
            Prefetch("parties", public_parties()),
            Prefetch("aliases", public_aliases(known_at=moment.known_at)),
            Prefetch("related", public),
            Prefetch("parts", public),
            Prefetch("superseded_by", public),
            Prefetch("notes", public_notes(known_at=moment.known_at).select_related("source")),
        )
    )


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


def _changes(record: Commitment, moment: Moment) -> QuerySet[Change]:
    """Its lines of the log, newest first: those known then, of what had happened by then."""
    told = public_changes().filter(commitment=record)
    if moment.as_of is not None:
        happened = Q(update__happened_first_day__lte=moment.as_of)
        told = told.filter(Q(update__isnull=True) | happened)
    known = known_seq(moment.known_at)
    return told if known is None else told.filter(seq__lte=known)


@dataclass(frozen=True, slots=True)
class Published:
    """One line of the log: on which day this register said what."""

    line: Line
    said: str
    day: dt.date


def _published(changes: QuerySet[Change]) -> list[Published]:
    told = lines(changes[: settings.FEED_ENTRIES])
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
    published = _published(_changes(record, moment))
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
