"""How the wording of one promise moved: its quotations in order of time, word by word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.lib.word_diff import Mark, Piece, similarity, word_diff
from tracker.models import Citation
from tracker.queries.history import Step

# How many quotations back a wording is looked for that shares a word.
FARTHEST = 10


@dataclass(frozen=True, slots=True)
class Rung:
    """One quotation against an earlier one in the same language.

    That is the nearest wording of the meeting or event before, or, where it shares no word with
    this one that says anything, the last one that does. `before` is None for the first quotation
    in its language. `is_reworded`: no earlier one shares a word; `is_repeated`: it is the same;
    `skips`: what it is set against is not of the step before.
    """

    step: Step
    citation: Citation
    before: Rung | None
    pieces: Sequence[Piece]
    skips: bool = False

    @property
    def is_reworded(self) -> bool:
        return self.before is not None and all(p.mark == Mark.ADDED for p in self.pieces)

    @property
    def is_repeated(self) -> bool:
        return self.before is not None and all(p.mark == Mark.SAME for p in self.pieces)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs, and how many updates are cited without a quotation and so have none."""

    rungs: Sequence[Rung]
    without_quotation: int


def _quoted(step: Step) -> list[Citation]:
    return [c for c in step.update.citations.all() if c.quotation and c.source.is_evidence]


def _shares(pieces: Sequence[Piece]) -> bool:
    return any(piece.mark == Mark.SAME for piece in pieces)


def _rung(step: Step, citation: Citation, earlier: Sequence[Rung]) -> Rung:
    """Set a quotation against the rungs before its step, given in order of time."""
    text = citation.quotation
    comparable = [r for r in earlier if r.citation.language == citation.language]
    if not comparable:
        return Rung(step, citation, None, [Piece(Mark.SAME, text)])
    of_last = [r for r in comparable if r.step is comparable[-1].step]
    before = of_last[0]
    if len(of_last) > 1:
        before = max(of_last, key=lambda rung: similarity(rung.citation.quotation, text))
    pieces = word_diff(before.citation.quotation, text)
    if _shares(pieces):
        return Rung(step, citation, before, pieces)
    for rung in reversed(comparable[: -len(of_last)][-FARTHEST:]):
        found = word_diff(rung.citation.quotation, text)
        if _shares(found):
            return Rung(step, citation, rung, found, skips=True)
    return Rung(step, citation, before, pieces)


def ladder(steps: Sequence[Step], *, before: Sequence[Step] = ()) -> Ladder:
    """Build it from steps in order of time. One party's own words are not measured against those
    of all, so its own steps are left out. `before` are earlier steps, to set these against."""
    common = [step for step in steps if step.update.party_id is None]
    # What is only there to be set against need not be set against anything itself.
    earlier = [Rung(step, citation, None, ()) for step in before for citation in _quoted(step)]
    rungs = list(earlier)
    for step in common:
        rungs += [_rung(step, citation, rungs) for citation in _quoted(step)]
    return Ladder(rungs[len(earlier) :], sum(1 for step in common if not _quoted(step)))
