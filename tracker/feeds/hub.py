"""Which feeds name the WebSub hub of settings.WEBSUB_HUB (W3C WebSub, section 4: discovery)."""

from __future__ import annotations

from django.conf import settings

from tracker.filters import ChangeFilter


def is_pinged(found: ChangeFilter) -> bool:
    """Whether the hub is told of each change to the feed of this filter.

    The feed of everything and the feeds of single commitments are: of those it is known, without
    asking every filter there might be, that a line belongs to them.
    """
    if not settings.WEBSUB_HUB:
        return False
    names = found.active.keys()
    return not names or (
        names == {"commitment"} and len(found.form.cleaned_data["commitment"]) == 1
    )


def link_header(topic: str) -> str:
    """The hub and the feed's own address as an HTTP header (RFC 8288)."""
    return f'<{settings.WEBSUB_HUB}>; rel="hub", <{topic}>; rel="self"'
