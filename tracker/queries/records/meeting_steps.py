"""The steps of many commitments at given meetings, without reading whole histories.

A movement compares an update with the state before it. `Standing` stores that state, so only the
updates from the time of the meetings are read, however long the histories are.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Max, Min, QuerySet

from tracker.lib.partial_dates import add_days
from tracker.models import Citation, Standing, StatusUpdate
from tracker.queries.history import Step, Wording, steps
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import as_known, public_citations, public_updates

# Primary keys, or a queryset of them.
Keys = Iterable[int] | QuerySet[Any, Any]


def states(commitments: Keys, viewpoint: Viewpoint, *, day: dt.date) -> dict[int, Wording]:
    """Return the state of each commitment at the end of a day, by primary key; one query."""
    standings = Standing.objects.at(day, known=viewpoint.known)
    standings = standings.filter(commitment__in=commitments)
    rows = standings.values_list("commitment", "stage", "assessment", "firmness", "target")
    return {pk: Wording(*state) for pk, *state in rows}


def chapters(commitments: Keys, meetings: Keys, viewpoint: Viewpoint) -> dict[int, list[Step]]:
    """Return the steps of each commitment in the time of the meetings, by primary key.

    Updates are loaded with their party, without rationale and citations; three queries.
    """
    updates = public_updates(viewpoint).filter(commitment__in=commitments)
    days = updates.filter(meeting__in=meetings).aggregate(
        first=Min("happened_first_day"), last=Max("happened_first_day")
    )
    if days["first"] is None:
        return {}
    before = states(commitments, viewpoint, day=add_days(days["first"], -1))
    by_commitment: dict[int, list[StatusUpdate]] = defaultdict(list)
    concerned = updates.filter(happened_first_day__range=(days["first"], days["last"]))
    read = concerned.select_related("party").defer("rationale", "reason").chronological()
    for update in as_known(read, viewpoint):
        by_commitment[update.commitment_id].append(update)
    return {pk: steps(of_one, before=before.get(pk)) for pk, of_one in by_commitment.items()}


def first_quotations(updates: Iterable[int], viewpoint: Viewpoint) -> dict[int, Citation]:
    """Return the first quotation of each update, by its primary key; one query."""
    cited = public_citations(viewpoint)
    citations = cited.filter(update__in=list(updates)).exclude(quotation="").select_related(None)
    first: dict[int, Citation] = {}
    for citation in citations.order_by("pk"):
        first.setdefault(citation.update_id, citation)
    return first
