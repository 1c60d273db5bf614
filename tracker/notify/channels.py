"""The addresses by which a filter can be followed, each to be copied into another program."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from tracker.filters import ChangeFilter, CommitmentFilter
from tracker.notify.following import kept_query


def query_of(found: ChangeFilter) -> str:
    """A valid filter as a subscription keeps it, without what means nothing here."""
    params = QueryDict(mutable=True)
    for name, values in found.active.items():
        params.setlist(name, values)
    return kept_query(params)


def ways(request: HttpRequest, found: ChangeFilter, *, head: int) -> dict[str, str]:
    """Whole addresses for a valid filter; `head` is the number of the log's last line."""
    query = query_of(found)
    params = QueryDict(query)
    dated = QueryDict(mutable=True)
    for name in params:
        if name in CommitmentFilter.base_filters:
            dated.setlist(name, params.getlist(name))
    told = {
        "atom": ("changes-atom", query),
        "rss": ("changes-rss", query),
        "json_feed": ("changes-json", query),
        "calendar": ("calendar", dated.urlencode()),
        "api": ("api-changes", "&".join(filter(None, [query, urlencode({"after": head})]))),
    }
    addresses = {key: _whole(request, name, query) for key, (name, query) in told.items()}
    addresses["webcal"] = "webcal:" + addresses["calendar"].partition(":")[2]
    return addresses


def _whole(request: HttpRequest, name: str, query: str) -> str:
    address: str = request.build_absolute_uri(reverse(name))
    return f"{address}?{query}" if query else address
