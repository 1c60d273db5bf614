"""Formatting for templates: stages, dates, notes and URLs."""

from __future__ import annotations

import datetime as dt
import html
from typing import Any

from django import template
from django.db.models import Model
from django.http import QueryDict
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tracker.lib.json_text import to_json
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


@register.filter
def stage_label(value: str) -> str:
    return label_of(Stage, value)


@register.filter
def assessment_label(value: str) -> str:
    return label_of(Assessment, value)


@register.filter
def firmness_label(value: str) -> str:
    return label_of(Firmness, value)


@register.filter
def instrument_label(value: str) -> str:
    return label_of(Instrument, value)


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


def _choice(name: str, value: str, place: int, label: str) -> tuple[str, str]:
    """Return the constant parts of a checkbox, before and after the `checked` attribute."""
    return (
        format_html(
            '<input type="checkbox" name="{}" value="{}" id="id_{}_{}"', name, value, name, place
        ),
        format_html('> <span class="choice-label">{}</span>', label),
    )


@register.simple_tag
def choices_of(facet: Any) -> SafeString:
    """Render the checkboxes of a facet: up to hundreds on a page, too many for a template."""
    rendered = []
    for place, choice in enumerate(facet.choices):
        first, last = _choice(facet.name, choice.value, place, choice.label)
        is_empty = choice.count == 0 and not choice.is_chosen
        rendered.append(
            f'<label class="choice{" choice-empty" if is_empty else ""}">'
            f"{first}{' checked' if choice.is_chosen else ''}{last}"
            + (
                ""
                if choice.count is None
                else f' <span class="choice-count">{choice.count:d}</span>'
            )
            + "</label>"
        )
    return mark_safe("\n".join(rendered))  # noqa: S308 - escaped in _choice; the rest are ours


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
def without(params: QueryDict, *names: str) -> str:
    """Return the query string without some parameters; “?” if none is left."""
    params = params.copy()
    for name in names:
        params.pop(name, None)
    return f"?{params.urlencode()}"


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


# -- The <head> of a page -----------------------------------------------------------------------

# Parameters that make another document on pages without a filter; sort and page never do.
_CANONICAL = ("as_of", "known_at", "from", "to")
# As in django.utils.html.json_script: no text can end the element or begin another.
_JSON_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def canonical_url(context: Context) -> str:
    """Return the canonical URL of the page; empty if there is no request."""
    request = context.get("request")
    if request is None:
        return ""
    filterset = context.get("filter")
    names = [name for name in filterset.filters if name != "sort"] if filterset else _CANONICAL
    params = request.GET.copy()
    for name in request.GET:
        if name not in names or not any(params.getlist(name)):
            params.pop(name)
    query = params.urlencode()
    address: str = request.build_absolute_uri(request.path)
    return f"{address}?{query}" if query else address


# Records that have a page: their card is that of the filter for them.
_CARDS_OF = {"commitment": "reference", "meeting": "slug", "party": "slug"}
_CARDS_OF |= {"topic": "slug", "forum": "slug"}


@register.simple_tag(takes_context=True)
def share_card_url(context: Context) -> str:
    """Return the absolute URL of the preview image of the page for other sites."""
    request = context.get("request")
    if request is None:
        return ""
    filterset = context.get("filter")
    filters = filterset.filters if filterset else ("as_of", "known_at")
    params = request.GET.copy()
    for name in request.GET:
        if name not in filters or name == "sort" or not any(params.getlist(name)):
            params.pop(name)
    for name, key in _CARDS_OF.items():
        if isinstance(context.get(name), Model):
            params[name] = getattr(context[name], key)
    query = params.urlencode()
    address: str = request.build_absolute_uri(reverse("share-card"))
    return f"{address}?{query}" if query else address


@register.simple_tag(takes_context=True)
def words_of_block(context: Context, name: str) -> str:
    """Return the text of one of the page's blocks, to repeat it elsewhere."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks is not None else None
    # Plain text: the caller escapes it for its own context.
    return html.unescape(block.render(context)).strip() if block is not None else ""


@register.simple_tag(takes_context=True)
def full_title(context: Context) -> str:
    """Return a title that tells the page from similar ones: browser histories show it alone.

    The block `title` names the subject of the page; this adds the filter, the past day and the page
    number if the block leaves them out.
    """
    name = str(context.get("register_name", ""))
    title = words_of_block(context, "title")
    about = title.removesuffix(name).removesuffix(" · ") if title != name else ""
    parts = [about, *_condition(context, about), *_place(context), name]
    return " · ".join(part for part in parts if part)


def _condition(context: Context, about: str) -> list[str]:
    """Describe the filter or the past day; empty if the title already does."""
    sentence, filterset = context.get("sentence"), context.get("filter")
    viewpoint: Any = context.get("viewpoint")
    if filterset is not None and sentence:
        return [] if sentence in about or not filterset.active else [str(sentence)]
    parts = []
    if getattr(viewpoint, "as_of", None):
        parts.append(_("position on %(day)s") % {"day": spelled(viewpoint.as_of)})
    if getattr(viewpoint, "known_at", None):
        parts.append(_("as recorded by %(day)s") % {"day": spelled(viewpoint.known_at)})
    return parts


def _place(context: Context) -> list[str]:
    """Return the page number of every page but the first."""
    parts = []
    for name, words in (("paging", _("page %(n)d")), ("column_paging", _("meetings page %(n)d"))):
        paging = context.get(name)
        if paging is not None and paging.page.number > 1:
            parts.append(words % {"n": paging.page.number})
    return parts


@register.simple_tag
def json_ld(data: dict[str, Any]) -> SafeString:
    """Render linked data as a data block, which browsers do not execute."""
    text = to_json(data).translate(_JSON_ESCAPES)
    block = f'<script type="application/ld+json">{text}</script>'
    return mark_safe(block)  # noqa: S308 - nothing in the text can end the element


@register.filter
def citation_day(value: dt.date) -> str:
    """Format a date for the citation_* tags of Highwire Press."""
    return f"{value:%Y/%m/%d}"
