"""The log as Atom, RSS and JSON Feed, for every filter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse

from tracker.answers import public_answer
from tracker.feeds.addresses import depends_on_log_only
from tracker.feeds.document import Document, before_of, feed_document, link_header
from tracker.feeds.json_feed import json_feed
from tracker.feeds.refusals import faults, refusal
from tracker.feeds.xml_feeds import atom, rss
from tracker.filters import ChangeFilter

# By extension: the content type and the serialiser.
WRITERS: dict[str, tuple[str, Callable[[Document], str]]] = {
    "atom": ("application/atom+xml; charset=utf-8", atom),
    "rss": ("application/rss+xml; charset=utf-8", rss),
    "json": ("application/feed+json; charset=utf-8", json_feed),
}


@partial(public_answer, dated=depends_on_log_only)
def feed(request: HttpRequest, ending: str, *, today: dt.date) -> HttpResponse:
    """Serve one document of a filter's feed, in the format of the extension."""
    filterset = ChangeFilter(request.GET, today=today)
    before, sentences = before_of(request.GET)
    errors = faults(filterset, also=("before",)) | ({"before": sentences} if sentences else {})
    if errors:
        return refusal(errors)
    content_type, write = WRITERS[ending]
    document = feed_document(request, f"changes-{ending}", filterset, before)
    response = HttpResponse(write(document), content_type=content_type)
    if "hub" in document.links:
        response["Link"] = link_header(document.address)
    return response
