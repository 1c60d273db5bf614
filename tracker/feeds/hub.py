"""Feeds that advertise the WebSub hub of settings.WEBSUB_HUB (W3C WebSub, section 4: discovery)."""

from __future__ import annotations

from django.conf import settings

from tracker.filters import ChangeFilter


def is_pinged(filterset: ChangeFilter) -> bool:
    """Return whether the hub is pinged for the feed of this filter.

    Only for the feed of everything and those of single commitments: a line's place in them is known
    without evaluating every possible filter.
    """
    if not settings.WEBSUB_HUB:
        return False
    names = filterset.active.keys()
    return not names or (
        names == {"commitment"} and len(filterset.form.cleaned_data["commitment"]) == 1
    )


def link_header(topic: str) -> str:
    """Return the Link header (RFC 8288) with the hub and the feed's own address."""
    return f'<{settings.WEBSUB_HUB}>; rel="hub", <{topic}>; rel="self"'
