"""Receivers of webhooks: real sockets on this machine that behave well or badly; and a call."""

from __future__ import annotations

import contextlib
import queue
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tracker.lib.safe_http import Answer, post

HERE = {"127.0.0.0/8"}
# A receiver that waits does so until the test is over, and never longer than this.
PATIENCE = 5
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Link:
    """The receiver's end of a connection."""

    def __init__(self, connection: socket.socket, is_over: threading.Event) -> None:
        self.connection = connection
        self._is_over = is_over

    def read_request(self) -> bytes:
        request = b""
        while b"\r\n\r\n" not in request:
            request += self._receive()
        head, _, body = request.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += self._receive()
        return head + b"\r\n\r\n" + body

    def _receive(self) -> bytes:
        if received := self.connection.recv(65536):
            return received
        raise ConnectionError("They hung up.")

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def wait(self, seconds: float = PATIENCE) -> None:
        self._is_over.wait(seconds)

    def drip(self, data: bytes) -> None:
        """Send byte after byte, faster than any time limit on a single step."""
        for byte in data:
            if self._is_over.is_set():
                break
            self.send(bytes([byte]))
            self.wait(0.02)

    def flood(self, data: bytes) -> None:
        """Send without end; stops when nobody listens any more."""
        while not self._is_over.is_set():
            self.send(data)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Behaviour = Callable[[Link], object]


@dataclass
class Receiver:
    """A server that answers every connection in the same way."""

    port: int
    requests: queue.SimpleQueue[Any]  # what the behaviour returned, for each connection

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?a=1"


@contextlib.contextmanager
def receiver(behave: Behaviour, *, address: str = "127.0.0.1") -> Iterator[Receiver]:
    is_over = threading.Event()
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    def serve() -> None:
        while True:
            connection, _ = listener.accept()
            if is_over.is_set():
                connection.close()
                return
            connection.settimeout(PATIENCE)
            link = Link(connection, is_over)
            with contextlib.suppress(OSError, ValueError):  # they hang up on us, as they should
                requests.put(behave(link))
            link.connection.close()

    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.bind((address, 0))
        listener.listen()
        port = listener.getsockname()[1]
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Receiver(port, requests)
        finally:
            is_over.set()
            with socket.socket(family, socket.SOCK_STREAM) as last:
                last.connect((address, port))
            thread.join(PATIENCE)


def answering(answer: bytes) -> Behaviour:
    def behave(link: Link) -> bytes:
        request = link.read_request()
        link.send(answer)
        return request

    return behave


def silent(link: Link) -> None:
    link.wait()


def drip_headers(link: Link) -> None:
    link.read_request()
    link.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000)


def call(url: str, **changes: Any) -> Answer:
    arguments: dict[str, Any] = {
        "content": b"{}",
        "headers": {},
        "allow_http": True,
        "allowed_networks": HERE,
        "seconds": PATIENCE,
    }
    return post(url, **arguments | changes)
