"""Clean text: control characters, line breaks, the markup of notes. See `folding` to compare."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import nh3
from markdown_it import MarkdownIt

# Not allowed in XML 1.0 (section 2.2), nor useful in anything else that we write.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# Line ends and tabs, as any program may understand them (Unicode 5.8, UAX #14).
_LINE_BREAK = re.compile(" *[\t\n\r\x85\u2028\u2029][ \t\n\r\x85\u2028\u2029]*")
# The target of an inline or reference link, if it has no scheme.
_RELATIVE_LINK = re.compile(
    r"(\]\(<?|^\[[^\]]+\]:[ ]*<?)(?![a-zA-Z][a-zA-Z0-9+.-]*:)([^\s()<>]+)", re.M
)
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False})
_NOTE_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "code"}


def has_control_characters(text: str) -> bool:
    """Whether the text contains a character that XML 1.0 does not allow."""
    return _NOT_IN_XML.search(text) is not None


def without_control_characters(text: str) -> str:
    """Drop the characters that XML 1.0 does not allow; line ends and tabs stay."""
    return _NOT_IN_XML.sub("", text)


def without_line_breaks(text: str) -> str:
    """Replace each line break or tab by a space, and strip the ends."""
    if text.isprintable():
        return text
    return _LINE_BREAK.sub(" ", text).strip(" ")


def one_line(text: str) -> str:
    """Normalise a title: one line, no control characters, no outer spaces."""
    if not text.isprintable():
        text = without_control_characters(without_line_breaks(text))
    return text.strip(" ")


def render_note(source: str, *, page: str = "") -> str:
    """Render a note's CommonMark as safe HTML: no images, scripts or raw HTML.

    `page` is the absolute URL of the page that the note is about: give it wherever the HTML leaves
    the site, so that relative links still work.
    """
    html = _MARKDOWN.render(without_control_characters(source))

    def absolute(tag: str, attribute: str, value: str) -> str:
        try:
            return urljoin(page, value) if page and attribute == "href" else value
        except ValueError:  # such as "//["
            return value

    return nh3.clean(
        html,
        tags=_NOTE_TAGS,
        attributes={"a": {"href"}},
        attribute_filter=absolute,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )


def with_whole_links(source: str, *, page: str) -> str:
    """Make the relative links in a note's CommonMark absolute, for readers of plain text."""

    def absolute(match: re.Match[str]) -> str:
        try:
            return f"{match[1]}{urljoin(page, match[2])}"
        except ValueError:
            return str(match[0])

    return _RELATIVE_LINK.sub(absolute, source)
