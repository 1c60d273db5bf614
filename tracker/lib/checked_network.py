"""Connections for httpcore that go to checked addresses only, and end in time."""

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

# A name with a thousand addresses must not make us knock at a thousand doors.
_MOST_TRIED = 4


class Failed(Exception):  # noqa: N818 - what happened to the call
    """The call was tried and did not succeed; str() is a short sentence.

    No sentence holds anything that was received or looked up: whoever gave us the address may read
    it, and must not learn from it what answers inside our network.
    """


class Deadline:
    """The end of an exchange, for every step of it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._start = time.monotonic()

    def spent(self) -> float:
        return time.monotonic() - self._start

    def left(self) -> float:
        """Seconds that are left, more than 0; raises Failed when there are none."""
        left = self._seconds - self.spent()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> Failed:
        return Failed(f"There was no complete answer within {self._seconds:g} seconds.")


class CheckedNetwork(httpcore.NetworkBackend):
    """Looks a host up, checks all its addresses, and connects to one of exactly those.

    For one connection, of which at most `most_read` bytes are read.
    """

    def __init__(self, *, allowed: Collection[Network], deadline: Deadline, most_read: int) -> None:
        self._allowed = allowed
        self._deadline = deadline
        self._most_read = most_read
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
        addresses = [literal] if literal else _looked_up(host, port, self._deadline)
        check_public(addresses, self._allowed)
        tried = addresses[:_MOST_TRIED]
        for position, address in enumerate(tried):
            # An address that swallows everything must leave time for the next one.
            share = self._deadline.left() / (len(tried) - position)
            with contextlib.suppress(OSError):
                connected = _connected(address, port, seconds=share)
                self._stream = _BoundedStream(connected, self._deadline, self._most_read)
                return self._stream
        self._deadline.left()
        raise Failed("No connection could be made to the host.")

    def close(self) -> None:
        """Close what is open, also where TLS failed and httpcore knows of no connection."""
        if self._stream is not None:
            self._stream.close()


def _connected(address: Address, port: int, *, seconds: float) -> socket.socket:
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
    """One connection that ends at the deadline and after `most_read` bytes.

    The time limits that httpcore passes hold for one step each, and are not used: whoever sends a
    byte a second would never run into them.
    """

    def __init__(self, connection: socket.socket, deadline: Deadline, most_read: int) -> None:
        self._connection = connection
        self._deadline = deadline
        self._unread = most_read

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._unread <= 0:
            raise Failed("The answer has more headers than we read.")
        try:
            self._connection.settimeout(self._deadline.left())
            data = self._connection.recv(min(max_bytes, self._unread))
        except TimeoutError:
            raise self._deadline.passed() from None
        self._unread -= len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        unsent = memoryview(buffer)
        try:
            while unsent:
                self._connection.settimeout(self._deadline.left())
                unsent = unsent[self._connection.send(unsent) :]
        except TimeoutError:
            raise self._deadline.passed() from None
        except OSError as error:
            # httpcore then still reads: whoever stops listening may have said why, as with 413.
            raise httpcore.WriteError(error) from error

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        self._connection.settimeout(self._deadline.left())
        try:
            # Where the other side has hung up, `wrap_socket` may return a socket that encrypts
            # nothing. So we ask before, which raises OSError, and once more afterwards.
            self._connection.getpeername()
            encrypted = ssl_context.wrap_socket(self._connection, server_hostname=server_hostname)
            self._connection = encrypted
            if encrypted.version() is None:
                raise ConnectionResetError
        except TimeoutError:
            raise self._deadline.passed() from None
        except ssl.SSLCertVerificationError as error:
            raise Failed(f"The certificate was not accepted: {error.verify_message}.") from error
        except (OSError, ValueError) as error:
            raise Failed("No encrypted connection (TLS) could be agreed on.") from error
        return self

    def close(self) -> None:
        self._connection.close()


def _looked_up(host: str, port: int, deadline: Deadline) -> list[Address]:
    """The addresses of a name. Raises Failed where there are none, or none in time.

    The system's resolver knows no time limit, so that it is asked in a thread of its own. Past the
    deadline the thread is left behind, and ends when the resolver gives up.
    """
    answers: queue.SimpleQueue[list[Address]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(ipaddress.ip_address(each[4][0]) for each in found)))
        except (OSError, ValueError):  # among these, UnicodeError
            answers.put([])

    threading.Thread(target=ask, name=f"look up {host}", daemon=True).start()
    try:
        addresses = answers.get(timeout=deadline.left())
    except queue.Empty:
        raise deadline.passed() from None
    if not addresses:
        raise Failed("The name of the host could not be looked up.")
    return addresses
