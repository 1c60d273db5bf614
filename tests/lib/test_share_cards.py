"""The picture is a PNG of the agreed size, with each share as wide as it is."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tracker.lib.share_cards import HEIGHT, WIDTH, Card, can_draw, png

TEXTS = {"heading": "Register", "title": "All commitments", "text": "25 commitments.", "foot": ""}


def drawn(*bar: tuple[int, str], **texts: str) -> Image.Image:
    data = png(Card(**{**TEXTS, **texts}, bar=bar))
    assert data.startswith(b"\x89PNG\r\n")
    return Image.open(io.BytesIO(data)).convert("RGB")


def widths(image: Image.Image) -> dict[str, int]:
    """How many pixels of a line through the bar have each colour, the paper left out."""
    line = [image.getpixel((x, 480)) for x in range(WIDTH)]
    names = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in line]  # type: ignore[misc]
    return {name: names.count(name) for name in names if name != "#ffffff"}


def test_size_and_shares() -> None:
    image = drawn((3, "#2f5b95"), (1, "#1d5c3a"))
    assert image.size == (WIDTH, HEIGHT)
    found = widths(image)
    assert set(found) == {"#2f5b95", "#1d5c3a"}
    assert found["#2f5b95"] / found["#1d5c3a"] == pytest.approx(3, rel=0.02)


def test_nothing_has_no_bar() -> None:
    assert widths(drawn()) == {}


def test_a_small_share_is_seen_beside_a_large_one() -> None:
    assert widths(drawn((100_000, "#2f5b95"), (1, "#1d5c3a")))["#1d5c3a"] >= 1


@pytest.mark.parametrize(
    "text", ["", "x" * 5_000, "word " * 2_000, "\n", "사이버정책협의회", "\x00"]
)
def test_any_text_makes_a_picture(text: str) -> None:
    assert drawn((1, "#2f5b95"), title=text, text=text, heading=text, foot=text).size == (1200, 630)


def test_what_the_typeface_lacks_is_known() -> None:
    assert can_draw("Défense, “Ministère” 2+2 – É")
    assert not can_draw("사이버")
    assert not can_draw("GSOMIA 협정")
