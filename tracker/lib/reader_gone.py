"""Detect that the client has disconnected or takes nothing, where the server makes that visible.

A streamed response notices it by itself. One that takes long before its first byte does not, and
would be computed for nobody.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any


class ReaderGoneError(Exception):
    """Raised when the client has disconnected before the response was ready."""


def stop_if_gone(environ: Mapping[str, Any]) -> None:
    """Raise ReaderGoneError if the client has disconnected."""
    if reader_is_gone(environ):
        raise ReaderGoneError


def reader_is_gone(environ: Mapping[str, Any]) -> bool:
    """Check the connection that gunicorn passes on; False if there is none to check."""
    connection = environ.get("gunicorn.socket")
    if not isinstance(connection, socket.socket):
        return False
    try:
        poller = select.poll()
        poller.register(connection, select.POLLIN)
        if not poller.poll(0):
            return False
        return connection.recv(1, socket.MSG_PEEK) == b""
    except ValueError:  # TLS sockets cannot be peeked at
        return False
    except OSError:
        return True


@contextmanager
def sending_limit(environ: Mapping[str, Any], seconds: float) -> Iterator[None]:
    """Let gunicorn raise TimeoutError if the client takes longer for one piece of a response.

    Otherwise a client that reads a byte a second would hold a thread for days.
    """
    connection = environ.get("gunicorn.socket")
    if not isinstance(connection, socket.socket):
        yield
        return
    before = connection.gettimeout()
    connection.settimeout(seconds)
    try:
        yield
    finally:
        with suppress(OSError):  # closed meanwhile
            connection.settimeout(before)
