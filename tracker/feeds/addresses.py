"""Addresses in feeds and calendars: the feed's own, its page's and those of records.

One filter has one address, whatever the order of its parameters, so it can serve as a hub's topic
and as the basis of a permanent id.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from tracker.filters import CommitmentFilter
from tracker.models import Change


def canonical_query(filterset: CommitmentFilter) -> str:
    """Return a valid filter as a query string in a fixed order, without sorting and paging.

    A commitment appears by its permanent reference.
    """
    pairs = [
        (name, value)
        for name in sorted(filterset.active)
        for value in sorted(set(_values(filterset, name)))
    ]
    return urlencode(pairs)


def _values(filterset: CommitmentFilter, name: str) -> Iterable[str]:
    if name == "commitment":
        return [record.reference for record in filterset.form.cleaned_data[name]]
    return filter(None, filterset.active[name])


def absolute(request: HttpRequest, name: str, query: str = "") -> str:
    """Return the absolute address of a named page, with a query string if there is one."""
    address: str = request.build_absolute_uri(reverse(name))
    return f"{address}?{query}" if query else address


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
