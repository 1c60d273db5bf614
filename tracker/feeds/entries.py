"""One line of the log as every format tells it: Atom, RSS and JSON Feed only write it down.

What a line published is told from its own payload and so stays as it was; only what became of it
since is added, and that alone moves `updated`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.feeds.addresses import page_of
from tracker.feeds.facts import facts, note_of, summary_of
from tracker.feeds.words import plain, spelled_date
from tracker.lib.composed import Composed, padded
from tracker.lib.recent import Recent
from tracker.lib.text import one_line, render_note, with_whole_links
from tracker.models import Change, ChangeKind
from tracker.queries.change_lines import Line, lines
from tracker.queries.visibility import public_changes
from tracker.schema.payloads import Payload, change_id


@dataclass(frozen=True, slots=True)
class Replacement:
    """The later line because of which a line no longer counts."""

    seq: int
    recorded_at: dt.datetime
    reason: str
    is_retraction: bool


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That an entry is gone (RFC 6721): its id, since when and why."""

    id: str
    when: dt.datetime
    replaced: Replacement


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A citation as published, with the source's page here and its own address."""

    quotation: str
    language: str
    title: str
    origin: str
    page: str
    document: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. Addresses are whole ones; `html` is a fragment and `text` the same in plain."""

    change: Change
    id: str
    title: str
    address: str
    html: str
    text: str
    tags: Sequence[str]
    updated: dt.datetime
    related: Sequence[Link]
    documents: Sequence[Link]
    replaced: Replacement | None
    # What a format made of it, by the name of the format: an entry is written down once in each.
    written: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def seq(self) -> int:
        return self.change.seq

    @property
    def published(self) -> dt.datetime:
        return self.change.recorded_at

    @property
    def tombstone(self) -> Tombstone | None:
        """Set where what the line published was retracted, rather than corrected."""
        if self.replaced is None or not self.replaced.is_retraction:
            return None
        return Tombstone(self.id, self.replaced.recorded_at, self.replaced)


# All that an entry says beyond the line itself, which never changes and is named by its hash: what
# the records that it names are called today, and which lines took them back.
_NAMES = (
    *("seq", "hash", "kind", "update", "note", "update__number", "meeting__slug"),
    *("meeting__title", "meeting__place", "commitment__slug", "commitment__title"),
    *("source__slug", "source__title", "update__revision__seq", "commitment__retracted_seq"),
    *("note__retracted_seq", "meeting__retracted_seq"),
)


@dataclass(frozen=True, slots=True)
class _Names:
    """What `_NAMES` gives of one line."""

    seq: int
    kind: str
    row: tuple[Any, ...]

    @property
    def revising_seqs(self) -> list[int]:
        """The later lines that took back what this one published, or what it is about."""
        *retracted, of_meeting = self.row[-4:]
        found = {*retracted, of_meeting if self.kind == ChangeKind.MEETING else None}
        return sorted(seq for seq in found if seq is not None and seq > self.seq)


@cache
def _composed(number: int) -> Composed[tuple[Any, ...]]:
    return Composed(
        lambda **seqs: (
            Change.objects.filter(seq__in=list(seqs.values())).order_by("-seq").values_list(*_NAMES)
        )
    )


def _names(seqs: Sequence[int]) -> list[_Names]:
    """Of the lines of these numbers, newest first; of no more than a feed has. One query."""
    if not seqs:
        return []
    places = padded(seqs, to=settings.FEED_ENTRIES)
    rows = _composed(len(places)).ask(**places).rows
    return [_Names(row[0], row[2], row) for row in rows]


# Some 30 kB each. A feed that one line was added to says the other lines again.
_WRITTEN: Recent[Entry] = Recent(most=1_000)


def entries(seqs: Sequence[int], request: HttpRequest) -> list[Entry]:
    """The lines of these numbers as entries, newest first.

    Two queries, of which one is for what became of them, and two more where some are not kept.
    """
    names = _names(seqs)
    became = {each.seq: each.revising_seqs for each in names}
    later = Change.objects.in_bulk({seq for found in became.values() for seq in found})
    about = (f"{request.scheme}://{request.get_host()}", get_language())
    replaced = {each.seq: _replacement([later[s] for s in became[each.seq]]) for each in names}
    keys = {each.seq: (each.row, replaced[each.seq], *about) for each in names}
    found = {seq: _WRITTEN.get(key) for seq, key in keys.items()}
    missing = [seq for seq, entry in found.items() if entry is None]
    if missing:
        for line in lines(public_changes().filter(seq__in=missing)):
            seq = line.change.seq
            found[seq] = _WRITTEN.keep(keys[seq], _write(line, request, replaced[seq]))
    return [entry for entry in found.values() if entry is not None]


def _replacement(changes: Sequence[Change]) -> Replacement | None:
    """A retraction tells more than the correction before it."""
    if not changes:
        return None
    last = max(changes, key=lambda change: (change.kind == ChangeKind.RETRACTION, change.seq))
    return Replacement(
        seq=last.seq,
        recorded_at=last.recorded_at,
        reason=plain(last.payload.get("reason", "")),
        is_retraction=last.kind == ChangeKind.RETRACTION,
    )


def _write(line: Line, request: HttpRequest, replaced: Replacement | None) -> Entry:
    change = line.change
    about = _about(change, request)
    address = request.build_absolute_uri(page_of(change))
    quoted = [_quoted(citation, request) for citation in line.quotations]
    context = {
        "line": line,
        "facts": facts(change),
        "summary": summary_of(change),
        "note": with_whole_links(note_of(change), page=address),
        "note_html": _note_html(change, page=address),
        "quoted": quoted,
        "about": about,
        "replaced": replaced,
    }
    pages = [Link(q.title, q.page) for q in quoted]
    return Entry(
        change=change,
        id=change_id(change),
        title=one_line(line.title),
        address=address,
        html=plain(render_to_string("feeds/_entry.html", context)).strip(),
        text=_close(plain(render_to_string("feeds/_entry.txt", context))),
        # Its kind, and the movement that it tells of.
        tags=[str(change.kind), *(str(movement) for movement in line.movements)],
        updated=replaced.recorded_at if replaced else change.recorded_at,
        related=list(dict.fromkeys([*about, *pages])),
        documents=list(dict.fromkeys(Link(q.title, q.document) for q in quoted if q.document)),
        replaced=replaced,
    )


def _note_html(change: Change, *, page: str) -> SafeString:
    html = render_note(note_of(change), page=page)
    return mark_safe(html)  # noqa: S308 - render_note lets nothing dangerous through


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


def _about(change: Change, request: HttpRequest) -> list[Link]:
    """The pages of what the line is about and of where it happened."""
    as_published = change.payload.get("commitment", {}).get("title")
    records = (
        (change.commitment, as_published),
        (change.meeting, None),
        (change.source, None),
    )
    links = [
        Link(one_line(title or record.title), request.build_absolute_uri(record.get_absolute_url()))
        for record, title in records
        if record is not None
    ]
    source = change.payload.get("note", {}).get("source")
    if source:
        page = reverse("source", args=[source])
        links.append(Link(_("Where it was published"), request.build_absolute_uri(page)))
    return links


def _close(text: str) -> str:
    """Without the empty lines that conditions leave in a template."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def tombstones_of(changes: Iterable[Change]) -> list[Tombstone]:
    """Of every line that the retractions among these took back, wherever it stands; one query."""
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
    taken = Change.objects.filter(
        Q(update__in=updates) | Q(commitment__in=commitments) | Q(note__in=notes)
    )
    told = []
    for change in taken.order_by("-seq").only("seq", "hash", "update", "commitment", "note"):
        by = (
            commitments.get(change.commitment_id or 0)
            or updates.get(change.update_id or 0)
            or notes.get(change.note_id or 0)
        )
        replaced = _replacement([by]) if by is not None and change.seq < by.seq else None
        if replaced is not None:
            told.append(Tombstone(change_id(change), replaced.recorded_at, replaced))
    return told
