"""Text made safe: control characters, line breaks, markup of notes. `folding` compares texts."""

from __future__ import annotations

import re

import nh3
from markdown_it import MarkdownIt

# XML 1.0 (section 2.2) has no place for these; neither has anything else that we write.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# What ends a line or moves along it, for one reader or another (Unicode 5.8, UAX #14).
_LINE_BREAK = re.compile(" *[\t\n\r\x85\u2028\u2029][ \t\n\r\x85\u2028\u2029]*")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False})
_NOTE_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "code"}


def has_control_characters(text: str) -> bool:
    """Whether the text holds a character that XML 1.0 cannot carry."""
    return _NOT_IN_XML.search(text) is not None


def without_control_characters(text: str) -> str:
    """Drop every character that XML 1.0 cannot carry; line ends and tabs stay."""
    return _NOT_IN_XML.sub("", text)


def without_line_breaks(text: str) -> str:
    """Put a space in the place of each line break or tab; leave none at the ends."""
    if text.isprintable():
        return text
    return _LINE_BREAK.sub(" ", text).strip(" ")


def one_line(text: str) -> str:
    """Bring text to the form of a title: one line, no control characters, no outer spaces."""
    if not text.isprintable():
        text = without_control_characters(without_line_breaks(text))
    return text.strip(" ")


def render_note(source: str) -> str:
    """Turn a note's CommonMark into HTML that is safe to show: no images, scripts or raw HTML."""
    html = _MARKDOWN.render(without_control_characters(source))
    return nh3.clean(
        html,
        tags=_NOTE_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )
