"""Whether the log of changes is whole."""

from __future__ import annotations

from tracker.queries.log.chain import Break, walk_log


def first_break() -> Break | None:
    """The first line that does not follow from the one before; None when every line holds."""
    return walk_log()[1]
