"""Render an entry as HTML and as plain text.

In Python rather than in templates: two templates for each of fifty entries took longer than the
rest of the feed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from django.utils.translation import gettext as _

from tracker.feeds.facts import Fact
from tracker.feeds.words import plain
from tracker.lib.partial_dates import spelled_day
from tracker.models import Significance
from tracker.queries.log.change_summary import Line


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


@dataclass(frozen=True)
class Content:
    """The content of an entry; `note` is CommonMark and `note_html` is safe."""

    line: Line
    facts: Sequence[Fact]
    summary: str
    note: str
    note_html: str
    quoted: Sequence[Quoted]
    about: Sequence[Link]
    replaced: Replacement | None

    @property
    def html(self) -> str:
        return plain("".join(self._html())).strip()

    @property
    def text(self) -> str:
        """The plain text, without empty lines."""
        lines = plain("\n".join(self._text())).splitlines()
        return "\n".join(line.rstrip() for line in lines if line.strip())

    @cached_property
    def _recorded(self) -> str:
        change = self.line.change
        values = {"seq": change.seq, "day": spelled_day(change.recorded_at)}
        parts = [_("change %(seq)s of this register, recorded on %(day)s") % values]
        if change.is_backfill:
            parts.append(_("as back-fill"))
        if change.significance == Significance.MINOR:
            parts.append(_("minor"))
        return ", ".join(parts)

    def _html(self) -> Iterator[str]:
        line = self.line
        if self.replaced is not None:
            notice = escape(_no_longer_counts(self.replaced))
            why = escape(self.replaced.reason and f" {_('Why:')} {self.replaced.reason}")
            yield f"<p><strong>{notice}</strong>{why}</p>\n"
        if line.reason:
            yield f"<p><strong>{_('Why:')}</strong> {escape(line.reason)}</p>\n"
        if self.summary:
            yield f"<p>{escape(self.summary)}</p>\n"
        if self.facts:
            facts = (f"<li>{escape(fact.name)}: {escape(fact.value)}</li>" for fact in self.facts)
            yield f"<ul>{''.join(facts)}</ul>\n"
        if line.rationale:
            yield f"<p>{escape(line.rationale)}</p>\n"
        if self.note:
            yield f"<p><strong>{_('Commentary, not evidence.')}</strong></p>\n"
            yield self.note_html
        for source in self.quoted:
            yield from _quotation(source)
        yield "<p>"
        for link in self.about:
            yield f'<a href="{escape(link.address)}">{escape(link.title)}</a> · '
        yield f"{escape(self._recorded)}</p>\n"

    def _text(self) -> Iterator[str]:
        line = self.line
        if self.replaced is not None:
            reason = f" {_('Why:')} {self.replaced.reason}" if self.replaced.reason else ""
            yield _no_longer_counts(self.replaced) + reason
        if line.reason:
            yield f"{_('Why:')} {line.reason}"
        yield self.summary
        for fact in self.facts:
            yield f"{fact.name}: {fact.value}"
        yield line.rationale
        if self.note:
            yield _("Commentary, not evidence.")
            yield self.note
        for source in self.quoted:
            quotation = f"“{source.quotation}” " if source.quotation else ""
            document = f", {source.document}" if source.document else ""
            yield f"{quotation}— {source.title}, {source.origin}{document}"
        for link in self.about:
            yield f"{link.title}: {link.address}"
        yield self._recorded


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
