"""The least recently used value goes first."""

from __future__ import annotations

from tracker.lib.lru_cache import LRUCache


def test_the_least_recently_used_value_goes_first() -> None:
    cache: LRUCache[str] = LRUCache(most=2)
    assert cache.get(1) is None
    assert cache.put(1, "one") == "one"
    cache.put(2, "two")
    assert cache.get(1) == "one"
    cache.put(3, "three")
    assert [cache.get(key) for key in (1, 2, 3)] == ["one", None, "three"]
