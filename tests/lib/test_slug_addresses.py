"""An address made quickly is the one that `reverse` makes."""

from __future__ import annotations

import pytest
from django.urls import reverse, set_script_prefix

from tracker.lib.slug_addresses import slug_addresses


@pytest.mark.parametrize("prefix", ["/", "/SLUG/register/"])
@pytest.mark.parametrize("name", ["commitment", "meeting", "party", "api-commitment"])
def test_an_address_is_that_of_reverse(name: str, prefix: str) -> None:
    set_script_prefix(prefix)
    try:
        for slug in ("dialogue", "SLUG", "a-SLUG-b_1", "x" * 120):
            assert slug_addresses(name)(slug) == reverse(name, args=[slug])
    finally:
        set_script_prefix("/")
