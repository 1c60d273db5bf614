"""Atom (RFC 4287), archived (RFC 5005), with tombstones for retracted entries (RFC 6721)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from tracker.feeds.document import Document
from tracker.feeds.entry import Entry, Tombstone

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
HISTORY = "http://purl.org/syndication/history/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"


def atom(document: Document) -> str:
    """Serialise the document as Atom, newest first, with tombstones for retracted entries."""
    return _Feed(document).writeString("utf-8")


class _Feed(Atom1Feed):
    """Django's Atom feed, which would read the clock if it had no entries; this one does not."""

    def __init__(self, document: Document) -> None:
        self.document = document
        super().__init__(
            title=document.title,
            link=document.page,
            description=None,
            subtitle=document.subtitle,
            language=settings.LANGUAGE_CODE,
            feed_url=document.address,
            feed_guid=document.id,
            author_name=settings.REGISTER_NAME,
            author_link=document.site,
        )

    def latest_post_date(self) -> dt.datetime:
        return self.document.updated

    def root_attributes(self) -> dict[str, str]:
        return super().root_attributes() | {"xmlns:fh": HISTORY, "xmlns:at": TOMBSTONES}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("generator", "Commitment Tracker")
        for rel, address in self.document.links.items():
            handler.addQuickElement("link", "", {"rel": rel, "href": address})
        if self.document.hub:
            handler.addQuickElement("link", "", {"rel": "hub", "href": self.document.hub})
        if self.document.is_archive:
            handler.addQuickElement("fh:archive", "")

    def write_items(self, handler: SimplerXMLGenerator) -> None:
        for entry in self.document.entries:
            self._write_entry(handler, entry)
        for tombstone in self.document.gone:
            _write_tombstone(handler, tombstone)

    def _write_entry(self, handler: SimplerXMLGenerator, entry: Entry) -> None:
        if entry.tombstone is not None:
            _write_tombstone(handler, entry.tombstone)
            return
        self.add_item(
            title=entry.title,
            link=entry.address,
            description=entry.html,
            unique_id=entry.id,
            pubdate=entry.published,
            updateddate=entry.updated,
            entry=entry,
        )
        handler.startElement("entry", AttributesImpl({}))
        self.add_item_elements(handler, self.items.pop())
        handler.endElement("entry")

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        # Django would write the description as an HTML summary; here it is the content.
        super().add_item_elements(handler, item | {"description": None})
        entry: Entry = item["entry"]
        for tag in entry.tags:
            handler.addQuickElement("category", "", {"term": tag})
        for rel, links in (("related", entry.related), ("via", entry.documents)):
            for link in links:
                attributes = {"rel": rel, "href": link.address, "title": link.title}
                handler.addQuickElement("link", "", attributes)
        handler.addQuickElement("summary", entry.text, {"type": "text"})
        handler.addQuickElement("content", entry.html, {"type": "html"})


def _write_tombstone(handler: SimplerXMLGenerator, tombstone: Tombstone) -> None:
    attributes = {"ref": tombstone.id, "when": rfc3339_date(tombstone.replaced.recorded_at)}
    handler.startElement("at:deleted-entry", AttributesImpl(attributes))
    values = {"seq": tombstone.replaced.seq, "reason": tombstone.replaced.reason}
    handler.addQuickElement("at:comment", _("Retracted by change %(seq)d: %(reason)s") % values)
    handler.endElement("at:deleted-entry")
