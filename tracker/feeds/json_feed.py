"""Serialise a feed as JSON Feed 1.1 (jsonfeed.org/version/1.1), with retracted items marked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from tracker.feeds.document import Document
from tracker.feeds.entry import Entry
from tracker.lib.json_text import to_json
from tracker.schema.payloads import instant


def json_feed(document: Document) -> str:
    """Return the document as JSON Feed; `_commitment_tracker` holds what the log records."""
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": document.title,
        "home_page_url": document.page,
        "feed_url": document.address,
        "description": document.subtitle,
        "language": settings.LANGUAGE_CODE,
        "authors": [{"name": settings.REGISTER_NAME, "url": document.site}],
    }
    feed["_commitment_tracker"] = {"about": document.site.rstrip("/") + reverse("methodology")}
    if "next" in document.links:
        feed["next_url"] = document.links["next"]
    if "hub" in document.links:
        feed["hubs"] = [{"type": "WebSub", "url": document.links["hub"]}]
    return to_json({**feed, "items": [_item(entry) for entry in document.entries]}, indent=1) + "\n"


def _item(entry: Entry) -> dict[str, Any]:
    change = entry.change
    item: dict[str, Any] = {"id": entry.id, "url": entry.address}
    if entry.documents:
        item["external_url"] = entry.documents[0].address
    return {
        **item,
        "title": entry.title,
        "content_html": entry.html,
        "content_text": entry.text,
        "date_published": instant(entry.published),
        "date_modified": instant(entry.updated),
        "tags": entry.tags,
        "_commitment_tracker": {
            "seq": change.seq,
            "kind": str(change.kind),
            "significance": str(change.significance),
            "hash": change.hash,
            "replaced_by": entry.replaced.seq if entry.replaced else None,
            "is_retracted": entry.tombstone is not None,
        },
    }
