"""A mail server on this machine that takes every message, or hangs up as a test says."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Iterator


class MailServerHere(socketserver.ThreadingTCPServer):
    """Takes messages over SMTP; hangs up after `messages_each` of them on one connection.

    It says 421 first if `says_so`; `connections` counts who connected, `taken` holds the messages.
    """

    daemon_threads = True

    def __init__(self, *, messages_each: int | None = None, says_so: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.messages_each, self.says_so = messages_each, says_so
        self.connections, self.taken = 0, list[bytes]()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServerHere
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.server.connections += 1
        taken = 0
        self._say("220 ready")
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"MAIL" and taken == self.server.messages_each:
                if self.server.says_so:
                    self._say("421 enough for one connection")
                return
            if command == b"DATA":
                self._say("354 go on")
                self.server.taken.append(self._message())
                taken += 1
            self._say("221 bye" if command == b"QUIT" else "250 fine")

    def _say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())

    def _message(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return b"".join(lines)


@contextlib.contextmanager
def mail_server(
    *, messages_each: int | None = None, says_so: bool = False
) -> Iterator[MailServerHere]:
    with MailServerHere(messages_each=messages_each, says_so=says_so) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
