"""Detect that two people edited the same record, and describe where their versions differ.

A page carries the version that it shows (`VERSION`). If another one is stored by the time of the
POST, nothing is saved: the form comes back with the user's input, with the other version where only
that changed, and with a choice where both did. `merging` builds that form.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tracker.lib.word_diff import Mark, Piece, word_diff

# The hidden field with the version that the page shows.
VERSION = "_version"
# The prefix of the fields that choose between two versions, and the non-default choice.
KEEP = "keep-"
THEIRS = "theirs"


class OutdatedError(ValidationError):
    """Raised when the posted form was filled in on an outdated version."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody else saved this record while you were editing it, so nothing of yours "
                "is saved yet. Both versions stand below, and what you typed is in the form."
            ),
            code="outdated",
        )


class Side(StrEnum):
    """Who changed something since the page was opened."""

    THEY = "they"
    ME = "me"
    BOTH = "both"


def side_of(was: Any, theirs: Any, mine: Any) -> Side | None:
    """Compare three versions of a part; None when the last two agree."""
    if theirs == mine:
        return None
    if mine == was:
        return Side.THEY
    return Side.ME if theirs == was else Side.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field or row that differs between the two versions."""

    label: str
    side: Side
    theirs: str
    mine: str
    # The name of the field or row in the form.
    name: str
    # The text when the page was opened, if both changed it and it is still known.
    opened: str = ""

    @property
    def choice(self) -> str:
        return f"{KEEP}{self.name}" if self.side is Side.BOTH else ""

    @property
    def their_pieces(self) -> list[Piece]:
        return self._pieces(self.theirs, without=Mark.ADDED)

    @property
    def my_pieces(self) -> list[Piece]:
        return self._pieces(self.mine, without=Mark.REMOVED)

    def _pieces(self, text: str, *, without: Mark) -> list[Piece]:
        """Split the text of one side into pieces, marked where the other differs."""
        # A word diff would join the lines of a longer text.
        if "\n" in self.theirs + self.mine:
            return [Piece(Mark.SAME, text)]
        pieces = word_diff(self.theirs, self.mine)
        shared = [piece for piece in pieces if piece.mark is not without]
        is_alike = any(piece.mark is Mark.SAME for piece in pieces)
        return shared if is_alike else [Piece(Mark.SAME, text)]
