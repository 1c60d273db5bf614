"""Times taken in turns, and what is made of them: the ratio of each pair, its median and spread."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Take = Callable[[int], float]


@dataclass
class Pair:
    """Two things to be timed in turns; `target` is the ratio that is not to be exceeded."""

    name: str
    ours: Take
    theirs: Take
    against: str
    target: float | None = None
    reach: float | None = None
    pairs: list[tuple[float, float]] = field(default_factory=list)

    def ratios(self) -> list[float]:
        return [ours / theirs for ours, theirs in self.pairs]


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    against: str
    ours: float  # milliseconds, the median
    theirs: float
    ratio: float  # the median of the ratios of each turn
    low: float  # the quartiles of these
    high: float
    target: float | None

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        return "met" if self.ratio <= self.target else "missed"


def in_turns(pairs: Sequence[Pair], *, rounds: int, warm: int = 2) -> None:
    """Take each pair's two times one after the other, round by round, so that all share the
    machine's moods; the first rounds only warm up."""
    for turn in range(rounds + warm):
        for pair in pairs:
            # Who comes first alternates, too.
            if turn % 2:
                theirs, ours = pair.theirs(turn), pair.ours(turn)
            else:
                ours, theirs = pair.ours(turn), pair.theirs(turn)
            if turn >= warm:
                pair.pairs.append((ours, theirs))


def figure(pair: Pair) -> Figure:
    ratios = pair.ratios()
    low, _middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else [ratios[0]] * 3
    return Figure(
        name=pair.name,
        against=pair.against,
        ours=statistics.median(ours for ours, _theirs in pair.pairs) * 1000,
        theirs=statistics.median(theirs for _ours, theirs in pair.pairs) * 1000,
        ratio=statistics.median(ratios),
        low=low,
        high=high,
        target=pair.target,
    )
