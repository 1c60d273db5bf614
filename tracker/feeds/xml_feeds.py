"""Atom (RFC 4287) and RSS 2.0, both archived (RFC 5005), with retracted entries marked.

Atom also has tombstones for retracted entries (RFC 6721).
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed, rfc3339_date
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from tracker.feeds.document import Document
from tracker.feeds.entry import Entry, Tombstone

HISTORY = "http://purl.org/syndication/history/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"


def atom(document: Document) -> str:
    """Serialise the document as Atom, newest first, with tombstones for retracted entries."""
    return _Atom(document).writeString("utf-8")


def rss(document: Document) -> str:
    """Serialise the document as RSS, which has no tombstones: retracted entries stay, marked."""
    return _RSS(document).writeString("utf-8")


class _Feed(SyndicationFeed):
    """Django's feed, which would read the clock if it had no entries; this one does not."""

    link_element = "link"

    def __init__(self, document: Document) -> None:
        self.document = document
        super().__init__(
            title=document.title,
            link=document.page,
            description=document.subtitle,
            subtitle=document.subtitle,
            language=settings.LANGUAGE_CODE,
            feed_url=document.address,
            feed_guid=document.id,
            author_name=settings.REGISTER_NAME,
            author_link=document.site,
        )
        for entry in document.entries:
            self.add_item(
                title=entry.title,
                link=entry.address,
                description=entry.html,
                unique_id=entry.id,
                unique_id_is_permalink=False,
                pubdate=entry.published,
                updateddate=entry.updated,
                categories=entry.tags,
                entry=entry,
            )

    def latest_post_date(self) -> dt.datetime:
        return self.document.updated

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("generator", "Commitment Tracker")
        for rel, address in self.document.links.items():
            self.add_link(handler, rel, address)
        if self.document.is_archive:
            handler.addQuickElement("fh:archive", "")

    def add_link(self, handler: SimplerXMLGenerator, rel: str, href: str, **more: str) -> None:
        handler.addQuickElement(self.link_element, "", {"rel": rel, "href": href, **more})


class _Atom(_Feed, Atom1Feed):
    def root_attributes(self) -> dict[str, str]:
        return super().root_attributes() | {"xmlns:fh": HISTORY, "xmlns:at": TOMBSTONES}

    def write_items(self, handler: SimplerXMLGenerator) -> None:
        for item in self.items:
            entry: Entry = item["entry"]
            if entry.tombstone is not None:
                _write_tombstone(handler, entry.tombstone)
                continue
            handler.startElement("entry", AttributesImpl({}))
            self.add_item_elements(handler, item)
            handler.endElement("entry")
        for tombstone in self.document.gone:
            _write_tombstone(handler, tombstone)

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        # Django would write the description as an HTML summary; here it is the content.
        super().add_item_elements(handler, item | {"description": None})
        entry: Entry = item["entry"]
        for rel, links in (("related", entry.related), ("via", entry.documents)):
            for link in links:
                self.add_link(handler, rel, link.address, title=link.title)
        handler.addQuickElement("summary", entry.text, {"type": "text"})
        handler.addQuickElement("content", entry.html, {"type": "html"})


def _write_tombstone(handler: SimplerXMLGenerator, tombstone: Tombstone) -> None:
    attributes = {"ref": tombstone.id, "when": rfc3339_date(tombstone.replaced.recorded_at)}
    handler.startElement("at:deleted-entry", AttributesImpl(attributes))
    values = {"seq": tombstone.replaced.seq, "reason": tombstone.replaced.reason}
    handler.addQuickElement("at:comment", _("Retracted by change %(seq)d: %(reason)s") % values)
    handler.endElement("at:deleted-entry")


class _RSS(_Feed, Rss201rev2Feed):
    link_element = "atom:link"

    def rss_attributes(self) -> dict[str, str]:
        return super().rss_attributes() | {"xmlns:fh": HISTORY}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        entry: Entry = item["entry"]
        handler.addQuickElement("atom:updated", rfc3339_date(entry.updated))
        for link in entry.documents:
            self.add_link(handler, "via", link.address, title=link.title)
