"""Text made safe: control characters, line breaks, markup of notes. `folding` compares texts."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import nh3
from markdown_it import MarkdownIt

# XML 1.0 (section 2.2) has no place for these; neither has anything else that we write.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# What ends a line or moves along it, for one reader or another (Unicode 5.8, UAX #14).
_LINE_BREAK = re.compile(" *[\t\n\r\x85\u2028\u2029][ \t\n\r\x85\u2028\u2029]*")
# The target of a link that stands in the text or at its foot, without a scheme.
_RELATIVE_LINK = re.compile(
    r"(\]\(<?|^\[[^\]]+\]:[ ]*<?)(?![a-zA-Z][a-zA-Z0-9+.-]*:)([^\s()<>]+)", re.M
)
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


def render_note(source: str, *, page: str = "") -> str:
    """Turn a note's CommonMark into HTML that is safe to show: no images, scripts or raw HTML.

    `page` is the whole address of the page that it is about: give it wherever the HTML leaves the
    site, so that relative links lead to where they lead there.
    """
    html = _MARKDOWN.render(without_control_characters(source))

    def whole(tag: str, attribute: str, value: str) -> str:
        try:
            return urljoin(page, value) if page and attribute == "href" else value
        except ValueError:  # such as "//[": an address of nothing
            return value

    return nh3.clean(
        html,
        tags=_NOTE_TAGS,
        attributes={"a": {"href"}},
        attribute_filter=whole,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )


def with_whole_links(source: str, *, page: str) -> str:
    """A note's CommonMark for readers of plain text: relative links name their whole address."""

    def whole(match: re.Match[str]) -> str:
        try:
            return f"{match[1]}{urljoin(page, match[2])}"
        except ValueError:
            return str(match[0])

    return _RELATIVE_LINK.sub(whole, source)
