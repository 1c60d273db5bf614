"""Formatting for templates: stages, dates, notes, addresses. Nothing here decides anything."""

from __future__ import annotations

import datetime as dt
import html
from typing import Any

from django import template
from django.db.models import Model, TextChoices
from django.http import QueryDict
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tracker.lib.json_text import to_json
from tracker.lib.partial_dates import PartialDate, spelled_day
from tracker.lib.text import render_note
from tracker.models import Assessment, Firmness, Instrument, Meeting, Source, Stage

register = template.Library()


@register.filter
def spelled(value: dt.date | dt.datetime | PartialDate | None) -> str:
    """A date spelled out: “25 February 2026”."""
    if value is None:
        return ""
    if isinstance(value, PartialDate):
        return value.spelled()
    return spelled_day(value)


@register.simple_tag
def date_element(value: PartialDate | None) -> SafeString:
    """A partial date as a <time> element, with the source's words beside it where there are any."""
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
    """The title of a source or a meeting as a link to its page."""
    href, title = html.escape(record.get_absolute_url()), html.escape(record.title)
    return SafeString(f'<a href="{href}">{title}</a>')


def _label(choices: type[TextChoices], value: str) -> str:
    """The word for a value; the bare value where a later vocabulary no longer has it."""
    try:
        return str(choices(value).label)
    except ValueError:
        return value


@register.filter
def stage_label(value: str) -> str:
    return _label(Stage, value)


@register.filter
def assessment_label(value: str) -> str:
    return _label(Assessment, value)


@register.filter
def firmness_label(value: str) -> str:
    return _label(Firmness, value)


@register.filter
def instrument_label(value: str) -> str:
    return _label(Instrument, value)


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
    """The small labelled mark of a stage, whose glyph fills as the pledge advances."""
    filled = _FILLED.get(value, 0)
    glyph = '<path class="stage-cross" d="M3 13 13 3" />'
    if filled:
        glyph = f'<rect class="stage-fill" x="0" y="0" width="{2 * filled}" height="16" rx="1" />'
    # Lists show it in every row, and `format_html` takes four times as long.
    return SafeString(
        f'<span class="stage stage-{html.escape(value)}"><svg class="stage-glyph" '
        'viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">'
        '<rect class="stage-frame" x="0.75" y="0.75" width="14.5" height="14.5" rx="1" />'
        f"{glyph}</svg>{html.escape(stage_label(value))}</span>\n"
    )


def _choice(name: str, value: str, place: int, label: str) -> tuple[str, str]:
    """What of a checkbox is always the same: before and after whether it is checked."""
    return (
        format_html(
            '<input type="checkbox" name="{}" value="{}" id="id_{}_{}"', name, value, name, place
        ),
        format_html('> <span class="choice-label">{}</span>', label),
    )


@register.simple_tag
def choices_of(facet: Any) -> SafeString:
    """The checkboxes of a facet: up to hundreds on each page, for which a template is too slow."""
    told = []
    for place, choice in enumerate(facet.choices):
        first, last = _choice(facet.name, choice.value, place, choice.label)
        is_empty = choice.count == 0 and not choice.is_chosen
        told.append(
            f'<label class="choice{" choice-empty" if is_empty else ""}">'
            f"{first}{' checked' if choice.is_chosen else ''}{last}"
            + (
                ""
                if choice.count is None
                else f' <span class="choice-count">{choice.count:d}</span>'
            )
            + "</label>"
        )
    return mark_safe("\n".join(told))  # noqa: S308 - escaped in _choice; the rest are ours


@register.inclusion_tag("dashboard/_stage_bar.html")
def stage_bar(stages: dict[Stage, int], total: int) -> dict[str, Any]:
    """How many stand at each stage, as one bar; positions are in shares of the total."""
    segments, x = [], 0
    for stage, count in stages.items():
        segments.append({"stage": stage.value, "label": stage.label, "count": count, "x": x})
        x += count
    return {"segments": segments, "total": total}


@register.filter
def note_html(text: str, page: str = "") -> SafeString:
    """A note's CommonMark as safe HTML; with the whole address of its page where it leaves it."""
    return mark_safe(render_note(text, page=page))  # noqa: S308 - render_note lets nothing dangerous through


@register.simple_tag
def without(params: QueryDict, *names: str) -> str:
    """The query string without some parameters; “?” alone when nothing is left."""
    kept = params.copy()
    for name in names:
        kept.pop(name, None)
    return f"?{kept.urlencode()}"


@register.simple_tag
def only(params: QueryDict, *names: str) -> str:
    """The query string of just some parameters; nothing at all where none of them is given."""
    kept = params.copy()
    for name in set(params) - {name for name in names if params.get(name)}:
        kept.pop(name, None)
    return f"?{kept.urlencode()}" if kept else ""


# A sign beside the word for each movement, so that neither rests on colour.
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


# -- What the head of a page says ---------------------------------------------------------------

# On pages without the filter, what makes another document; order and page number never do.
_CANONICAL = ("as_of", "known_at", "from", "to")
# As django.utils.html.json_script has it: no text can end the element or begin another.
_JSON_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def canonical_url(context: Context) -> str:
    """The one address of what the page shows; empty where there is no request."""
    request = context.get("request")
    if request is None:
        return ""
    found = context.get("filter")
    names = [name for name in found.filters if name != "sort"] if found else _CANONICAL
    kept = request.GET.copy()
    for name in request.GET:
        if name not in names or not any(kept.getlist(name)):
            kept.pop(name)
    query = kept.urlencode()
    address: str = request.build_absolute_uri(request.path)
    return f"{address}?{query}" if query else address


# The things of which a page may be: their card is that of the filter for them.
_CARDS_OF = {"commitment": "reference", "meeting": "slug", "party": "slug"}
_CARDS_OF |= {"topic": "slug", "forum": "slug"}


@register.simple_tag(takes_context=True)
def share_card_url(context: Context) -> str:
    """The whole address of the picture that other sites show beside a link to this page."""
    request = context.get("request")
    if request is None:
        return ""
    found = context.get("filter")
    shown = [name for name in found.filters if name != "sort"] if found else ("as_of", "known_at")
    params = request.GET.copy()
    for name in set(params) - {name for name in shown if any(params.getlist(name))}:
        params.pop(name)
    for name, key in _CARDS_OF.items():
        if isinstance(context.get(name), Model):
            params[name] = getattr(context[name], key)
    query = params.urlencode()
    address: str = request.build_absolute_uri(reverse("share-card"))
    return f"{address}?{query}" if query else address


@register.simple_tag(takes_context=True)
def words_of_block(context: Context, name: str) -> str:
    """What the page puts into one of its blocks, to be said once more elsewhere."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks is not None else None
    # Plain text again: what prints it escapes it for where it is printed.
    return html.unescape(block.render(context)).strip() if block is not None else ""


@register.simple_tag(takes_context=True)
def full_title(context: Context) -> str:
    """The title of a page, told apart from its neighbours: a browser's history lists it alone.

    The block `title` says what the page is about; where it leaves out the filter, the day looked
    back to or the number of the page, they stand behind it.
    """
    name = str(context.get("register_name", ""))
    said = words_of_block(context, "title")
    about = said.removesuffix(name).removesuffix(" · ") if said != name else ""
    parts = [about, *_condition(context, about), *_place(context), name]
    return " · ".join(part for part in parts if part)


def _condition(context: Context, about: str) -> list[str]:
    """What the page is narrowed to, in words; nothing where its title has said so."""
    sentence, found = context.get("sentence"), context.get("filter")
    moment: Any = context.get("moment")
    if found is not None and sentence:
        return [] if sentence in about or not found.active else [str(sentence)]
    told = []
    if getattr(moment, "as_of", None):
        told.append(_("position on %(day)s") % {"day": spelled(moment.as_of)})
    if getattr(moment, "known_at", None):
        told.append(_("as recorded by %(day)s") % {"day": spelled(moment.known_at)})
    return told


def _place(context: Context) -> list[str]:
    """The number of every page but the first."""
    told = []
    for name, words in (("paging", _("page %(n)d")), ("column_paging", _("meetings page %(n)d"))):
        paging = context.get(name)
        if paging is not None and paging.page.number > 1:
            told.append(words % {"n": paging.page.number})
    return told


@register.simple_tag
def json_ld(data: dict[str, Any]) -> SafeString:
    """Linked data as a data block, which browsers do not execute."""
    text = to_json(data).translate(_JSON_ESCAPES)
    block = f'<script type="application/ld+json">{text}</script>'
    return mark_safe(block)  # noqa: S308 - nothing in the text can end the element


@register.filter
def citation_day(value: dt.date) -> str:
    """A day as the citation_* tags of Highwire Press have it."""
    return f"{value:%Y/%m/%d}"
