"""Formatting for templates: stages, dates, notes and URLs."""

from __future__ import annotations

import datetime as dt
import html
from functools import partial
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from tracker.lib.labels import label_of
from tracker.lib.partial_dates import PartialDate, spelled_day
from tracker.lib.text import render_note
from tracker.models import Assessment, Firmness, Instrument, Meeting, Source, Stage

register = template.Library()


@register.filter
def spelled(value: dt.date | dt.datetime | PartialDate | None) -> str:
    """Spell out a date: “25 February 2026”."""
    if value is None:
        return ""
    if isinstance(value, PartialDate):
        return value.spelled()
    return spelled_day(value)


@register.simple_tag
def date_element(value: PartialDate | None) -> SafeString:
    """Render a partial date as a <time> element, followed by the source's words if any."""
    if value is None:
        return SafeString()
    if not value.iso:
        return format_html("<q>{}</q>", value.words)
    element = f'<time datetime="{value.iso}">{html.escape(value.spelled())}</time>'
    if value.words:
        element += f" <q>{html.escape(value.words)}</q>"
    return SafeString(element)


@register.simple_tag
def record_link(record: Source | Meeting) -> SafeString:
    """Render the title of a source or a meeting as a link to its page."""
    href, title = html.escape(record.get_absolute_url()), html.escape(record.title)
    return SafeString(f'<a href="{href}">{title}</a>')


stage_label = register.filter("stage_label", partial(label_of, Stage))
assessment_label = register.filter("assessment_label", partial(label_of, Assessment))
firmness_label = register.filter("firmness_label", partial(label_of, Firmness))
instrument_label = register.filter("instrument_label", partial(label_of, Instrument))


@register.filter
def is_past_on(meeting: Meeting, day: dt.date) -> bool:
    """Whether the meeting's whole date lies before the day."""
    return meeting.is_past(day)


# How far the glyph of a stage is filled, in eighths.
_FILLED: dict[str, int] = {
    Stage.ANNOUNCED: 1,
    Stage.PREPARING: 2,
    Stage.NEGOTIATING: 3,
    Stage.SCHEDULED: 4,
    Stage.CONCLUDED: 5,
    Stage.SIGNED: 6,
    Stage.IN_EFFECT: 8,
    Stage.COMPLETED: 8,
    Stage.SUPERSEDED: 0,
    Stage.WITHDRAWN: 0,
}


@register.simple_tag
def stage_mark(value: str) -> SafeString:
    """Render the mark of a stage: a glyph that fills as the pledge advances, and the label."""
    filled = _FILLED.get(value, 0)
    glyph = '<path class="stage-cross" d="M3 13 13 3" />'
    if filled:
        glyph = f'<rect class="stage-fill" x="0" y="0" width="{2 * filled}" height="16" rx="1" />'
    # Used in every row of lists, where `format_html` takes four times as long.
    return SafeString(
        f'<span class="stage stage-{html.escape(value)}"><svg class="stage-glyph" '
        'viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">'
        '<rect class="stage-frame" x="0.75" y="0.75" width="14.5" height="14.5" rx="1" />'
        f"{glyph}</svg>{html.escape(stage_label(value))}</span>\n"
    )


@register.simple_tag
def choices_of(facet: Any) -> SafeString:
    """Render the checkboxes of a facet: up to hundreds on a page, too many for a template."""
    name, rendered = html.escape(facet.name), []
    for place, choice in enumerate(facet.choices):
        is_empty = choice.count == 0 and not choice.is_chosen
        count = ""
        if choice.count is not None:
            count = f' <span class="choice-count">{choice.count:d}</span>'
        rendered.append(
            f'<label class="choice{" choice-empty" if is_empty else ""}">'
            f'<input type="checkbox" name="{name}" value="{html.escape(choice.value)}"'
            f' id="id_{name}_{place}"{" checked" if choice.is_chosen else ""}>'
            f' <span class="choice-label">{html.escape(choice.label)}</span>{count}</label>'
        )
    return SafeString("\n".join(rendered))


@register.inclusion_tag("dashboard/_stage_bar.html")
def stage_bar(stages: dict[Stage, int], total: int) -> dict[str, Any]:
    """Render the number of commitments at each stage as one bar, in proportion."""
    segments, x = [], 0
    for stage, count in stages.items():
        segments.append({"stage": stage.value, "label": stage.label, "count": count, "x": x})
        x += count
    return {"segments": segments, "total": total}


@register.filter
def note_html(text: str, page: str = "") -> SafeString:
    """Render a note's CommonMark as safe HTML; `page` is the absolute URL for relative links."""
    return mark_safe(render_note(text, page=page))  # noqa: S308 - render_note cleans it


@register.simple_tag
def only(params: QueryDict, *names: str) -> str:
    """Return the query string of only some parameters; empty if none of them is given."""
    params = params.copy()
    for name in set(params) - {name for name in names if params.get(name)}:
        params.pop(name, None)
    return f"?{params.urlencode()}" if params else ""


# A sign beside the label of each movement, so that it does not depend on colour.
_SIGNS = {
    "corrected": "†",
    "new": "+",
    "delivered": "✓",
    "advanced": "↗",
    "set_back": "↙",
    "rescheduled": "→",
    "strengthened": "▲",
    "weakened": "▼",
    "renamed": "≈",
    "restated": "=",
    "mentioned": "·",
}


@register.filter
def movement_sign(value: str) -> str:
    return _SIGNS.get(value, "")
