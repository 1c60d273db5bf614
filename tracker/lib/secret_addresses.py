"""Hide tokens in URLs from logs: signed links, and links to reset a password.

Anybody who reads a log could otherwise change a subscription or set a password.
"""

from __future__ import annotations

import logging
import re

HIDDEN = "..."
_TOKEN = re.compile(
    r"(/subscribe/(?:confirm|manage|stop|webhook)/|/accounts/password/reset/key/)[^\s/?#\"']+"
)


def without_tokens(text: str) -> str:
    """Replace the tokens in the URLs of a text."""
    return _TOKEN.sub(rf"\1{HIDDEN}", text)


class HideTokens(logging.Filter):
    """Hide tokens in log messages; for every handler, since Django logs the paths it refuses."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if (hidden := without_tokens(message)) != message:
            record.msg, record.args = hidden, ()
        return True
