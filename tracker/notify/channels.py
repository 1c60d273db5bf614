"""Addresses for following a filter in other programs."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from tracker.filters import ChangeFilter, CommitmentFilter
from tracker.lib.query_strings import canonical_query, with_query


def addresses_of(request: HttpRequest, filterset: ChangeFilter, *, head: int) -> dict[str, str]:
    """Return absolute addresses for a valid filter; `head` is the number of the log's last line."""
    query = filterset.canonical_query
    dated = {n: v for n, v in QueryDict(query).lists() if n in CommitmentFilter.base_filters}
    routes = {
        "atom": ("changes-atom", query),
        "rss": ("changes-rss", query),
        "json_feed": ("changes-json", query),
        "calendar": ("calendar", canonical_query(dated)),
        "api": ("api-changes", "&".join(filter(None, [query, urlencode({"after": head})]))),
    }
    addresses = {key: _absolute(request, name, query) for key, (name, query) in routes.items()}
    addresses["webcal"] = "webcal:" + addresses["calendar"].partition(":")[2]
    return addresses


def _absolute(request: HttpRequest, name: str, query: str) -> str:
    address: str = request.build_absolute_uri(reverse(name))
    return with_query(address, query)
