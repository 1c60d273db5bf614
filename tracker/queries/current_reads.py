"""Where public responses are read: from the replica, if it is as new as what readers have seen.

Each response begins with the head of the log on the primary. The replica serves what that head
needs once it has replayed the log so far, and otherwise the primary does. While the primary does
not answer, the replica serves what it has, though nothing older than this process has shown.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, Error, OperationalError

from tracker.lib.replica import REPLICA, Availability, is_configured, reading_replica
from tracker.models import LogHead
from tracker.queries.visibility import log_head

_T = TypeVar("_T")

_primary, _replica = Availability(DEFAULT_DB_ALIAS), Availability(REPLICA)
_lock = threading.Lock()
# The newest head that this process has shown.
_shown = LogHead()


def public_head() -> LogHead:
    """Return the head of the log for a public response."""
    if not is_configured():
        return log_head()
    head = _head_of_primary()
    if head is None:
        with _replica.watched():
            head = _head_of_replica()
        if not _has_reached(head, _shown):
            # Such as after a crash of the primary that lost what it had not sent yet.
            raise OperationalError("The replica lacks lines of the log that have been shown.")
    _remember(head)
    return head


def read_current(head: LogHead, read: Callable[[], _T]) -> _T:
    """Return what `read` returns, from the replica if that has reached the head.

    `read` must change nothing: it is called again, on the primary, if the replica fails.
    """
    if not is_configured() or not _replica.may_be_asked():
        return read()

    def is_current() -> bool:
        try:
            with _replica.watched():
                return _has_reached(_head_of_replica(), head)
        except Error:
            return False

    if not is_current():
        return read()
    try:
        with _replica.watched(), reading_replica(is_current):
            return read()
    except Error:
        return read()


def _head_of_primary() -> LogHead | None:
    if not _primary.may_be_asked():
        return None
    try:
        with _primary.watched():
            return log_head()
    except Error:
        return None


def _head_of_replica() -> LogHead:
    with reading_replica():
        return log_head()


def _has_reached(head: LogHead, other: LogHead) -> bool:
    # Neither number ever falls.
    return head.seq >= other.seq and head.generation >= other.generation


def _remember(head: LogHead) -> None:
    global _shown  # noqa: PLW0603 - one for the process
    with _lock:
        if _has_reached(head, _shown):
            _shown = head
