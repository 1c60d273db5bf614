"""The deliverer's work side by side: each lane looks for its own work, and none waits for another.

A lane is a thread with a connection of its own to the database. A fault in one is written to the
error log and it begins again; a lane that ends all the same ends the deliverer, with a message,
for whoever started it to start it again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

logger = logging.getLogger(__name__)

# Seconds after a fault of ours, which would most likely come again at once.
AFTER_A_FAULT = 30.0


class NotNowError(Exception):
    """Nothing may be done at present; str() says why, for the operator."""


class LaneEndedError(Exception):
    """A lane ended that should have gone on; str() is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of work; `look` does what is due now, and is called again and again."""

    name: str
    look: Callable[[], object]


def keep_looking(
    lanes: Sequence[Lane],
    *,
    stopping: threading.Event,
    is_orphaned: Callable[[], bool] = lambda: False,
    rest: float = 2,
) -> None:
    """Run the lanes until `stopping` is set or `is_orphaned`; `rest` is in seconds.

    Each then finishes what it is at. Raises LaneEndedError when one ended by itself.
    """
    threads = [
        threading.Thread(target=_go_on, args=(lane, stopping, rest), name=lane.name)
        for lane in lanes
    ]
    for thread in threads:
        thread.start()
    ended: list[str] = []
    while not ended and not stopping.wait(rest) and not is_orphaned():
        ended = [thread.name for thread in threads if not thread.is_alive()]
    was_asked_to = stopping.is_set()
    stopping.set()
    for thread in threads:
        thread.join()
    if ended and not was_asked_to:
        raise LaneEndedError(f"Ended by itself: {', '.join(ended)}. The error log says why.")


def look_once(lanes: Sequence[Lane], *, meanwhile: Lane, rest: float = 2) -> list[object]:
    """Let each lane look once, side by side, and `meanwhile` as often as it takes.

    Returns what each lane returned; raises what the first of them raised, once all have ended.
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


def _go_on(lane: Lane, stopping: threading.Event, rest: float) -> None:
    try:
        while not stopping.is_set():
            close_old_connections()
            try:
                lane.look()
            except DatabaseError as error:
                # A database that restarts, or is busy beyond patience: what was not recorded is
                # done again; messages have the same ids.
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
