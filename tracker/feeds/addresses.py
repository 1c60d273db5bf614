"""Addresses in feeds and calendars: the feed's own, its page's and those of records."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from tracker.lib.query_strings import with_query
from tracker.models import Change


def absolute(request: HttpRequest, name: str, query: str = "") -> str:
    """Return the absolute address of a named page, with a query string if there is one."""
    address: str = request.build_absolute_uri(reverse(name))
    return with_query(address, query)


def page_of(change: Change) -> str:
    """Return the path of the page about the subject of a log line."""
    if change.commitment is not None:
        path = change.commitment.get_absolute_url()
        update = change.update
        if update is None or update.number is None or change.commitment.is_retracted:
            return path
        return f"{path}#update-{update.number}"
    for record in (change.meeting, change.source):
        if record is not None:
            return record.get_absolute_url()
    return reverse("changes")


def depends_on_log_only(request: HttpRequest) -> bool:
    """Return whether the response depends on the log alone: flags are computed for a day, and
    requested days may be in the future."""
    dated = ("flag", "updated_since", "as_of", "known_at")
    return not any(any(request.GET.getlist(name)) for name in dated)
