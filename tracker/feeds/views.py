"""The log as an Atom feed (RFC 4287); every filter of the dashboard works on it.

An entry's id is made of the change's hash and so is permanent, whatever the site's address.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from tracker.answers import public_answer
from tracker.filters import ChangeFilter
from tracker.filters.words import log_sentence
from tracker.lib.text import without_control_characters
from tracker.payloads import change_id
from tracker.queries.change_lines import Line, lines
from tracker.queries.visibility import log_head

# What an empty feed of an empty log was last changed at.
BEFORE_EVERYTHING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class ChangeFeed(Atom1Feed):
    """Django's Atom feed, which looks at the clock when it has no entry; this one never does."""

    def latest_post_date(self) -> dt.datetime:
        latest: dt.datetime = self.feed["as_of"]
        return max((item["updateddate"] for item in self.items), default=latest)


def _link(line: Line, request: HttpRequest) -> str:
    change = line.change
    if change.commitment is not None:
        path = change.commitment.get_absolute_url()
    elif change.meeting is not None:
        path = change.meeting.get_absolute_url()
    elif change.source is not None:
        path = change.source.get_absolute_url()
    else:
        path = reverse("changes")
    return request.build_absolute_uri(path)


def _feed_title(found: ChangeFilter) -> str:
    """The register's name, and what the feed is about when that is not everything."""
    if not found.active:
        return _("%(register)s: changes") % {"register": settings.REGISTER_NAME}
    told = without_control_characters(log_sentence(found))
    return f"{settings.REGISTER_NAME}: {told}"


@public_answer
def atom(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    found = ChangeFilter(request.GET, today=today, follows=True)
    if not found.is_valid():
        sentences = (f"{name}: {' '.join(errors)}" for name, errors in found.errors.items())
        text = _("This feed address has an error.") + "\n" + "\n".join(sentences) + "\n"
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    told = lines(found.log[: settings.FEED_ENTRIES])
    feed = ChangeFeed(
        title=_feed_title(found),
        link=request.build_absolute_uri(reverse("changes")),
        description=_("What moved, slipped or was dropped, with the source for every word."),
        language=settings.LANGUAGE_CODE,
        feed_url=request.build_absolute_uri(),
        feed_guid=request.build_absolute_uri(),
        author_name=settings.REGISTER_NAME,
        as_of=log_head().recorded_at or BEFORE_EVERYTHING,
    )
    for line in told:
        content = render_to_string("feeds/_entry.html", {"line": line, "request": request})
        feed.add_item(
            title=without_control_characters(line.title),
            link=_link(line, request),
            description=without_control_characters(content),
            unique_id=change_id(line.change),
            pubdate=line.change.recorded_at,
            updateddate=line.change.recorded_at,
            categories=[str(line.change.kind)],
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )
