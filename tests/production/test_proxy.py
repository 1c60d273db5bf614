"""The example of a proxy, as it ships: slow clients stop nobody, no log holds a secret."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.production.serving import NAME, NGINX, NO_NGINX, PATIENCE, Proxy, nginx

# Seconds in which an honest reader has the dashboard, whatever others do.
SOON = 2
_DAYS = itertools.count(1)


@pytest.fixture(scope="session")
def warm(site: Proxy) -> Proxy:
    """The site after its first page, for which a process reads what it keeps."""
    response, _body = site.get("/")
    assert response.status == 200
    return site


@contextlib.contextmanager
def held(connections: list[socket.socket]) -> Iterator[None]:
    try:
        yield
    finally:
        for connection in connections:
            connection.close()


def reads_the_dashboard(site: Proxy) -> None:
    """Most times soon: what else a test machine does may hold up one of them."""
    seconds = []
    for page in range(1, 6):
        started = time.monotonic()
        # An address of its own, which is not answered from what the process has made before.
        response, body = site.get(f"/?page={page}&target_after=2000-01-{next(_DAYS):02}")
        seconds.append(time.monotonic() - started)
        assert response.status == 200
        assert b"</html>" in body
    assert sorted(seconds)[2] < SOON


def test_unfinished_headers_hold_nobody_up(warm: Proxy) -> None:
    attackers: list[socket.socket] = [warm.connect_safely() for _ in range(60)]
    with held(attackers):
        for attacker in attackers:
            attacker.sendall(f"GET / HTTP/1.1\r\nHost: {NAME}\r\nX-Unfinished: ".encode())
        reads_the_dashboard(warm)


def test_unfinished_bodies_hold_nobody_up(warm: Proxy) -> None:
    attackers: list[socket.socket] = [warm.connect_safely() for _ in range(60)]
    request = f"POST /accounts/login/ HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n\r\na"
    with held(attackers):
        for attacker in attackers:
            attacker.sendall(request.encode())
        reads_the_dashboard(warm)


def test_readers_of_a_file_who_stop_reading_hold_nobody_up(warm: Proxy) -> None:
    attackers: list[socket.socket] = [warm.connect_safely(receive=4096) for _ in range(40)]
    with held(attackers):
        for attacker in attackers:
            attacker.sendall(f"GET /updates.json HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
            assert attacker.recv(12).startswith(b"HTTP/1.1 ")
        reads_the_dashboard(warm)


def test_silent_connections_hold_nobody_up(warm: Proxy) -> None:
    attackers = [warm.connect() for _ in range(200)]
    with held(attackers):
        reads_the_dashboard(warm)


def test_headers_that_trickle_are_let_go(warm: Proxy) -> None:
    """A sign each second keeps nothing open for longer than all headers may take."""
    attacker = warm.connect_safely()
    started = time.monotonic()
    with held([attacker]), contextlib.suppress(OSError):
        attacker.sendall(f"GET / HTTP/1.1\r\nHost: {NAME}\r\nX-Slow: ".encode())
        attacker.settimeout(1)
        while time.monotonic() - started < 30:
            attacker.sendall(b"a")
            with contextlib.suppress(TimeoutError):
                if not attacker.recv(100):
                    break
    assert 5 < time.monotonic() - started < 25


def test_one_reader_takes_few_whole_files_at_a_time(tmp_path: Path) -> None:
    """Behind the proxy stands one that begins no file until all have been asked for."""
    if NGINX is None:
        pytest.skip(NO_NGINX)
    with contextlib.ExitStack() as ending:
        register = ending.enter_context(socket.create_server(("127.0.0.1", 0)))
        register.settimeout(PATIENCE)
        site = ending.enter_context(nginx(tmp_path, backend=register.getsockname()[1]))
        readers = [ending.enter_context(site.connect_safely()) for _ in range(8)]
        asked = []
        for reader in readers:
            reader.settimeout(PATIENCE)
            reader.sendall(f"GET /updates.csv HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
            if len(asked) < 4:
                asked.append(ending.enter_context(register.accept()[0]))
        refused = [int(reader.recv(12).split()[1]) for reader in readers[4:]]
        for connection in asked:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        assert [int(reader.recv(12).split()[1]) for reader in readers[:4]] == [200] * 4
    assert refused == [429] * 4


def test_the_plain_address_leads_to_the_safe_one(warm: Proxy) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", warm.plain_port)
    with contextlib.closing(connection):
        connection.request("GET", "/changes/?topic=x", headers={"Host": "elsewhere.example"})
        response = connection.getresponse()
        assert (response.status, response.headers["Location"]) == (
            301,
            f"https://{NAME}/changes/?topic=x",
        )


def test_the_register_knows_that_it_is_asked_safely_and_by_whom(warm: Proxy) -> None:
    response, body = warm.get("/changes.atom", X_Forwarded_Proto="http", X_Forwarded_For="8.8.8.8")
    assert response.status == 200
    assert f'href="https://{NAME}/changes.atom"'.encode() in body
    assert "Strict-Transport-Security" in response.headers


def test_what_is_too_large_is_refused_before_the_register_sees_it(warm: Proxy) -> None:
    response, _body = warm.get("/subscribe/email/", method="POST", body=b"a" * 1_100_000)
    assert response.status == 413


def test_a_long_address_reaches_the_register(warm: Proxy) -> None:
    response, _body = warm.get("/?" + "&".join(["topic=x"] * 900))
    assert response.status == 200


def test_news_that_is_waited_for_comes_through(warm: Proxy) -> None:
    head = warm.get("/api/v1/changes/?limit=1")[0]
    assert head.status == 200
    started = time.monotonic()
    response, _body = warm.get("/api/v1/changes/?after=0&limit=1&wait=1")
    assert (response.status, time.monotonic() - started < 30) == (200, True)


def test_the_log_holds_neither_tokens_nor_searches(warm: Proxy) -> None:
    token = "c2VjcmV0LW9mLXNvbWVib2R5"
    for path in (
        *(f"/subscribe/{act}/{token}/?x={token}" for act in ("confirm", "manage", "stop")),
        f"/subscribe/webhook/{token}/",
        f"/accounts/password/reset/key/1-{token}/",
        f"/?q={token}",
    ):
        warm.get(path, Referer=f"https://{NAME}/subscribe/manage/{token}/")
    deadline = time.monotonic() + 10
    while "reset/key/..." not in warm.access_log.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    log = warm.access_log.read_text()
    assert token not in log
    assert '"GET /subscribe/manage/..." ' in log
