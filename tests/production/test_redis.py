"""Two servers that share a Redis: its responses and counters, and what happens while it fails."""

from __future__ import annotations

import contextlib
import gzip
import pickle
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pytest
import redis

from tests import redis_server
from tests.production.serving import free_port, gunicorn, with_copied_database
from tests.production.site import Site
from tests.production.tunnel import Tunnel, tunnel
from tracker.response_cache import CachedResponse

# Seconds in which a reader has a page, whatever happens to Redis; and at the very most, since a
# test machine does much else.
SOON, AT_MOST = 1, 3
TOO_OFTEN = "That was tried too often."


@dataclass(frozen=True, slots=True)
class Shared:
    """Two servers, the Redis that they share, and the port by which they reach it."""

    sites: tuple[Site, Site]
    client: redis.Redis
    prefix: str
    way: Tunnel

    def responses(self) -> list[bytes]:
        """The keys of shared responses."""
        return list(self.client.scan_iter(match=f"{self.prefix}:answers:*", count=1_000))


@pytest.fixture(scope="module")
def shared(migrated: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    folder = tmp_path_factory.mktemp("shared")
    copied = with_copied_database(migrated, folder, port=0)
    with contextlib.ExitStack() as running:
        client, prefix = running.enter_context(redis_server.own_keys())
        address = urlsplit(redis_server.URL)
        way = running.enter_context(tunnel(address.hostname or "127.0.0.1", address.port or 6379))
        user, at, _place = address.netloc.rpartition("@")
        url = address._replace(netloc=f"{user}{at}127.0.0.1:{way.port}").geturl()
        sites = []
        for number in range(2):
            env = {
                **copied,
                "CACHE_URL": f"{url}?KEY_PREFIX={prefix}:counters",
                "ANSWERS_CACHE_URL": f"{url}?KEY_PREFIX={prefix}:answers",
                "PORT": str(free_port()),
            }
            running.enter_context(gunicorn(env, folder / f"gunicorn-{number}.log"))
            sites.append(Site(int(env["PORT"])))
        yield Shared((sites[0], sites[1]), client, prefix, way)


@pytest.fixture(autouse=True)
def _whole_again(shared: Shared) -> Iterator[None]:
    yield
    shared.way.restore()


def reads_soon(site: Site, paths: list[str]) -> None:
    seconds = []
    for path in paths:
        started = time.monotonic()
        response, body = site.ask(path)
        seconds.append(time.monotonic() - started)
        assert (response.status, body.rstrip()[-7:]) == (200, "</html>")
    assert sorted(seconds)[len(seconds) // 2] < SOON, seconds
    assert max(seconds) < AT_MOST, seconds


def until_shared(shared: Shared, paths: Iterator[str]) -> None:
    """Read new pages from the first server until one of them is in Redis."""
    before, deadline = len(shared.responses()), time.monotonic() + 30
    while len(shared.responses()) == before:
        assert time.monotonic() < deadline, "It does not use Redis again."
        assert shared.sites[0].ask(next(paths))[0].status == 200
        time.sleep(0.2)


def days(year: int) -> Iterator[str]:
    """Addresses that no server has answered before."""
    for month in range(1, 13):
        for day in range(1, 29):
            yield f"/?target_after={year}-{month:02}-{day:02}"


def test_what_one_server_made_the_other_serves(shared: Shared) -> None:
    first, second = shared.sites
    assert first.ask("/methodology/")[0].status == 200
    [key] = shared.responses()
    # So that it can be seen where the second one has it from.
    made: CachedResponse = pickle.loads(shared.client.get(key))  # type: ignore[arg-type]  # noqa: S301 - ours
    marked = replace(made, compressed=gzip.compress(b"made by the first"))
    shared.client.set(key, pickle.dumps(marked), keepttl=True)
    response, body = second.ask("/methodology/")
    assert (response.status, body) == (200, "made by the first")
    assert 0 < shared.client.ttl(key) <= 24 * 3600


def test_wrong_passwords_count_in_both(shared: Shared) -> None:
    first, second = shared.sites
    for site in (first, second, first, second, first):
        assert TOO_OFTEN not in site.sign_in()[1]
    for site in (second, first):
        assert TOO_OFTEN in site.sign_in()[1]


@pytest.mark.parametrize(("failure", "year"), [("cut", 2031), ("fall_silent", 2041)])
def test_while_it_fails_pages_are_made_and_nobody_signs_in(
    shared: Shared, failure: str, year: int
) -> None:
    paths = days(year)
    until_shared(shared, paths)
    getattr(shared.way, failure)()
    for site in shared.sites:
        reads_soon(site, [next(paths) for _ in range(3)])
        started = time.monotonic()
        refused, page = site.sign_in()
        assert time.monotonic() - started < AT_MOST
        assert (refused.status, refused.headers["Retry-After"]) == (503, "30")
        assert "The register is busy" in page
    shared.way.restore()
    until_shared(shared, paths)
    # Nothing was counted meanwhile, and counting goes on.
    assert shared.sites[0].sign_in()[0].status == 200
