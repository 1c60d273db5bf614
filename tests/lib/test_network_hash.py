"""Which networks count as one, and that their addresses cannot be read back."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from tracker.lib.network_hash import network_hash


def hashed(address: str, **headers: str) -> str:
    return network_hash(RequestFactory(headers=headers).get("/", REMOTE_ADDR=address))


def test_one_network_has_one_hash_and_no_other_has_it() -> None:
    assert hashed("203.0.113.9") == hashed("203.0.113.9") == hashed("::ffff:203.0.113.9")
    assert hashed("2001:db8::1") == hashed("2001:db8:0:0:ffff::9")
    different = ["203.0.113.9", "203.0.113.10", "2001:db8::1", "2001:db8:0:1::1", ""]
    assert len({hashed(address) for address in different}) == len(different)


def test_the_hash_is_of_no_use_without_the_sites_key(settings: Settings) -> None:
    before = hashed("203.0.113.9")
    assert len(before) == 64
    settings.SECRET_KEY = "another"
    assert hashed("203.0.113.9") != before


@pytest.mark.parametrize("told", ["", "unix:", "nonsense", "203.0.113.999", "\ud800"])
def test_what_is_no_address_counts_as_one_network(told: str) -> None:
    assert hashed(told) == hashed("unknown")


def test_only_a_trusted_proxy_is_believed(settings: Settings) -> None:
    told = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
    assert hashed("10.0.0.1", **told) == hashed("10.0.0.1")
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Its own entry is the last one: the others are the client's word.
    assert hashed("10.0.0.1", **told) == hashed("203.0.113.9")
    assert hashed("10.0.0.1") == hashed("10.0.0.1", **{"X-Forwarded-For": "10.0.0.1"})
