"""An httpcore network backend that connects only to checked addresses, within a deadline."""

from __future__ import annotations

import contextlib
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Collection, Iterable

import httpcore

from tracker.lib.callable_urls import check_public
from tracker.lib.public_addresses import Address, Network, written_address

# A name with a thousand addresses must not make us try a thousand connections.
_MAX_ATTEMPTS = 4


class Failed(Exception):  # noqa: N818 - what happened to the call
    """Raised when a call was attempted and failed; str() is a short sentence.

    The sentence contains nothing that was received or resolved: the person who gave us the URL
    may read it, and must not learn from it what runs inside our network.
    """


class Deadline:
    """The time limit of a whole exchange, shared by all its steps."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._start = time.monotonic()

    def elapsed(self) -> float:
        return time.monotonic() - self._start

    def remaining(self) -> float:
        """Return the seconds that remain, more than 0. Raises Failed if there are none."""
        remaining = self._seconds - self.elapsed()
        if remaining <= 0:
            raise self.failure()
        return remaining

    def failure(self) -> Failed:
        return Failed(f"There was no complete answer within {self._seconds:g} seconds.")


class CheckedNetwork(httpcore.NetworkBackend):
    """Resolve a host, check all its addresses, and connect to one of exactly those.

    Serves one connection, from which at most `max_read` bytes are read.
    """

    def __init__(self, *, allowed: Collection[Network], deadline: Deadline, max_read: int) -> None:
        self._allowed = allowed
        self._deadline = deadline
        self._max_read = max_read
        self._stream: _BoundedStream | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        literal = written_address(host)
        addresses = [literal] if literal else _resolve(host, port, self._deadline)
        check_public(addresses, self._allowed)
        candidates = addresses[:_MAX_ATTEMPTS]
        for position, address in enumerate(candidates):
            # An address that never responds must leave time for the next one.
            share = self._deadline.remaining() / (len(candidates) - position)
            with contextlib.suppress(OSError):
                connected = _connect(address, port, seconds=share)
                self._stream = _BoundedStream(connected, self._deadline, self._max_read)
                return self._stream
        self._deadline.remaining()
        raise Failed("No connection could be made to the host.")

    def close(self) -> None:
        """Close the connection, even if TLS failed and httpcore has none to close."""
        if self._stream is not None:
            self._stream.close()


def _connect(address: Address, port: int, *, seconds: float) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((str(address), port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connection.close()
        raise
    return connection


class _BoundedStream(httpcore.NetworkStream):
    """One connection that ends at the deadline or after `max_read` bytes.

    httpcore's timeouts are ignored, because each applies to a single step: a server that sends one
    byte a second would never exceed them.
    """

    def __init__(self, connection: socket.socket, deadline: Deadline, max_read: int) -> None:
        self._connection = connection
        self._deadline = deadline
        self._unread = max_read

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._unread <= 0:
            raise Failed("The answer has more headers than we read.")
        try:
            self._connection.settimeout(self._deadline.remaining())
            data = self._connection.recv(min(max_bytes, self._unread))
        except TimeoutError:
            raise self._deadline.failure() from None
        self._unread -= len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        unsent = memoryview(buffer)
        try:
            while unsent:
                self._connection.settimeout(self._deadline.remaining())
                unsent = unsent[self._connection.send(unsent) :]
        except TimeoutError:
            raise self._deadline.failure() from None
        except OSError as error:
            # httpcore then still reads: a server that stops receiving may say why, as with 413.
            raise httpcore.WriteError(error) from error

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        self._connection.settimeout(self._deadline.remaining())
        try:
            # If the peer has disconnected, `wrap_socket` may return a socket that encrypts
            # nothing. So we check before, which raises OSError, and again afterwards.
            self._connection.getpeername()
            encrypted = ssl_context.wrap_socket(self._connection, server_hostname=server_hostname)
            self._connection = encrypted
            if encrypted.version() is None:
                raise ConnectionResetError
        except TimeoutError:
            raise self._deadline.failure() from None
        except ssl.SSLCertVerificationError as error:
            raise Failed(f"The certificate was not accepted: {error.verify_message}.") from error
        except (OSError, ValueError) as error:
            raise Failed("No encrypted connection (TLS) could be agreed on.") from error
        return self

    def close(self) -> None:
        self._connection.close()


def _resolve(host: str, port: int, deadline: Deadline) -> list[Address]:
    """Resolve a host name. Raises Failed if it has no address or the deadline passes.

    The system's resolver has no timeout, so it runs in a thread of its own. After the deadline the
    thread is abandoned, and ends when the resolver gives up.
    """
    results: queue.SimpleQueue[list[Address]] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            results.put(list(dict.fromkeys(ipaddress.ip_address(info[4][0]) for info in infos)))
        except (OSError, ValueError):  # among these, UnicodeError
            results.put([])

    threading.Thread(target=resolve, name=f"look up {host}", daemon=True).start()
    try:
        addresses = results.get(timeout=deadline.remaining())
    except queue.Empty:
        raise deadline.failure() from None
    if not addresses:
        raise Failed("The name of the host could not be looked up.")
    return addresses
