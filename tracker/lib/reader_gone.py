"""Whether whoever asked has hung up, where the server lets that be seen.

What is sent piece by piece notices it by itself. What is long in the making before its first byte
does not, and would go on for nobody.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Mapping
from typing import Any


class ReaderGoneError(Exception):
    """Whoever asked has left before the answer was made."""


def stop_if_gone(environ: Mapping[str, Any]) -> None:
    """Raise ReaderGoneError when nobody waits for the answer any more."""
    if reader_is_gone(environ):
        raise ReaderGoneError


def reader_is_gone(environ: Mapping[str, Any]) -> bool:
    """Look at the connection that gunicorn hands on; False where there is none to look at."""
    connection = environ.get("gunicorn.socket")
    if not isinstance(connection, socket.socket):
        return False
    try:
        waiting = select.poll()
        waiting.register(connection, select.POLLIN)
        if not waiting.poll(0):
            return False
        return connection.recv(1, socket.MSG_PEEK) == b""
    except ValueError:  # TLS, on which nothing can be looked at without taking it
        return False
    except OSError:
        return True
