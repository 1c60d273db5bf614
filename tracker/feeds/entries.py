"""Entries of a feed: one log line each, which Atom, RSS and JSON Feed only serialise.

The content comes from the line's own payload and never changes. Only a later correction or
retraction is added, and only that moves `updated`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.feeds.addresses import page_of
from tracker.feeds.entry import Entry, Link, Quoted, Replacement, Tombstone
from tracker.feeds.words import plain, spelled_date
from tracker.lib.text import one_line
from tracker.models import Change, ChangeKind, Revision
from tracker.queries.log.change_summary import ChangeSummary, summarise_loaded
from tracker.queries.visibility import public_changes
from tracker.schema.payloads import Payload, change_id

# The line itself, the current names of its records, and the lines that revised them.
_COLUMNS = (
    *("seq", "recorded_at", "kind", "significance", "is_backfill", "payload", "hash"),
    *("commitment__slug", "commitment__title", "commitment__retracted_seq", "update__number"),
    *("meeting__slug", "meeting__title", "meeting__place", "meeting__retracted_seq"),
    *("source__slug", "source__title", "note__retracted_seq", "update__revision__seq"),
    "update__revision__update",
)


def entries(seqs: Sequence[int], request: HttpRequest) -> list[Entry]:
    """Return the lines with these numbers as entries, newest first, in two queries."""
    selected = public_changes().filter(seq__in=seqs).select_related("update__revision")
    changes = list(selected.only(*_COLUMNS).order_by("-seq"))
    revising = {change.seq: _revising_seqs(change) for change in changes}
    later = Change.objects.in_bulk({seq for revisions in revising.values() for seq in revisions})
    return [
        _write(line, request, _replacement([later[seq] for seq in revising[line.change.seq]]))
        for line in summarise_loaded(changes)
    ]


def _revising_seqs(change: Change) -> list[int]:
    """Return the later lines that revised what this one published, or what it is about."""
    revision: Revision | None = getattr(change.update, "revision", None)
    later = {revision.seq if revision is not None else None}
    later |= {each.retracted_seq for each in (change.commitment, change.note) if each is not None}
    if change.kind == ChangeKind.MEETING and change.meeting is not None:
        later.add(change.meeting.retracted_seq)
    return sorted(seq for seq in later if seq is not None and seq > change.seq)


def _replacement(changes: Sequence[Change]) -> Replacement | None:
    """Return the revision to show: a retraction outranks the correction before it."""
    if not changes:
        return None
    last = max(changes, key=lambda change: (change.kind == ChangeKind.RETRACTION, change.seq))
    return Replacement(
        seq=last.seq,
        recorded_at=last.recorded_at,
        reason=plain(last.payload.get("reason", "")),
        is_retraction=last.kind == ChangeKind.RETRACTION,
    )


def _write(summary: ChangeSummary, request: HttpRequest, replaced: Replacement | None) -> Entry:
    address = request.build_absolute_uri(page_of(summary.change))
    about = _about(summary.change, request, page=address.partition("#")[0])
    quoted = [_quoted(citation, request) for citation in summary.quotations]
    return Entry(summary, address, about, quoted, replaced)


def _quoted(citation: Payload, request: HttpRequest) -> Quoted:
    published = spelled_date(citation.get("published_on"))
    origin = (citation["publisher"], published, citation.get("locator"))
    return Quoted(
        quotation=plain(citation["quotation"]),
        language=citation["language"],
        title=one_line(citation["source_title"]),
        origin=one_line(", ".join(filter(None, origin))),
        page=request.build_absolute_uri(reverse("source", args=[citation["source"]])),
        document=plain(citation.get("url") or ""),
    )


def _about(change: Change, request: HttpRequest, *, page: str) -> list[Link]:
    """Return links to the subject of the line, which is at `page`, and to where it happened."""
    links = []
    if change.commitment is not None:
        as_published = change.payload.get("commitment", {}).get("title")
        links.append(Link(one_line(as_published or change.commitment.title), page))
    for record in (change.meeting, change.source):
        if record is not None:
            # The subject of the line comes first.
            address = request.build_absolute_uri(record.get_absolute_url()) if links else page
            links.append(Link(one_line(record.title), address))
    source = change.payload.get("note", {}).get("source")
    if source:
        page = reverse("source", args=[source])
        links.append(Link(_("Where it was published"), request.build_absolute_uri(page)))
    return links


def tombstones_of(changes: Iterable[Change]) -> list[Tombstone]:
    """Return a tombstone for every line that these retractions took back, in one query."""
    updates: dict[int, Change] = {}
    commitments: dict[int, Change] = {}
    notes: dict[int, Change] = {}
    for change in (each for each in changes if each.kind == ChangeKind.RETRACTION):
        if change.update_id is not None:
            updates[change.update_id] = change
        elif change.note_id is not None:
            notes[change.note_id] = change
        elif change.commitment_id is not None:
            commitments[change.commitment_id] = change
    if not updates and not commitments and not notes:
        return []
    retracted = Change.objects.filter(
        Q(update__in=updates) | Q(commitment__in=commitments) | Q(note__in=notes)
    )
    tombstones = []
    for change in retracted.order_by("-seq").only("seq", "hash", "update", "commitment", "note"):
        by = (
            commitments.get(change.commitment_id or 0)
            or updates.get(change.update_id or 0)
            or notes.get(change.note_id or 0)
        )
        replaced = _replacement([by]) if by is not None and change.seq < by.seq else None
        if replaced is not None:
            tombstones.append(Tombstone(change_id(change), replaced))
    return tombstones
