"""A TCP port before a server, which can be cut, or fall silent, as a server does that hangs."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Tunnel:
    """Passes bytes on between its port and a server until it is told otherwise."""

    def __init__(self, host: str, port: int) -> None:
        self._server = host, port
        self._is_silent = False
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.port = 0
        self.restore()

    def cut(self) -> None:
        """End all connections and refuse new ones, as a server that was killed."""
        if self._listener is not None:
            # Without this the thread that accepts keeps the port.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self._end_all()

    def fall_silent(self) -> None:
        """Accept connections and take in bytes, and never answer."""
        self._is_silent = True

    def restore(self) -> None:
        """Pass everything on, on new connections."""
        self._is_silent = False
        self._end_all()
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self.port = self._listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _end_all(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
                far = socket.create_connection(self._server)
            except OSError:
                return
            self._open |= {near, far}
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError), source:
            while part := source.recv(1 << 16):
                if not self._is_silent:
                    target.sendall(part)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def tunnel(host: str, port: int) -> Iterator[Tunnel]:
    made = Tunnel(host, port)
    try:
        yield made
    finally:
        made.cut()
