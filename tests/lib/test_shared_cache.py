"""A cache in the database that cannot store says so, rather than that somebody was first."""

from __future__ import annotations

import pytest
from django.core.cache.backends.db import DatabaseCache
from django.core.management import call_command
from django.db import OperationalError

from tracker.lib.shared_cache import SharedTable

pytestmark = pytest.mark.django_db


@pytest.fixture
def cache(db: None) -> SharedTable:
    call_command("createcachetable", "cache_of_a_test", verbosity=0)
    return SharedTable("cache_of_a_test", {})


def test_the_first_adds_and_the_second_does_not(cache: SharedTable) -> None:
    assert cache.add("key", 1)
    assert not cache.add("key", 2)
    assert cache.get("key") == 1


def test_what_cannot_be_stored_is_no_second(
    cache: SharedTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DatabaseCache, "add", lambda *args, **kwargs: False)
    with pytest.raises(OperationalError, match="stores nothing"):
        cache.add("key", 1)
