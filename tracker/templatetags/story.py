"""Render the history of a commitment: its updates, quotations and wording.

In Python rather than in templates or with `format_html`: a page has fifty of each, and either took
longer than the rest of the page. So every text is escaped here explicitly.
"""

from __future__ import annotations

from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker.lib.partial_dates import spelled_day
from tracker.models import Assessment, Citation, StatusUpdate
from tracker.templatetags.register import (
    assessment_label,
    date_element,
    firmness_label,
    record_link,
    stage_mark,
)

register = template.Library()


@register.simple_tag
def story_step(step: Any) -> SafeString:
    """Render one step of the history: when it happened, and the update."""
    update: StatusUpdate = step.update
    meeting, where = update.meeting, ""
    if meeting is not None:
        where = record_link(meeting)
        if meeting.place:
            where += f'<span class="row-facts">{escape(meeting.place)}</span>'
    day = spelled_day(update.published_at) if update.published_at else ""
    return SafeString(f"""\
<li class="step" id="update-{update.number}">
            <div class="step-when">
              {date_element(update.happened)}
              {where}
              <span class="row-facts">{escape(_("Recorded %(day)s") % {"day": day})}</span>
            </div>
            {step_body(step)}
          </li>
""")


@register.simple_tag
def step_body(step: Any) -> SafeString:
    """Render an update with its quotations."""
    update: StatusUpdate = step.update
    assessed = ""
    if update.assessment != Assessment.NOT_ASSESSED:
        value, label = escape(update.assessment), escape(assessment_label(update.assessment))
        assessed = f'<span class="assessment assessment-{value}">{label}</span>'
    movements = "".join(
        f'<span class="movement movement-{movement.value}">{escape(str(movement.label))}</span> '
        for movement in step.movements
    )
    quotations = "".join(quotation(citation) for citation in update.citations.all())
    return SafeString(f"""
<div class="step-body">
  <p class="step-state">
    {stage_mark(update.stage)}
    {assessed}
    {movements}
  </p>
  {_own_step(update)}
  {_fact(_("Target:"), date_element(update.target)) if update.target else ""}
  {_fact(_("Wording:"), escape(firmness_label(update.firmness))) if update.firmness else ""}
  <p class="step-rationale">{escape(update.rationale)}</p>
  {_reason(update)}
  {quotations}
</div>
""")


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
    source, quoted, without = citation.source, "", ""
    if citation.quotation:
        lang, words = escape(citation.language), escape(citation.quotation)
        quoted = f'<blockquote lang="{lang}"><p>“{words}”</p></blockquote>'
    else:
        without = f'<span class="nothing">{escape(_("(cited without quotation)"))}</span>'
    day = source.published_on.spelled() if source.published_on else ""
    return SafeString(f"""
<figure class="quotation">
  {quoted}
  <figcaption>
    {record_link(source)}, {escape(source.publisher)}, {escape(day)}{_locator(citation)}
    {without}
  </figcaption>
</figure>
""")


def _locator(citation: Citation) -> str:
    return f", {escape(citation.locator)}" if citation.locator else ""


@register.simple_tag
def rung(rung: Any) -> SafeString:
    """Render one quotation, with its changes from the one before marked."""
    update, citation, firmness = rung.step.update, rung.citation, ""
    if update.firmness:
        label = escape(firmness_label(update.firmness))
        firmness = f'<span class="row-facts">{label}</span>'
    pieces = " ".join(_piece(piece.mark, escape(piece.text)) for piece in rung.pieces)
    return SafeString(f"""
<li class="rung">
  <p class="rung-when">
    <a href="#update-{update.number}">{escape(update.happened.spelled())}</a>
    {stage_mark(update.stage)}
    {firmness}
    {_against(rung)}
  </p>
  <blockquote class="rung-words" lang="{escape(citation.language)}"><p>“{pieces}”</p></blockquote>
  <p class="row-facts">{record_link(citation.source)}{_locator(citation)}</p>
</li>
""")


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
