"""Addresses for following a filter in other programs."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from tracker.filters import ChangeFilter, CommitmentFilter
from tracker.notify.following import stored_query


def query_of(filterset: ChangeFilter) -> str:
    """Return a valid filter as the query string that a subscription stores."""
    params = QueryDict(mutable=True)
    for name, values in filterset.active.items():
        params.setlist(name, values)
    return stored_query(params)


def addresses_of(request: HttpRequest, filterset: ChangeFilter, *, head: int) -> dict[str, str]:
    """Return absolute addresses for a valid filter; `head` is the number of the log's last line."""
    query = query_of(filterset)
    params = QueryDict(query)
    dated = QueryDict(mutable=True)
    for name in params:
        if name in CommitmentFilter.base_filters:
            dated.setlist(name, params.getlist(name))
    routes = {
        "atom": ("changes-atom", query),
        "rss": ("changes-rss", query),
        "json_feed": ("changes-json", query),
        "calendar": ("calendar", dated.urlencode()),
        "api": ("api-changes", "&".join(filter(None, [query, urlencode({"after": head})]))),
    }
    addresses = {key: _absolute(request, name, query) for key, (name, query) in routes.items()}
    addresses["webcal"] = "webcal:" + addresses["calendar"].partition(":")[2]
    return addresses


def _absolute(request: HttpRequest, name: str, query: str) -> str:
    address: str = request.build_absolute_uri(reverse(name))
    return f"{address}?{query}" if query else address
