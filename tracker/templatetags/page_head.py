"""What the <head> of a page says: its title, canonical URL, preview image and linked data."""

from __future__ import annotations

import html
from collections.abc import Collection
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tracker.lib.json_text import to_json
from tracker.lib.query_strings import with_query
from tracker.templatetags.following import subject_of
from tracker.templatetags.register import spelled

register = template.Library()

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
    params = _narrowing(context, otherwise=_CANONICAL)
    return with_query(request.build_absolute_uri(request.path), params.urlencode())


@register.simple_tag(takes_context=True)
def share_card_url(context: Context) -> str:
    """Return the absolute URL of the preview image of the page for other sites.

    The card of a record's page is that of the filter for the record.
    """
    request = context.get("request")
    if request is None:
        return ""
    params = _narrowing(context, otherwise=("as_of", "known_at"))
    for name, value in subject_of(context).items():
        params[name] = value
    return with_query(request.build_absolute_uri(reverse("share-card")), params.urlencode())


def _narrowing(context: Context, *, otherwise: Collection[str]) -> QueryDict:
    """Return the parameters that the page's filter takes, or `otherwise` on a page without one."""
    filterset = context.get("filter")
    names = set(filterset.filters) - {"sort"} if filterset else set(otherwise)
    params: QueryDict = context["request"].GET.copy()
    for name in context["request"].GET:
        if name not in names or not any(params.getlist(name)):
            params.pop(name)
    return params


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
