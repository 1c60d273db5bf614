from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.text import (
    has_control_characters,
    render_note,
    with_whole_links,
    without_control_characters,
)


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x1f", "\x7f", "\x9f", "\ufffe"])
def test_control_characters_are_found_and_dropped(character: str) -> None:
    assert has_control_characters(f"a{character}b")
    assert without_control_characters(f"a{character}b") == "ab"


@pytest.mark.parametrize("text", ["", "line\r\nline\ttab", "é 한 🇰🇷", "\x85"])
def test_other_text_is_left_alone(text: str) -> None:
    assert not has_control_characters(text)
    assert without_control_characters(text) == text


@given(st.text(st.characters()))
def test_what_is_left_has_no_control_characters(text: str) -> None:
    assert not has_control_characters(without_control_characters(text))


def test_a_lone_surrogate_is_dropped() -> None:
    assert without_control_characters("a\ud800b") == "ab"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("It *was* **firm**.", "<p>It <em>was</em> <strong>firm</strong>.</p>\n"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"),
        (
            "[text](https://example.org/a?b=1&c=2)",
            '<p><a href="https://example.org/a?b=1&amp;c=2" rel="nofollow noopener">text</a></p>\n',
        ),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>\n"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>\n"),
        ("# Title", "Title\n"),
        ("nul\x00l", "<p>null</p>\n"),
        ("", ""),
    ],
)
def test_a_note_is_rendered(source: str, html: str) -> None:
    assert render_note(source) == html


PAGE = "https://register.example/meetings/second/"


@pytest.mark.parametrize(
    ("target", "whole"),
    [
        ("/sources/statement/", "https://register.example/sources/statement/"),
        ("../first/?page=2#update-2", "https://register.example/meetings/first/?page=2#update-2"),
        ("#update-3", f"{PAGE}#update-3"),
        ("?page=2", f"{PAGE}?page=2"),
        ("//elsewhere.example/x", "https://elsewhere.example/x"),
        ("https://elsewhere.example/x", "https://elsewhere.example/x"),
        ("mailto:ann@example.org", "mailto:ann@example.org"),
        ("//[", "https://%5B"),
    ],
)
def test_a_link_that_leaves_the_site_is_whole(target: str, whole: str) -> None:
    note = f"See [this]({target}) and [that].\n\n[that]: {target}"
    html = render_note(note, page=PAGE)
    assert html.count(f'href="{whole}"') == 2
    assert f'href="{target.replace("[", "%5B")}"' in render_note(note)
    if "[" not in target:
        assert with_whole_links(note, page=PAGE) == note.replace(target, whole)


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![alt](https://example.org/pixel.png)",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "<a href='javascript:alert(1)'>x</a>",
        "<javascript:alert(1)>",
        "[x](https://example.org 'onmouseover=\"alert(1)')",
        "<iframe src=https://example.org></iframe>",
        "<p style='position:fixed'>x</p>",
        "```html\n<script>alert(1)</script>\n```",
    ],
)
def test_a_note_holds_nothing_that_runs_or_loads(source: str) -> None:
    page = Elements()
    page.feed(render_note(source))
    assert page.found - HARMLESS == set()


HARMLESS = {
    *("p", "code", "a", ("a", "href", "https"), ("a", "rel", "nofollow noopener")),
    ("a", "title", 'onmouseover="alert(1)'),  # a title is only text
}


class Elements(HTMLParser):
    """Gathers the tags and attributes of a page; of an address, its scheme."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str | tuple[str, str, str | None]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        for name, value in attrs:
            self.found.add((tag, name, value.split(":")[0] if name == "href" and value else value))
