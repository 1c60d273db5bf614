"""Two people in the same record: the second save is refused, and both versions are shown.

A page says which version it shows (`VERSION`). What is posted against another one is not saved:
the form comes back with what was typed, with theirs where only they changed something, and with a
choice where both did. Saving again is then deliberate. `merging` makes that form.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from tracker.admin.editing.versions import Parts, parts_of
from tracker.lib.word_diff import Mark, Piece, word_diff

# The hidden field that says what the page showed.
VERSION = "_version"
# How the names of the choices between two versions begin, and the one that is not the default.
KEEP = "keep-"
THEIRS = "theirs"


class OutdatedError(ValidationError):
    """What was posted was typed into another version than the one that is saved by now."""

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


def side_of(was: str | None, theirs: str | None, mine: str | None) -> Side | None:
    """Who changed a part, from its three digests; None where both versions say the same."""
    if theirs == mine:
        return None
    if mine == was:
        return Side.THEY
    return Side.ME if theirs == was else Side.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field or row of which the two versions say something else."""

    label: str
    side: Side
    theirs: str
    mine: str
    # Of the field or row in the form, for the choice between the two.
    name: str
    # What it said when the page was opened, where both changed it and that is still known.
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
        """The text of one side in pieces, marked where the other says something else."""
        # Marked word by word, a text of several lines would be one line.
        if "\n" in self.theirs + self.mine:
            return [Piece(Mark.SAME, text)]
        pieces = word_diff(self.theirs, self.mine)
        shared = [piece for piece in pieces if piece.mark is not without]
        is_alike = any(piece.mark is Mark.SAME for piece in pieces)
        return shared if is_alike else [Piece(Mark.SAME, text)]


def token_of(model: type[Model], key: Any) -> str:
    """What a page carries of the version that it shows; empty when there is no such record."""
    return ",".join(f"{name}={digest}" for name, digest in parts_now(model, key).items())


def parts_now(model: type[Model], key: Any) -> Parts:
    return parts_of(model, [key]).get(key, {})


def parts_then(token: str) -> Parts:
    """The parts of the version that a page showed; none for a page that did not say."""
    pairs = (part.partition("=") for part in token.split(",") if part)
    return {name: digest for name, _sign, digest in pairs}


def refuse_outdated(model: type[Model], key: Any, *, token: str) -> None:
    """Raise `OutdatedError` unless the record is as the page showed it.

    To rely on it, hold the record's row first.
    """
    if parts_then(token) != parts_now(model, key):
        raise OutdatedError
