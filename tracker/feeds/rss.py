"""RSS 2.0, archived like Atom (RFC 5005, with Atom's links), with retracted entries marked."""

from __future__ import annotations

import datetime as dt
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.utils.feedgenerator import Rss201rev2Feed, rfc3339_date
from django.utils.xmlutils import SimplerXMLGenerator

from tracker.feeds.atom import HISTORY
from tracker.feeds.document import Document
from tracker.feeds.entry import Entry

CONTENT_TYPE = "application/rss+xml; charset=utf-8"


def rss(document: Document) -> str:
    """Serialise the document as RSS, which has no tombstones: retracted entries stay, marked."""
    return _Feed(document).writeString("utf-8")


class _Feed(Rss201rev2Feed):
    """Django's RSS feed, which would read the clock if it had no entries; this one does not."""

    def __init__(self, document: Document) -> None:
        self.document = document
        super().__init__(
            title=document.title,
            link=document.page,
            description=document.subtitle,
            language=settings.LANGUAGE_CODE,
            feed_url=document.address,
        )

    def latest_post_date(self) -> dt.datetime:
        return self.document.updated

    def rss_attributes(self) -> dict[str, str]:
        return super().rss_attributes() | {"xmlns:fh": HISTORY}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("generator", "Commitment Tracker")
        hub = {"hub": self.document.hub} if self.document.hub else {}
        for rel, address in (self.document.links | hub).items():
            handler.addQuickElement("atom:link", "", {"rel": rel, "href": address})
        if self.document.is_archive:
            handler.addQuickElement("fh:archive", "")

    def write_items(self, handler: SimplerXMLGenerator) -> None:
        for entry in self.document.entries:
            self._write_entry(handler, entry)

    def _write_entry(self, handler: SimplerXMLGenerator, entry: Entry) -> None:
        self.add_item(
            title=entry.title,
            link=entry.address,
            description=entry.html,
            unique_id=entry.id,
            unique_id_is_permalink=False,
            pubdate=entry.published,
            categories=entry.tags,
            entry=entry,
        )
        item = self.items.pop()
        handler.startElement("item", AttributesImpl(self.item_attributes(item)))
        self.add_item_elements(handler, item)
        handler.endElement("item")

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        entry: Entry = item["entry"]
        handler.addQuickElement("atom:updated", rfc3339_date(entry.updated))
        for link in entry.documents:
            attributes = {"rel": "via", "href": link.address, "title": link.title}
            handler.addQuickElement("atom:link", "", attributes)
