"""The addresses that feeds and calendars name: their own, the page's, and those of records.

The same filter always has the same address, whatever the order in which it was asked for; so it
can be the topic of a hub and the ground of a permanent id.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from tracker.filters import CommitmentFilter
from tracker.models import Change


def canonical_query(found: CommitmentFilter) -> str:
    """What narrows a valid filter, in one order, without what only sorts or cuts a page.

    A commitment is named by its permanent reference, however it was asked for.
    """
    pairs = [
        (name, value)
        for name in sorted(found.active)
        for value in sorted(set(_values(found, name)))
    ]
    return urlencode(pairs)


def _values(found: CommitmentFilter, name: str) -> Iterable[str]:
    if name == "commitment":
        return [record.reference for record in found.form.cleaned_data[name]]
    return filter(None, found.active[name])


def absolute(request: HttpRequest, name: str, query: str = "") -> str:
    """The whole address of a named page, with a query string where there is one."""
    address: str = request.build_absolute_uri(reverse(name))
    return f"{address}?{query}" if query else address


def page_of(change: Change) -> str:
    """The path of the page on which a reader finds what the line is about."""
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


def rests_on_the_log_alone(request: HttpRequest) -> bool:
    """Whether the answer changes with the log and not with the day: a day asked for may yet come,
    and flags of commitments are computed."""
    dated = ("flag", "updated_since", "as_of", "known_at")
    return not any(any(request.GET.getlist(name)) for name in dated)
