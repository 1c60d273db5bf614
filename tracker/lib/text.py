"""Text made safe and comparable: control characters, folding for search, markup of notes."""

from __future__ import annotations

import re
import unicodedata

import nh3
from markdown_it import MarkdownIt

# XML 1.0 (section 2.2) has no place for these; neither has anything else that we write.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# What ends a line or moves along it, for one reader or another (Unicode 5.8, UAX #14).
_LINE_BREAK = re.compile(" *[\t\n\r\x85\u2028\u2029][ \t\n\r\x85\u2028\u2029]*")
_SPACE = re.compile(r"\s+")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False})
_NOTE_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "code"}


class _WithoutMarks(dict[int, int | None]):
    """For `str.translate`: drops accents and their like; learns each character once."""

    def __missing__(self, code: int) -> int | None:
        is_mark = unicodedata.category(chr(code)) == "Mn"
        self[code] = None if is_mark else code
        return self[code]


_WITHOUT_MARKS = _WithoutMarks()


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


def fold(text: str) -> str:
    """Bring text to the form in which it is searched: no case, no accents, single spaces.

    Latin "Défense" becomes "defense" and full-width letters become plain ones, while Hangul
    syllables stay whole: decomposed for the accents' sake, they are composed again.
    """
    text = without_control_characters(text)
    if text.isascii():
        return _SPACE.sub(" ", text.lower()).strip()
    plain = unicodedata.normalize("NFKD", text)
    # Twice, since a folded letter may be decomposed further.
    decomposed = unicodedata.normalize("NFKD", plain.casefold())
    bare = decomposed.translate(_WITHOUT_MARKS)
    return _SPACE.sub(" ", unicodedata.normalize("NFC", bare)).strip()


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
