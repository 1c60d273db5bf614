"""Summaries of the lines of the log, for feeds, e-mails, webhooks and the page of changes.

A summary is built from the line's own payload, including the names in it, so it never changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tracker.lib.labels import label_of
from tracker.models import Assessment, Change, ChangeKind, Revision, Stage
from tracker.queries.as_published import as_published
from tracker.queries.flags import raised_flag
from tracker.queries.viewpoint import Viewpoint
from tracker.schema.payloads import Payload
from tracker.schema.vocabulary import Movement

# By value, because Django rebuilds the list of `values` on each access.
_MOVEMENTS = {movement.value: movement for movement in Movement}
# The movements that a title names when neither stage nor assessment changed.
_NAMED_MOVEMENTS = {
    *(Movement.STRENGTHENED, Movement.WEAKENED, Movement.RENAMED),
    *(Movement.RESTATED, Movement.MENTIONED),
}


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """The summary of one change; `revised_by` is the line that revised its update, if any."""

    change: Change
    title: str
    subject: str
    movements: list[Movement]
    quotations: list[Payload]
    rationale: str
    reason: str
    revised_by: int | None


def _subject(change: Change) -> str:
    payload = change.payload
    for noun in ("commitment", "meeting", "source", "party", "topic", "forum"):
        if noun in payload:
            named = payload[noun]
            return str(named.get("title") or named.get("name") or "")
    note = payload.get("note") or payload.get("retracts") or {}
    if "author" in note:
        return str(note["author"])
    return str(change.kind)


def _step(payload: Payload) -> str:
    """Return "concluded → signed", or the assessments or movements if the stage is the same."""
    before, after = payload.get("before") or {}, payload.get("after") or payload.get("update") or {}
    old, new = before.get("stage"), after.get("stage")
    if not new:
        return ""
    if old and old != new:
        return f"{label_of(Stage, old)} → {label_of(Stage, new)}"
    if old and before.get("assessment") != after.get("assessment"):
        labels = (label_of(Assessment, state.get("assessment")) for state in (before, after))
        return " → ".join(labels)
    moved = [
        Movement(m).label.lower() for m in payload.get("movement", ()) if m in _NAMED_MOVEMENTS
    ]
    stage = label_of(Stage, new)
    return f"{stage} ({', '.join(moved)})" if moved else stage


def _date(value: Payload | None) -> str:
    return str((value or {}).get("date") or (value or {}).get("words") or "–")


def _target_step(payload: Payload) -> str:
    dates = (_date((payload.get(state) or {}).get("target")) for state in ("before", "after"))
    return _("target %(dates)s") % {"dates": " → ".join(dates)}


def _retraction(payload: Payload) -> str:
    retracted = payload.get("retracts", {})
    number = retracted.get("number")
    if "author" in retracted:
        return _("note retracted")
    if number is None:
        return _("retracted")
    return _("update %(number)s retracted") % {"number": number}


def _meeting_event(payload: Payload) -> str:
    before = payload.get("before")
    if before is None:
        return _("recorded")
    return _("all outcomes recorded") if "is_fully_recorded" in before else _("amended")


def _flag(payload: Payload) -> str:
    """Return "overdue since 2027-01-01"."""
    flag = raised_flag(payload)
    label = str(flag.label if flag else payload.get("flag", ""))
    return _("%(flag)s since %(day)s") % {"flag": label.lower(), "day": payload.get("since")}


_EVENTS: dict[str, Callable[[Payload], str]] = {
    ChangeKind.COMMITMENT_PUBLISHED: lambda payload: _("recorded"),
    ChangeKind.STATUS: _step,
    ChangeKind.MENTION: _step,
    ChangeKind.DEADLINE: _target_step,
    ChangeKind.EVIDENCE: lambda payload: _("evidence added"),
    ChangeKind.RENAMED: lambda payload: _("renamed"),
    ChangeKind.AMENDED: lambda payload: _("amended"),
    ChangeKind.CORRECTION: lambda payload: _("corrected: %(step)s") % {"step": _step(payload)},
    ChangeKind.RETRACTION: _retraction,
    ChangeKind.MEETING: _meeting_event,
    ChangeKind.COMMENTARY: lambda payload: _("commentary"),
    ChangeKind.FLAG: _flag,
}


def title_of(change: Change) -> str:
    """Return a title with the commitment, old → new, and the meeting."""
    event = _EVENTS[change.kind](change.payload)
    title = f"{_subject(change)}: {event}" if event else _subject(change)
    about_meeting = "meeting" in change.payload
    if change.meeting is not None and not about_meeting:
        place = change.meeting.place
        title += f", {change.meeting.title}" + (f", {place}" if place else "")
    return title


def _evidence(payload: Payload) -> list[Payload]:
    if "citation" in payload:
        return [payload["citation"]]
    return list((payload.get("update") or {}).get("citations", []))


def summarise(changes: Iterable[Change], *, known: int | None = None) -> list[ChangeSummary]:
    """Summarise changes, with their revisions up to line `known`; one extra query.

    With `known`, meetings have the titles that they had by then.
    """
    given = as_published(changes, known)
    revisions = Revision.objects.filter(update__in=[c.update_id for c in given if c.update_id])
    if known is not None:
        revisions = revisions.filter(seq__lte=known)
    return _summaries(given, {r.update_id: r.seq for r in revisions})


def _summaries(changes: Iterable[Change], revised: Mapping[int, int]) -> list[ChangeSummary]:
    """Summarise changes; `revised` maps updates to the lines that revised them."""
    result = []
    for change in changes:
        seq = revised.get(change.update_id) if change.update_id else None
        result.append(
            ChangeSummary(
                change=change,
                title=title_of(change),
                subject=_subject(change),
                movements=[
                    _MOVEMENTS[m] for m in change.payload.get("movement", ()) if m in _MOVEMENTS
                ],
                quotations=_evidence(change.payload),
                rationale=(change.payload.get("update") or {}).get("rationale", ""),
                reason=change.payload.get("reason", ""),
                revised_by=seq if seq is not None and seq > change.seq else None,
            )
        )
    return result


def summarise_loaded(changes: Iterable[Change], *, known: int | None = None) -> list[ChangeSummary]:
    """Summarise changes loaded with `update__revision`; no extra query unless `known` is set."""
    given = as_published(changes, known)
    revisions = (getattr(change.update, "revision", None) for change in given)
    counted = (r for r in revisions if r is not None and (known is None or r.seq <= known))
    return _summaries(given, {each.update_id: each.seq for each in counted})


def newest(commitment: int, viewpoint: Viewpoint, *, most: int) -> QuerySet[Change]:
    """Return the newest lines on a commitment that belong to a viewpoint."""
    lines = Change.objects.filter(commitment=commitment).order_by("-seq")
    if viewpoint.as_of is not None:
        happened = Q(update__happened_first_day__lte=viewpoint.as_of)
        lines = lines.filter(Q(update__isnull=True) | happened)
    if viewpoint.known is not None:
        lines = lines.filter(seq__lte=viewpoint.known)
    return lines.select_related("meeting", "update__revision").only(
        *("recorded_at", "kind", "significance", "is_backfill", "commitment", "payload", "hash"),
        *("meeting__title", "meeting__place", "update__number"),
        *("update__revision__update", "update__revision__seq"),
    )[:most]
