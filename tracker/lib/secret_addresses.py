"""Addresses that are secrets, kept out of logs: signed links, and links for a new password.

Whoever reads a log could otherwise change a subscription or set somebody's password.
"""

from __future__ import annotations

import logging
import re

HIDDEN = "..."
_TOKEN = re.compile(
    r"(/subscribe/(?:confirm|manage|stop|webhook)/|/accounts/password/reset/key/)[^\s/?#\"']+"
)


def without_tokens(text: str) -> str:
    """The text with what is secret in its addresses left out."""
    return _TOKEN.sub(rf"\1{HIDDEN}", text)


class HideTokens(logging.Filter):
    """For every handler of the settings: Django names the address of what it refuses."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if (hidden := without_tokens(message)) != message:
            record.msg, record.args = hidden, ()
        return True
