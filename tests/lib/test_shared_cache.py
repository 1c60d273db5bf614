"""Shared caches that fail: counters say so, and responses are missing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import environ
import pytest
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from django.core.management import call_command
from django.db import OperationalError

from tracker.lib.configuration import counters, shared_answers
from tracker.lib.shared_cache import SharedAnswers, SharedCounters, SharedTable

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


@pytest.fixture
def nobody() -> str:
    """The URL of a port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{taken.getsockname()[1]}/0"


@pytest.fixture
def mute() -> Iterator[str]:
    """The URL of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


@pytest.mark.parametrize("failing", ["nobody", "mute"])
def test_counters_that_cannot_be_reached_count_for_nobody(
    failing: str, request: pytest.FixtureRequest
) -> None:
    cache = SharedCounters(request.getfixturevalue(failing), {})
    for command in (cache.add, cache.set):
        with pytest.raises(OperationalError, match="does not answer"):
            command("key", 1)
    for look in (cache.get, cache.delete):
        with pytest.raises(OperationalError, match="does not answer"):
            look("key")


@pytest.mark.parametrize("failing", ["nobody", "mute"])
def test_responses_that_cannot_be_reached_are_missing_and_cost_little(
    failing: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = request.getfixturevalue(failing)
    asked: list[str] = []
    usual_get = RedisCache.get

    def get(self: RedisCache, key: str, *args: Any) -> Any:
        asked.append(key)
        return usual_get(self, key, *args)

    monkeypatch.setattr(RedisCache, "get", get)
    for key in ("first", "second", "third"):
        # Django makes one for each thread; they know of each other's failures.
        cache = SharedAnswers(server, {})
        assert cache.get(key) is None
        cache.set(key, b"a response")
    assert asked == ["first"]


def test_a_prefix_in_the_url_is_heeded() -> None:
    for configure in (counters, shared_answers):
        url = environ.Env.cache_url_config("redis://127.0.0.1:6379/1?KEY_PREFIX=register")
        assert configure(url)["KEY_PREFIX"] == "register"
