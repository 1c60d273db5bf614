"""One exchange with receivers of every kind: honest, slow, endless, and hostile."""

from __future__ import annotations

import socket
import time

import pytest

from tests.receivers import (
    OK,
    PATIENCE,
    Behaviour,
    Link,
    answering,
    call,
    drip_headers,
    receiver,
    silent,
)
from tracker.lib import safe_http
from tracker.lib.safe_http import Answer, Failed

SHORT = 0.2
OVER_TIME = r"^There was no complete answer within 0\.2 seconds\.$"
BROKEN = r"^The answer was not HTTP, or broke off\.$"


# What is sent and what comes back


def test_the_whole_exchange() -> None:
    answer_sent = (
        b"HTTP/1.1 202 Accepted\r\nX-One: first\r\nX-Two: \xe9\r\nx-one: second\r\n"
        b"Content-Encoding: gzip\r\nSet-Cookie: a=b\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00"
    )
    with receiver(answering(answer_sent)) as it:
        answer = call(
            it.url,
            content=b'{"a": 1}',
            headers={
                "Content-Type": "application/json",
                "HOST": "elsewhere.example",
                "Content-Length": "3",
                "connection": "keep-alive",
            },
        )
        request = it.requests.get(timeout=PATIENCE)
    assert request == (
        b"POST /hook?a=1 HTTP/1.1\r\n"
        b"host: 127.0.0.1:%d\r\n"
        b"content-type: application/json\r\n"
        b"content-length: 8\r\n"
        b"connection: close\r\n"
        b"accept-encoding: identity\r\n"
        b'\r\n{"a": 1}' % it.port
    )
    assert 0 < answer.seconds < PATIENCE
    assert answer == Answer(
        status=202,
        headers={
            "x-one": "first",
            "x-two": "é",
            "content-encoding": "gzip",
            "set-cookie": "a=b",
            "content-length": "4",
        },
        body=b"\x1f\x8b\x08\x00",
        is_cut=False,
        seconds=answer.seconds,
    )


@pytest.mark.parametrize(
    ("sent", "status", "body"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil it closes", 200, b"until it closes"),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", 410, b""),
        (b"HTTP/1.1 500 \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 500, b"abc"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 200, b"ok"),
        (OK + b"HTTP/1.1 500 smuggled\r\n\r\n", 200, b"ok"),
    ],
)
def test_answers_of_every_form(sent: bytes, status: int, body: bytes) -> None:
    with receiver(answering(sent)) as it:
        answer = call(it.url)
    assert (answer.status, answer.body, answer.is_cut) == (status, body, False)


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with receiver(answering(OK)) as trap:
        sent = b"HTTP/1.1 307 T\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % trap.url.encode()
        with receiver(answering(sent)) as it:
            answer = call(it.url)
        assert (answer.status, answer.headers["location"]) == (307, trap.url)
        assert trap.requests.empty()


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(answering(OK)) as proxy, receiver(answering(OK)) as it:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert call(it.url).status == 200
        assert proxy.requests.empty()


def test_a_receiver_that_answers_and_hangs_up_is_heard() -> None:
    def behave(link: Link) -> None:
        link.connection.recv(10)
        link.send(b"HTTP/1.1 413 Too large\r\nContent-Length: 0\r\n\r\n")
        link.reset()

    with receiver(behave) as it:
        assert call(it.url, content=b"x" * 20_000_000).status == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Name": "a\r\nX-Evil: 1"},
        {"X-Name": "é"},
        {"X Name": "a"},
        {"": "a"},
        {"X-Name": "a\x00"},
    ],
)
def test_headers_that_http_does_not_allow(headers: dict[str, str]) -> None:
    with (
        receiver(answering(OK)) as it,
        pytest.raises(Failed, match=r"^The request has a header that HTTP does not allow\.$"),
    ):
        call(it.url, headers=headers)


# Limits


@pytest.mark.parametrize(
    ("length", "body", "is_cut"),
    [(9, b"x" * 9, False), (10, b"x" * 10, False), (11, b"x" * 10, True), (99, b"x" * 10, True)],
)
def test_the_body_is_cut_at_the_limit(length: int, body: bytes, is_cut: bool) -> None:
    sent = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length + b"x" * length
    with receiver(answering(sent)) as it:
        answer = call(it.url, body_limit=10)
    assert (answer.body, answer.is_cut) == (body, is_cut)


def test_an_endless_body_costs_nothing() -> None:
    def behave(link: Link) -> None:
        link.read_request()
        link.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        link.flood(b"x" * 65536)

    with receiver(behave) as it:
        answer = call(it.url)
    assert (answer.status, len(answer.body), answer.is_cut) == (200, 16_384, True)


def test_chunks_of_one_byte_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_http, "_HEADERS_LIMIT", 1000)
    sent = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 2000
    with receiver(answering(sent)) as it:
        answer = call(it.url, body_limit=1900)
    assert (answer.body, answer.is_cut) == (b"x" * 1900, True)


@pytest.mark.parametrize(
    ("begin", "endless", "sentence"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", "The answer has more headers than we read."),
        (b"HTTP/1.1 200 OK\r\n", b"X-Name: value\r\n", BROKEN),
        (b"", b"x" * 1000, BROKEN),
    ],
)
def test_endless_headers(begin: bytes, endless: bytes, sentence: str) -> None:
    def behave(link: Link) -> None:
        link.read_request()
        link.send(begin)
        link.flood(endless * 50)

    with receiver(behave) as it, pytest.raises(Failed, match=sentence):
        call(it.url)


def hang_before_headers(link: Link) -> None:
    link.read_request()
    link.wait()


def hang_in_headers(link: Link) -> None:
    link.read_request()
    link.send(b"HTTP/1.1 200 OK\r\nContent-")
    link.wait()


def hang_after_headers(link: Link) -> None:
    link.read_request()
    link.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    link.wait()


def drip_body(link: Link) -> None:
    link.read_request()
    link.send(b"HTTP/1.1 200 OK\r\n\r\n")
    link.drip(b"x" * 1000)


@pytest.mark.parametrize(
    "behave",
    [
        silent,
        hang_before_headers,
        hang_in_headers,
        hang_after_headers,
        drip_headers,
        drip_body,
    ],
)
def test_nobody_outlives_the_time_limit(behave: Behaviour) -> None:
    started = time.monotonic()
    with receiver(behave) as it, pytest.raises(Failed, match=OVER_TIME):
        call(it.url, seconds=SHORT)
    assert SHORT <= time.monotonic() - started < PATIENCE


def test_a_receiver_that_sips_the_request() -> None:
    def behave(link: Link) -> None:
        while link.connection.recv(65536):
            link.wait(0.01)

    started = time.monotonic()
    with receiver(behave) as it:
        with pytest.raises(Failed, match=OVER_TIME):
            call(it.url, content=b"x" * 50_000_000, seconds=SHORT)
        assert time.monotonic() - started < PATIENCE


# Receivers that speak no HTTP, or stop


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"220 mail.example ESMTP\r\n",
        b"\x00\xff" * 50,
        b"HTTP/1.1 000 Zero\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Name\xff: 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    ],
)
def test_rubbish_and_broken_answers(sent: bytes) -> None:
    with receiver(answering(sent)) as it, pytest.raises(Failed, match=BROKEN):
        call(it.url)


def test_a_receiver_that_closes_at_once() -> None:
    with receiver(lambda link: link.connection.close()) as it, pytest.raises(Failed, match=BROKEN):
        call(it.url)


def test_a_receiver_that_resets() -> None:
    def behave(link: Link) -> None:
        link.read_request()
        link.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na")
        link.reset()

    with receiver(behave) as it, pytest.raises(Failed, match=BROKEN):
        call(it.url)


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening, so that nobody else takes it
        port = taken.getsockname()[1]
        with pytest.raises(Failed, match=r"^No connection could be made to the host\.$"):
            call(f"http://127.0.0.1:{port}/")
