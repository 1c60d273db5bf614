"""One log line as an entry of a feed, as HTML and as plain text.

Rendered in Python rather than in templates: two templates for each of fifty entries took longer
than the rest of the feed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from django.utils.translation import gettext as _

from tracker.feeds.facts import Fact, facts_of, note_of, summary_of
from tracker.feeds.words import plain
from tracker.lib.partial_dates import spelled_day
from tracker.lib.text import one_line, render_note, with_whole_links
from tracker.models import Change, Significance
from tracker.queries.log.change_summary import ChangeSummary
from tracker.schema.payloads import change_id


@dataclass(frozen=True, slots=True)
class Replacement:
    """The later line that revised a line."""

    seq: int
    recorded_at: dt.datetime
    reason: str
    is_retraction: bool


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A citation as published; `page` is the source's page here, `document` its own address."""

    quotation: str
    language: str
    title: str
    origin: str
    page: str
    document: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A deleted entry (RFC 6721): its id, and the line that retracted it."""

    id: str
    replaced: Replacement


@dataclass(frozen=True)
class Entry:
    """One log line; addresses are absolute, `html` is a fragment and `text` its plain form."""

    summary: ChangeSummary
    address: str
    about: Sequence[Link]
    quoted: Sequence[Quoted]
    replaced: Replacement | None

    @property
    def change(self) -> Change:
        return self.summary.change

    @property
    def id(self) -> str:
        return change_id(self.change)

    @property
    def title(self) -> str:
        return one_line(self.summary.title)

    @property
    def published(self) -> dt.datetime:
        return self.change.recorded_at

    @property
    def updated(self) -> dt.datetime:
        return self.replaced.recorded_at if self.replaced else self.published

    @property
    def tags(self) -> list[str]:
        """The kind and the movements."""
        return [str(self.change.kind), *(str(movement) for movement in self.summary.movements)]

    @property
    def related(self) -> list[Link]:
        return list(dict.fromkeys([*self.about, *(Link(q.title, q.page) for q in self.quoted)]))

    @property
    def documents(self) -> list[Link]:
        return list(dict.fromkeys(Link(q.title, q.document) for q in self.quoted if q.document))

    @property
    def tombstone(self) -> Tombstone | None:
        """Set if what the line published was retracted, rather than corrected."""
        if self.replaced is None or not self.replaced.is_retraction:
            return None
        return Tombstone(self.id, self.replaced)

    @cached_property
    def facts(self) -> list[Fact]:
        return facts_of(self.change)

    @cached_property
    def html(self) -> str:
        return plain("".join(_html(self))).strip()

    @cached_property
    def text(self) -> str:
        """The plain text, without empty lines."""
        lines = plain("\n".join(_text(self))).splitlines()
        return "\n".join(line.rstrip() for line in lines if line.strip())


def _html(entry: Entry) -> Iterator[str]:
    change, summary = entry.change, entry.summary
    if entry.replaced is not None:
        notice = escape(_no_longer_counts(entry.replaced))
        why = escape(entry.replaced.reason and f" {_('Why:')} {entry.replaced.reason}")
        yield f"<p><strong>{notice}</strong>{why}</p>\n"
    if summary.reason:
        yield f"<p><strong>{_('Why:')}</strong> {escape(summary.reason)}</p>\n"
    if described := summary_of(change):
        yield f"<p>{escape(described)}</p>\n"
    if listed := "".join(f"<li>{escape(f.name)}: {escape(f.value)}</li>" for f in entry.facts):
        yield f"<ul>{listed}</ul>\n"
    if summary.rationale:
        yield f"<p>{escape(summary.rationale)}</p>\n"
    if note := note_of(change):
        yield f"<p><strong>{_('Commentary, not evidence.')}</strong></p>\n"
        yield render_note(note, page=entry.address)
    for source in entry.quoted:
        yield from _quotation(source)
    yield "<p>"
    for link in entry.about:
        yield f'<a href="{escape(link.address)}">{escape(link.title)}</a> · '
    yield f"{escape(_recorded(change))}</p>\n"


def _text(entry: Entry) -> Iterator[str]:
    change, summary = entry.change, entry.summary
    if entry.replaced is not None:
        reason = f" {_('Why:')} {entry.replaced.reason}" if entry.replaced.reason else ""
        yield _no_longer_counts(entry.replaced) + reason
    if summary.reason:
        yield f"{_('Why:')} {summary.reason}"
    yield summary_of(change)
    for fact in entry.facts:
        yield f"{fact.name}: {fact.value}"
    yield summary.rationale
    if note := note_of(change):
        yield _("Commentary, not evidence.")
        yield with_whole_links(note, page=entry.address)
    for source in entry.quoted:
        quotation = f"“{source.quotation}” " if source.quotation else ""
        document = f", {source.document}" if source.document else ""
        yield f"{quotation}— {source.title}, {source.origin}{document}"
    for link in entry.about:
        yield f"{link.title}: {link.address}"
    yield _recorded(change)


def _recorded(change: Change) -> str:
    values = {"seq": change.seq, "day": spelled_day(change.recorded_at)}
    parts = [_("change %(seq)s of this register, recorded on %(day)s") % values]
    if change.is_backfill:
        parts.append(_("as back-fill"))
    if change.significance == Significance.MINOR:
        parts.append(_("minor"))
    return ", ".join(parts)


def _no_longer_counts(replaced: Replacement) -> str:
    values = {"seq": replaced.seq, "day": spelled_day(replaced.recorded_at)}
    if replaced.is_retraction:
        return _("Retracted by change %(seq)s on %(day)s: this no longer counts.") % values
    return _("Replaced by change %(seq)s on %(day)s: this no longer counts.") % values


def _quotation(source: Quoted) -> Iterator[str]:
    quotation = f"“{source.quotation}”" if source.quotation else _("(cited without quotation)")
    document, language = escape(source.document), escape(source.language)
    cite = f' cite="{document}"' if document else ""
    yield f'<blockquote{cite} lang="{language}"><p>{escape(quotation)}</p></blockquote>\n'
    title, origin = escape(source.title), escape(source.origin)
    yield f'<p>— <a href="{escape(source.page)}">{title}</a>, {origin}'
    if document:
        yield f' (<a href="{document}">{_("the document itself")}</a>)'
    yield "</p>\n"
