"""The wording of one promise over time: word diffs of its quotations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.lib.word_diff import Mark, Piece, similarity, word_diff
from tracker.models import Citation
from tracker.queries.history import Step

# The number of earlier quotations that are searched for a shared word.
FARTHEST = 10


@dataclass(frozen=True, slots=True)
class Rung:
    """One quotation compared with an earlier one in the same language.

    That is the most similar one of the step before or, if the two share no significant word, the
    last one that does. `before` is None for the first quotation in its language. `is_reworded`: no
    earlier one shares a word; `is_repeated`: it is the same; `skips`: the one compared with is not
    of the step before.
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
    """The rungs, and the number of updates that have none for lack of a quotation."""

    rungs: Sequence[Rung]
    without_quotation: int


def _quoted(step: Step) -> list[Citation]:
    return [c for c in step.update.citations.all() if c.quotation and c.source.is_evidence]


def _shares(pieces: Sequence[Piece]) -> bool:
    return any(piece.mark == Mark.SAME for piece in pieces)


def _rung(step: Step, citation: Citation, earlier: Sequence[Rung]) -> Rung:
    """Compare a quotation with the earlier rungs, given in chronological order."""
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
        compared = word_diff(rung.citation.quotation, text)
        if _shares(compared):
            return Rung(step, citation, rung, compared, skips=True)
    return Rung(step, citation, before, pieces)


def ladder(steps: Sequence[Step], *, before: Sequence[Step] = ()) -> Ladder:
    """Build a ladder from steps in chronological order; `before` are earlier ones to compare with.

    Steps by one party alone are left out: its words are not comparable with joint ones."""
    common = [step for step in steps if step.update.party_id is None]
    # Earlier steps are only compared with, so they need no diff of their own.
    earlier = [Rung(step, citation, None, ()) for step in before for citation in _quoted(step)]
    rungs = list(earlier)
    for step in common:
        rungs += [_rung(step, citation, rungs) for citation in _quoted(step)]
    return Ladder(rungs[len(earlier) :], sum(1 for step in common if not _quoted(step)))
