"""Build the URLs of many pages that differ only in their slug, with one `reverse`."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

_PLACE = "SLUG"


def slug_addresses(url_name: str) -> Callable[[str], str]:
    """Return a function that gives the path of the page for a slug."""
    before, _, after = reverse(url_name, args=[_PLACE]).rpartition(_PLACE)

    def address(slug: str) -> str:
        return f"{before}{slug}{after}"

    return address
