"""An entry in XML, written once: a feed is its head, entries written before, and its end."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

from django.utils.xmlutils import SimplerXMLGenerator

from tracker.feeds.entries import Entry


def put_entry(
    handler: SimplerXMLGenerator,
    entry: Entry,
    form: str,
    write: Callable[[SimplerXMLGenerator, Entry], None],
) -> None:
    """Put an entry into a document as `write` writes it, which rests on nothing but the entry."""
    if form not in entry.written:
        text = StringIO()
        write(SimplerXMLGenerator(text, "utf-8", short_empty_elements=True), entry)
        entry.written[form] = text.getvalue()
    # The one method of a handler that passes text on as it is.
    handler.ignorableWhitespace(entry.written[form])
