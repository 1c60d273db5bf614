"""Run the deliverer's work in parallel: each lane looks for its own work.

A lane is a thread with its own database connection. A fault in one is logged and the lane starts
over; a lane that ends all the same ends the deliverer, with a message, so that its supervisor can
restart it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

logger = logging.getLogger(__name__)

# Seconds to pause after a fault of ours, which would most likely recur at once.
AFTER_A_FAULT = 30.0


class NotNowError(Exception):
    """Raised when nothing may be done at present; str() is the reason, for the operator."""


class LaneEndedError(Exception):
    """Raised when a lane ended unexpectedly; str() is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of work; `look` does what is due now, and is called repeatedly."""

    name: str
    look: Callable[[], object]


def run_until_stopped(
    lanes: Sequence[Lane],
    *,
    stopping: threading.Event,
    is_orphaned: Callable[[], bool] = lambda: False,
    rest: float = 2,
) -> None:
    """Run the lanes until `stopping` is set or `is_orphaned`, with pauses of `rest` seconds.

    Each lane then finishes its current work. Raise LaneEndedError if one ended by itself.
    """
    threads = [
        threading.Thread(target=_run_lane, args=(lane, stopping, rest), name=lane.name)
        for lane in lanes
    ]
    for thread in threads:
        thread.start()
    ended: list[str] = []
    while not ended and not stopping.wait(rest) and not is_orphaned():
        ended = [thread.name for thread in threads if not thread.is_alive()]
    was_requested = stopping.is_set()
    stopping.set()
    for thread in threads:
        thread.join()
    if ended and not was_requested:
        raise LaneEndedError(f"Ended by itself: {', '.join(ended)}. The error log says why.")


def run_once(lanes: Sequence[Lane], *, meanwhile: Lane, rest: float = 2) -> list[object]:
    """Let each lane look once, in parallel, and `meanwhile` repeatedly until they have ended.

    Return what each lane returned, or raise the first exception once all have ended.
    """
    results: list[object] = [None] * len(lanes)
    errors: list[Exception] = []

    def look(number: int, lane: Lane) -> None:
        try:
            results[number] = lane.look()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=look, args=numbered) for numbered in enumerate(lanes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(rest)
            meanwhile.look()
    if errors:
        raise errors[0]
    return results


def _run_lane(lane: Lane, stopping: threading.Event, rest: float) -> None:
    try:
        while not stopping.is_set():
            close_old_connections()
            try:
                lane.look()
            except DatabaseError as error:
                # The database is restarting or overloaded: what was not recorded is repeated, and
                # messages keep their ids.
                logger.warning(
                    "%s: the database did not answer; trying again: %s", lane.name, error
                )
                connection.close()
            except NotNowError as reason:
                logger.error("%s: %s", lane.name, reason)
                stopping.wait(AFTER_A_FAULT)
            except Exception:
                logger.exception("%s: a fault in the register itself; beginning again", lane.name)
                connection.close()
                stopping.wait(AFTER_A_FAULT)
            stopping.wait(rest)
    finally:
        connection.close()
