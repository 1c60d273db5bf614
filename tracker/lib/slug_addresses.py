"""Addresses of many pages that differ in their slug alone, without reversing the URL for each."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

_PLACE = "SLUG"


def slug_addresses(url_name: str) -> Callable[[str], str]:
    """A function from a slug to the path of its page, as `reverse` tells it."""
    before, _, after = reverse(url_name, args=[_PLACE]).rpartition(_PLACE)

    def address(slug: str) -> str:
        return f"{before}{slug}{after}"

    return address
