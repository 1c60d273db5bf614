"""Render the history of a commitment: its updates, quotations and wording.

In Python rather than in templates or with `format_html`: a page has fifty of each, and either took
longer than the rest of the page. So every text is escaped here explicitly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.lib.partial_dates import PartialDate, spelled_day
from tracker.models import Assessment, Citation, StatusUpdate
from tracker.templatetags.register import (
    assessment_label,
    date_element,
    firmness_label,
    record_link,
    stage_mark,
)

register = template.Library()


class _Repeated:
    """Renders what repeats in a list once: links, marks, labels and dates."""

    def __init__(self) -> None:
        self.link, self.stage_mark = cache(record_link), cache(stage_mark)
        self.date, self.spelled = cache(date_element), cache(PartialDate.spelled)
        self.assessment, self.firmness = cache(assessment_label), cache(firmness_label)


@register.simple_tag
def story_steps(steps: Sequence[Any]) -> SafeString:
    """Render the steps of a history as list items, the newest first."""
    repeated = _Repeated()
    items = (_story_step(step, repeated) for step in reversed(steps))
    return SafeString("          ".join(items))


def _story_step(step: Any, repeated: _Repeated) -> str:
    """Render when a step happened, and its update."""
    update: StatusUpdate = step.update
    meeting, where = update.meeting, ""
    if meeting is not None:
        where = repeated.link(meeting)
        if meeting.place:
            where += f'<span class="row-facts">{escape(meeting.place)}</span>'
    day = spelled_day(update.published_at) if update.published_at else ""
    return f"""\
<li class="step" id="update-{update.number}">
            <div class="step-when">
              {repeated.date(update.happened)}
              {where}
              <span class="row-facts">{escape(_("Recorded %(day)s") % {"day": day})}</span>
            </div>
            {_step_body(step, repeated)}
          </li>
"""


@register.simple_tag
def step_body(step: Any) -> SafeString:
    """Render an update with its quotations."""
    return SafeString(_step_body(step, _Repeated()))


def _step_body(step: Any, repeated: _Repeated) -> str:
    update: StatusUpdate = step.update
    assessed = ""
    if update.assessment != Assessment.NOT_ASSESSED:
        value, label = escape(update.assessment), escape(repeated.assessment(update.assessment))
        assessed = f'<span class="assessment assessment-{value}">{label}</span>'
    movements = "".join(
        f'<span class="movement movement-{movement.value}">{escape(str(movement.label))}</span> '
        for movement in step.movements
    )
    quotations = "".join(_quotation(citation, repeated) for citation in update.citations.all())
    return f"""
<div class="step-body">
  <p class="step-state">
    {repeated.stage_mark(update.stage)}
    {assessed}
    {movements}
  </p>
  {_own_step(update)}
  {_fact(_("Target:"), repeated.date(update.target)) if update.target else ""}
  {_fact(_("Wording:"), escape(repeated.firmness(update.firmness))) if update.firmness else ""}
  <p class="step-rationale">{escape(update.rationale)}</p>
  {_reason(update)}
  {quotations}
</div>
"""


def _fact(name: str, html: str) -> str:
    return f'<p class="step-fact">{escape(name)} {html}</p>'


def _own_step(update: StatusUpdate) -> str:
    if update.party is None:
        return ""
    text = _("%(party)s’s own step") % {"party": update.party.name}
    return f'<p class="step-fact">{escape(text)}</p>'


def _reason(update: StatusUpdate) -> str:
    if not update.reason:
        return ""
    number = update.corrects.number if update.corrects is not None else ""
    text = _("Corrects update %(number)s: %(reason)s")
    return (
        f'<p class="step-reason">{escape(text % {"number": number, "reason": update.reason})}</p>'
    )


@register.simple_tag
def quotation(citation: Citation) -> SafeString:
    """Render the quotation of a source with its locator."""
    return SafeString(_quotation(citation, _Repeated()))


def _quotation(citation: Citation, repeated: _Repeated) -> str:
    source, quoted, without = citation.source, "", ""
    if citation.quotation:
        lang, words = escape(citation.language), escape(citation.quotation)
        quoted = f'<blockquote lang="{lang}"><p>“{words}”</p></blockquote>'
    else:
        without = f'<span class="nothing">{escape(_("(cited without quotation)"))}</span>'
    day = repeated.spelled(source.published_on) if source.published_on else ""
    return f"""
<figure class="quotation">
  {quoted}
  <figcaption>
    {repeated.link(source)}, {escape(source.publisher)}, {escape(day)}{_locator(citation)}
    {without}
  </figcaption>
</figure>
"""


def _locator(citation: Citation) -> str:
    return f", {escape(citation.locator)}" if citation.locator else ""


@register.simple_tag
def rungs(rungs: Iterable[Any]) -> SafeString:
    """Render quotations as list items, each with its changes from the one before marked."""
    repeated = _Repeated()
    return SafeString("".join(_rung(rung, repeated) for rung in rungs))


def _rung(rung: Any, repeated: _Repeated) -> str:
    update, citation, firmness = rung.step.update, rung.citation, ""
    if update.firmness:
        label = escape(repeated.firmness(update.firmness))
        firmness = f'<span class="row-facts">{label}</span>'
    pieces = " ".join(_piece(piece.mark, escape(piece.text)) for piece in rung.pieces)
    return f"""
<li class="rung">
  <p class="rung-when">
    <a href="#update-{update.number}">{escape(repeated.spelled(update.happened))}</a>
    {repeated.stage_mark(update.stage)}
    {firmness}
    {_against(rung)}
  </p>
  <blockquote class="rung-words" lang="{escape(citation.language)}"><p>“{pieces}”</p></blockquote>
  <p class="row-facts">{repeated.link(citation.source)}{_locator(citation)}</p>
</li>
"""


def _piece(mark: str, html: str) -> str:
    if mark == "same":
        return html
    name, text = ("ins", _("new:")) if mark == "added" else ("del", _("gone:"))
    return (
        f'<{name}><span class="visually-hidden">[{escape(text)} </span>{html}'
        f'<span class="visually-hidden">]</span></{name}>'
    )


def _against(rung: Any) -> str:
    """Render how the wording changed, or which earlier quotation it is compared with."""
    if rung.is_reworded:
        return f'<span class="movement">{escape(_("Worded anew"))}</span>'
    if rung.is_repeated:
        return f'<span class="movement">{escape(_("The same words"))}</span>'
    if rung.skips:
        text = _("against %(day)s") % {"day": rung.before.step.update.happened.spelled()}
        return f'<span class="row-facts">{escape(text)}</span>'
    return ""


@register.simple_tag
def target_rows(targets: Iterable[Any], *labels: str) -> SafeString:
    """Render each statement of a target as a row; `labels` are those of the columns."""
    repeated, escaped = _Repeated(), [escape(label) for label in labels]
    return SafeString("".join(_target_row(stated, escaped, repeated) for stated in targets))


def _target_row(stated: Any, labels: Sequence[str], repeated: _Repeated) -> str:
    update: StatusUpdate = stated.step.update
    said, target, moved, where = labels
    days = ""
    if stated.move in {"later", "earlier"}:
        text = ngettext("by %(days)s day", "by %(days)s days", stated.distance)
        days = f' <span class="row-facts">{escape(text % {"days": stated.distance})}</span>'
    party = f"{escape(update.party.name)}; " if update.party else ""
    meeting = repeated.link(update.meeting) if update.meeting else ""
    sources = "".join(
        f'<span class="row-facts">{repeated.link(citation.source)}{_locator(citation)}</span>'
        for citation in update.citations.all()
    )
    day = escape(repeated.spelled(update.happened))
    return f"""
            <tr>
              <th scope="row" data-label="{said}"><a href="#update-{update.number}">{day}</a></th>
              <td data-label="{target}"><div>{repeated.date(stated.target)}</div></td>
              <td data-label="{moved}"><div>{escape(str(stated.move.label))}{days}</div></td>
              <td data-label="{where}"><div>{party}{meeting}{sources}</div></td>
            </tr>
          """
