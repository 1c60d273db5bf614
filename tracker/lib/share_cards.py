"""Draw the preview image of a link: a few lines of text and one bar, as PNG.

1200 by 630 pixels, the usual size for Open Graph previews.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
_MARGIN = 72
_PAPER, _INK, _QUIET = "#ffffff", "#1d2328", "#56606a"
_BAR_TOP, _BAR_HEIGHT = 452, 64

# The Latin, Greek and Cyrillic letters of DejaVu Sans, so that no font need be installed.
_TYPEFACE = Path(__file__).resolve().parent / "typefaces" / "DejaVuSans.ttf"


@dataclass(frozen=True, slots=True)
class Card:
    """The content of a card. `bar` lists the shares from left to right, each with its colour."""

    heading: str
    title: str
    text: str
    foot: str
    bar: Sequence[tuple[int, str]]


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_TYPEFACE), size)


@cache
def _is_drawn(character: str) -> bool:
    """Whether the typeface has the character; it draws the same box for all that are missing."""
    font = _font(24)
    return character.isspace() or bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))


def can_draw(text: str) -> bool:
    """Whether every character of a text can be drawn: Latin letters can, Korean ones cannot."""
    return all(_is_drawn(character) for character in text)


def _lines(text: str, *, size: int, most: int) -> list[str]:
    """Wrap text to the width of the card; end in an ellipsis if it does not fit.

    Return no lines for a text that the typeface cannot draw.
    """
    words = " ".join(text.split())
    if not words or not can_draw(words):
        return []
    letters = len(words) / _font(size).getlength(words)
    columns = max(int((WIDTH - 2 * _MARGIN) * letters), 1)
    return textwrap.wrap(words, columns, max_lines=most, placeholder=" …")


def png(card: Card) -> bytes:
    """Draw a card. Texts that the typeface cannot draw are left out."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    top = 60
    for text, size, most, colour, gap in (
        (card.heading, 30, 1, _QUIET, 34),
        (card.title, 54, 3, _INK, 24),
        (card.text, 34, 3, _INK, 0),
    ):
        for line in _lines(text, size=size, most=most):
            draw.text((_MARGIN, top), line, font=_font(size), fill=colour)
            top += round(size * 1.25)
        top += gap
    _draw_bar(draw, card.bar)
    for line in _lines(card.foot, size=26, most=1):
        draw.text((_MARGIN, HEIGHT - 76), line, font=_font(26), fill=_QUIET)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _draw_bar(draw: ImageDraw.ImageDraw, bar: Sequence[tuple[int, str]]) -> None:
    """Draw the shares in proportion, each at least one pixel wide."""
    total = sum(share for share, _colour in bar)
    if not total:
        return
    left, right, done = float(_MARGIN), WIDTH - _MARGIN, 0
    for share, colour in bar:
        done += share
        end = _MARGIN + (right - _MARGIN) * done / total
        draw.rectangle(
            (left, _BAR_TOP, max(end - 3, left + 1), _BAR_TOP + _BAR_HEIGHT), fill=colour
        )
        left = end
