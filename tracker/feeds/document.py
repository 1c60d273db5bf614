"""One document of a feed: the newest lines of a filter, or an archive of older ones (RFC 5005).

Archives are cut at fixed positions (see `cuts`): `before=N` holds the lines before line N, back to
the last cut, and never changes. The subscription document holds the newest lines regardless of the
cuts; from there, `prev-archive` leads back to the first line without a gap. The newest archive may
repeat some of its lines, which readers recognise by their ids.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.feeds.addresses import absolute
from tracker.feeds.cuts import Cuts
from tracker.feeds.entries import entries, tombstones_of
from tracker.feeds.entry import Entry, Tombstone
from tracker.filters import ChangeFilter
from tracker.filters.words import log_sentence
from tracker.lib.query_strings import with_query
from tracker.lib.text import one_line
from tracker.models import GENESIS_HASH, Change
from tracker.queries.visibility import log_head

# When the feed of an empty log was last updated.
_EMPTY_LOG_DATE = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MOST_DIGITS = 18  # fits a database integer


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a feed in any format.

    `links` maps relations to addresses: those of RFC 5005, and `hub`.
    """

    id: str
    title: str
    subtitle: str
    address: str
    page: str
    site: str
    updated: dt.datetime
    entries: list[Entry]
    gone: list[Tombstone]
    is_archive: bool
    links: dict[str, str]


def before_of(params: QueryDict) -> tuple[int | None, list[str]]:
    """Return the line before which a document ends, None for the newest one, and its errors."""
    given = params.getlist("before")
    if not given:
        return None, []
    if len(given) == 1 and re.fullmatch(rf"[1-9][0-9]{{0,{_MOST_DIGITS - 1}}}", given[0]):
        return int(given[0]), []
    return None, [
        _("“before” is the number of a line of the log, given once and in digits, such as 120.")
    ]


def feed_document(
    request: HttpRequest, name: str, filterset: ChangeFilter, before: int | None
) -> Document:
    """Return the document of a valid filter at the URL `name`, in a constant number of queries."""
    cuts = Cuts(filterset.log)
    if before is None:
        seqs, older, newer = cuts.newest()
    else:
        seqs, older, newer = cuts.archive(before)
    written = entries(seqs, request)
    ids = {entry.id for entry in written}
    hub = {"hub": settings.WEBSUB_HUB} if before is None and is_pinged(filterset) else {}
    # In one order, so it can serve as a hub's topic and as the basis of a permanent id.
    query = filterset.canonical_query

    def address_of(line: int | None) -> str:
        cut = "" if line is None else f"before={line}"
        return absolute(request, name, "&".join(filter(None, (query, cut))))

    # Pings are built from PUBLIC_URL without a request, and the feed must name the same address.
    current = (
        f"{settings.PUBLIC_URL}{with_query(reverse(name), query)}" if hub else address_of(None)
    )
    return Document(
        id=_feed_id(query),
        title=_title(filterset),
        subtitle=_("What moved, slipped or was left out, with the source for every word."),
        address=current if before is None else address_of(before),
        page=absolute(request, "changes", query),
        site=absolute(request, "dashboard"),
        updated=max(entry.updated for entry in written) if written else _last_recorded(),
        entries=written,
        gone=[
            tombstone
            for tombstone in tombstones_of(entry.change for entry in written)
            if tombstone.id not in ids
        ],
        is_archive=before is not None,
        links=_links(address_of, before=before, older=older, newer=newer) | hub,
    )


def _feed_id(query: str) -> str:
    """Return a permanent id, independent of the site's address: a UUID (RFC 9562, version 5).

    It derives from the log's first line and the query. All documents of a feed share it (RFC 5005).
    """
    first = Change.objects.filter(seq=1).values_list("hash", flat=True).first() or GENESIS_HASH
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{first} ?{query}").urn


def _title(filterset: ChangeFilter) -> str:
    return f"{settings.REGISTER_NAME}: {one_line(log_sentence(filterset))}"


def _last_recorded() -> dt.datetime:
    return log_head().recorded_at or _EMPTY_LOG_DATE


def _links(
    address_of: Callable[[int | None], str],
    *,
    before: int | None,
    older: int | None,
    newer: int | None,
) -> dict[str, str]:
    """Return the links of a paged feed (RFC 5005, section 3) and an archived one (section 4)."""
    links = {"first": address_of(None)}
    if before is not None:
        links["current"] = address_of(None)
        links["previous"] = address_of(newer)
        if newer is not None:
            links["next-archive"] = address_of(newer)
    if older is not None:
        links["next"] = links["prev-archive"] = address_of(older)
    return links


# -- The WebSub hub of settings.WEBSUB_HUB (W3C WebSub, section 4) ---------------------------------


def is_pinged(filterset: ChangeFilter) -> bool:
    """Return whether the hub is pinged for the feed of this filter.

    Only for the feed of everything and those of single commitments: a line's place in them is known
    without evaluating every possible filter.
    """
    if not settings.WEBSUB_HUB:
        return False
    names = filterset.active.keys()
    return not names or (
        names == {"commitment"} and len(filterset.form.cleaned_data["commitment"]) == 1
    )


def link_header(topic: str) -> str:
    """Return the Link header (RFC 8288) with the hub and the feed's own address."""
    return f'<{settings.WEBSUB_HUB}>; rel="hub", <{topic}>; rel="self"'
