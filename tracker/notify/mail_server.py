"""A connection to the mail server that is kept for many messages."""

from __future__ import annotations

import contextlib
import smtplib
from types import TracebackType
from typing import Self

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

# "Service not available, closing transmission channel" (RFC 5321, section 4.2.3).
_CLOSING = 421
# In reply to these the server waits for the next message.
_ABOUT_ONE_MESSAGE = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


class MailServer:
    """Send messages over one connection, opened with the first and closed at the end.

    Servers close it after some messages, or some idle time: the message is then sent over a new
    one. Not thread-safe.
    """

    def __init__(self) -> None:
        self._open: BaseEmailBackend | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def send(self, message: EmailMessage) -> None:
        """Hand over one message; raises what Django's e-mail backend raises."""
        was_open = self._open is not None
        try:
            self._send(message)
        except smtplib.SMTPException as error:
            if not was_open or not _has_closed(error):
                raise
            self._close()
            self._send(message)

    def _send(self, message: EmailMessage) -> None:
        if self._open is None:
            server = get_connection()
            server.open()
            self._open = server
        try:
            self._open.send_messages([message])
        except _ABOUT_ONE_MESSAGE:
            raise
        except Exception:
            self._close()
            raise

    def _close(self) -> None:
        server, self._open = self._open, None
        if server is not None:
            with contextlib.suppress(OSError):
                server.close()


def _has_closed(error: smtplib.SMTPException) -> bool:
    """Return whether the server ended the connection, rather than refuse the message."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == _CLOSING for code, _said in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code == _CLOSING
    return isinstance(error, smtplib.SMTPServerDisconnected)
