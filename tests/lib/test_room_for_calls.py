"""Loops that call across the end of a chunk of frames map no memory (python/cpython 142183)."""

import sys
import threading
from resource import RUSAGE_THREAD, getrusage

import pytest

from tracker.lib.room_for_calls import with_room_for_calls

DEPTHS = range(0, 400, 2)  # more frames than a chunk holds
CALLS = 500


def _callee(a, b, c, d):
    return a, b, c, d


def _faults(depth):
    """Return the page faults of a loop of calls below so many frames."""
    if depth:
        return _faults(depth - 1)
    before = getrusage(RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        _callee(1, 2, 3, 4)
    return getrusage(RUSAGE_THREAD).ru_minflt - before


def _worst(measure):
    found = []
    thread = threading.Thread(target=lambda: found.extend(map(measure, DEPTHS)))
    thread.start()
    thread.join()
    return max(found)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="CPython keeps a chunk from 3.13 on")
def test_a_loop_at_the_end_of_a_chunk_maps_memory_at_each_call():
    assert _worst(_faults) >= CALLS


def test_with_room_no_depth_does():
    assert _worst(with_room_for_calls(_faults)) < CALLS / 5


def test_it_passes_arguments_and_results_on_and_raises_what_is_raised():
    @with_room_for_calls
    def divided(a, *, by):
        """Divide."""
        return a / by

    assert divided(6, by=3) == 2
    assert (divided.__name__, divided.__doc__) == ("divided", "Divide.")
    with pytest.raises(ZeroDivisionError):
        divided(1, by=0)
