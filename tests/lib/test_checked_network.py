"""Where a connection goes, whom it trusts, and that looking up and TLS end in time.

Names are looked up in a resolver of our own.
"""

from __future__ import annotations

import errno
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from tracker.lib.safe_http import Failed, Refused

SHORT = 0.2
OVER_TIME = r"^There was no complete answer within 0\.2 seconds\.$"
# Who hangs up at once may do so before or after we have noticed that there is a connection.
NO_TLS = r"^(No encrypted connection \(TLS\) could be agreed on|No connection could be made)"
CERTIFICATE = Path(__file__).parent.parent / "samples" / "tls" / "receiver.test.pem"


def test_without_the_exemption_nothing_is_called() -> None:
    with receiver(answering(OK)) as it:
        with pytest.raises(Refused, match="not public"):
            call(it.url, allowed_networks=())
        with pytest.raises(Refused, match="not public"):
            call(it.url, allowed_networks={"10.0.0.0/8"})
        with pytest.raises(Refused, match="must begin with https"):
            call(it.url, allow_http=False)
        assert it.requests.empty()


@dataclass
class Names:
    """A resolver and a dialler of our own: what was looked up, and what was called."""

    answers: dict[str, list[list[str]]]  # for each name, one answer after the other
    looked_up: list[str]
    called: list[tuple[str, int]]
    seconds: list[float | None]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    it = Names({}, [], [], [])

    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        it.looked_up.append(host)
        if not it.answers.get(host):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (0, socket.SOCK_STREAM, 6, "", (address, port)) for address in it.answers[host].pop(0)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return it


@pytest.fixture
def no_network(names: Names, monkeypatch: pytest.MonkeyPatch) -> Names:
    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        names.called.append(address)
        names.seconds.append(self.gettimeout())
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return names


def test_a_name_is_looked_up_once_and_called_where_it_was_checked(no_network: Names) -> None:
    no_network.answers["rebind.test"] = [["8.8.8.8"], ["127.0.0.1"]]
    with pytest.raises(Failed, match="No connection"):
        call("https://rebind.test/", allowed_networks=())
    assert no_network.looked_up == ["rebind.test"]
    assert no_network.called == [("8.8.8.8", 443)]
    with pytest.raises(Refused, match="not public"):
        call("https://rebind.test/", allowed_networks=())
    assert no_network.called == [("8.8.8.8", 443)]


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "10.0.0.1"],
        ["8.8.8.8", "8.8.4.4", "1.1.1.1", "9.9.9.9", "169.254.169.254"],
        ["2606:4700::1111", "::1"],
        ["8.8.8.8", "fe80::1%1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
    ],
)
def test_one_private_address_is_enough_to_refuse(no_network: Names, addresses: list[str]) -> None:
    no_network.answers["mixed.test"] = [addresses]
    with pytest.raises(Refused, match=r"^The host lies in a network that is not public\.$"):
        call("https://mixed.test/", allowed_networks=())
    assert no_network.called == []


def test_four_addresses_are_tried_and_share_the_time(no_network: Names) -> None:
    first = ["2606:4700::1111", "2606:4700::1111", "8.8.8.8", "8.8.4.4", "1.1.1.1"]
    no_network.answers["many.test"] = [[*first, "9.9.9.9"]]
    with pytest.raises(Failed, match="No connection"):
        call("https://many.test:8443/", allowed_networks=(), seconds=40)
    assert no_network.called == [(address, 8443) for address in first[1:]]
    first_share, *_, last_share = no_network.seconds
    assert first_share == pytest.approx(10, abs=1)
    assert last_share == pytest.approx(40, abs=4)


def test_an_address_is_not_looked_up(no_network: Names) -> None:
    with pytest.raises(Failed, match="No connection"):
        call("https://0x8.8.8.8/", allowed_networks=())
    assert (no_network.looked_up, no_network.called) == ([], [("8.8.8.8", 443)])


def test_the_next_address_is_tried(names: Names) -> None:
    with receiver(answering(OK)) as it:
        names.answers["two.test"] = [["127.9.9.9", "127.0.0.1"]]
        assert call(f"http://two.test:{it.port}/").status == 200
        request = it.requests.get(timeout=PATIENCE)
    assert b"host: two.test:%d\r\n" % it.port in request


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["six.test", "[::1]"])
def test_ipv6(names: Names, host: str) -> None:
    names.answers["six.test"] = [["::1"]]
    with receiver(answering(OK), address="::1") as it:
        assert call(f"http://{host}:{it.port}/", allowed_networks={"::1/128"}).status == 200
        request = it.requests.get(timeout=PATIENCE)
    assert b"host: %b:%d\r\n" % (host.encode(), it.port) in request


def test_a_name_that_does_not_exist(names: Names) -> None:
    with pytest.raises(Failed, match=r"^The name of the host could not be looked up\.$"):
        call("https://nowhere.test/")


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    is_over = threading.Event()

    def getaddrinfo(*_: object, **__: object) -> list[object]:
        is_over.wait(PATIENCE)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    try:
        with pytest.raises(Failed, match=OVER_TIME):
            call("https://slow.test/", seconds=SHORT)
    finally:
        is_over.set()


# TLS


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's store of authorities is the one certificate of the tests."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    safe_http._tls.cache_clear()
    yield
    safe_http._tls.cache_clear()


def encrypted(behave: Behaviour, *, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> Behaviour:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.maximum_version = newest
    asked_for: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: asked_for.append(name)

    def behave_encrypted(link: Link) -> list[object]:
        link.connection = context.wrap_socket(link.connection, server_side=True)
        return [asked_for.pop(), behave(link)]

    return behave_encrypted


@pytest.mark.usefixtures("trust")
def test_a_trusted_receiver_is_called_by_its_name(names: Names) -> None:
    names.answers["receiver.test"] = [["127.0.0.1"]]
    with receiver(encrypted(answering(OK))) as it:
        answer = call(f"https://receiver.test:{it.port}/", allow_http=False)
        asked_for, request = it.requests.get(timeout=PATIENCE)
    assert (answer.status, answer.body, asked_for) == (200, b"ok", "receiver.test")
    assert b"host: receiver.test:%d\r\n" % it.port in request


@pytest.mark.usefixtures("trust")
@pytest.mark.parametrize("host", ["other.test", "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused(names: Names, host: str) -> None:
    names.answers["other.test"] = [["127.0.0.1"]]
    with receiver(encrypted(answering(OK))) as it:
        with pytest.raises(Failed, match=r"^The certificate was not accepted: .*mismatch"):
            call(f"https://{host}:{it.port}/")
        assert it.requests.empty()


def test_a_self_signed_certificate_is_refused(names: Names) -> None:
    names.answers["receiver.test"] = [["127.0.0.1"]]
    with receiver(encrypted(answering(OK))) as it:
        with pytest.raises(Failed, match=r"^The certificate was not accepted: self-signed"):
            call(f"https://receiver.test:{it.port}/")
        assert it.requests.empty()


@pytest.mark.parametrize(
    "behave",
    [
        lambda link: link.send(OK),
        lambda link: link.connection.close(),
        Link.reset,
        lambda link: link.send(b"\x16\x03\x03\x00\x02\x00\x00"),
    ],
)
def test_a_receiver_that_speaks_no_tls(behave: Behaviour) -> None:
    with receiver(behave) as it, pytest.raises(Failed, match=NO_TLS):
        call(it.url.replace("http://", "https://"))


@pytest.mark.usefixtures("trust")
@pytest.mark.parametrize("behave", [silent, encrypted(silent), encrypted(drip_headers)])
def test_nobody_outlives_the_time_limit_by_tls(behave: Behaviour, names: Names) -> None:
    names.answers["receiver.test"] = [["127.0.0.1"]]
    started = time.monotonic()
    with receiver(behave) as it:
        with pytest.raises(Failed, match=OVER_TIME):
            call(f"https://receiver.test:{it.port}/", seconds=SHORT)
        assert time.monotonic() - started < 2


def test_who_hangs_up_before_tls_is_sent_nothing_in_the_clear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def getpeername(self: socket.socket) -> None:
        raise OSError(errno.ENOTCONN, "Not connected")

    with receiver(lambda link: link.connection.recv(100)) as it:
        monkeypatch.setattr(socket.socket, "getpeername", getpeername)
        with pytest.raises(Failed, match=NO_TLS):
            call(it.url.replace("http://", "https://"))
        assert it.requests.get(timeout=PATIENCE) == b""
