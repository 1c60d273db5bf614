"""gunicorn's access log with the tokens in URLs hidden."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from tracker.lib.secret_addresses import without_tokens


class AccessLog(Logger):
    def atoms(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the values that a log line may use, such as the URL and the referrer."""
        atoms: dict[str, Any] = super().atoms(*args, **kwargs)
        return {
            name: without_tokens(value) if isinstance(value, str) else value
            for name, value in atoms.items()
        }
