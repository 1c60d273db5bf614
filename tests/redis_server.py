"""The Redis or Valkey that tests use: `TEST_REDIS_URL`, or the usual port of this machine."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator

import pytest
import redis

URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


def why_not() -> str:
    """Why nothing can be tested on it; empty where it answers."""
    try:
        with redis.Redis.from_url(URL, socket_timeout=5) as client:
            client.ping()
    except redis.RedisError as error:
        said = " ".join(str(error).split())
        return f"no Redis or Valkey answers (TEST_REDIS_URL names another): {said}"
    return ""


@contextlib.contextmanager
def own_keys() -> Iterator[tuple[redis.Redis, str]]:
    """A client, and a prefix of keys that are deleted in the end."""
    if reason := why_not():
        pytest.skip(reason)
    prefix = f"tracker-tests-{secrets.token_hex(6)}"
    with redis.Redis.from_url(URL) as client:
        try:
            yield client, prefix
        finally:
            for key in client.scan_iter(match=f"{prefix}:*", count=1_000):
                client.delete(key)
