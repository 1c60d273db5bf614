"""The last things made, and no more of them than asked for."""

from __future__ import annotations

from tracker.lib.recent import Recent


def test_what_nobody_asked_for_longest_goes_first() -> None:
    recent: Recent[str] = Recent(most=2)
    assert recent.get(1) is None
    assert recent.keep(1, "one") == "one"
    recent.keep(2, "two")
    assert recent.get(1) == "one"
    recent.keep(3, "three")
    assert [recent.get(key) for key in (1, 2, 3)] == ["one", None, "three"]
