"""The log as Atom, RSS and JSON Feed, for every filter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse

from tracker.answers import public_answer
from tracker.feeds import atom as in_atom
from tracker.feeds import json_feed as in_json
from tracker.feeds import rss as in_rss
from tracker.feeds.addresses import depends_on_log_only
from tracker.feeds.document import Document, before_of, feed_document, link_header
from tracker.feeds.refusals import faults, refusal
from tracker.filters import ChangeFilter

# By extension: the content type and the serialiser.
WRITERS: dict[str, tuple[str, Callable[[Document], str]]] = {
    "atom": (in_atom.CONTENT_TYPE, in_atom.atom),
    "rss": (in_rss.CONTENT_TYPE, in_rss.rss),
    "json": (in_json.CONTENT_TYPE, in_json.json_feed),
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
    if document.hub:
        response["Link"] = link_header(document.address)
    return response
