"""gunicorn's log of requests, should it be turned on, without the secrets in their addresses."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from tracker.lib.secret_addresses import without_tokens


class AccessLog(Logger):
    def atoms(self, *answered: Any, **named: Any) -> dict[str, Any]:
        """What a line may name, such as the address and the page that led there."""
        atoms: dict[str, Any] = super().atoms(*answered, **named)
        return {
            name: without_tokens(value) if isinstance(value, str) else value
            for name, value in atoms.items()
        }
