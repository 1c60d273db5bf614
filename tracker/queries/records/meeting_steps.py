"""The chapters of many stories at once: what given meetings did to given commitments.

Movement compares an update with the state before it. That state is kept in `Standing`, so that
only the updates of the time of those meetings are read, however long the stories are.
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

# Primary keys, or a query that gives them.
Keys = Iterable[int] | QuerySet[Any, Any]


def states(commitments: Keys, moment: Viewpoint, *, day: dt.date) -> dict[int, Wording]:
    """How each commitment stood at the end of a day, by its primary key, as known: one query."""
    standings = Standing.objects.at(day, known=moment.known)
    standings = standings.filter(commitment__in=commitments)
    rows = standings.values_list("commitment", "stage", "assessment", "firmness", "target")
    return {pk: Wording(*state) for pk, *state in rows}


def chapters(commitments: Keys, meetings: Keys, moment: Viewpoint) -> dict[int, list[Step]]:
    """Each commitment's steps of the time of these meetings, by its primary key, in order.

    The updates come with their party, and without rationale and citations: three queries.
    """
    updates = public_updates(as_of=moment.as_of, known=moment.known).filter(
        commitment__in=commitments
    )
    days = updates.filter(meeting__in=meetings).aggregate(
        first=Min("happened_first_day"), last=Max("happened_first_day")
    )
    if days["first"] is None:
        return {}
    before = states(commitments, moment, day=add_days(days["first"], -1))
    told: dict[int, list[StatusUpdate]] = defaultdict(list)
    meant = updates.filter(happened_first_day__range=(days["first"], days["last"]))
    read = meant.select_related("party").defer("rationale", "reason").chronological()
    for update in as_known(read, moment):
        told[update.commitment_id].append(update)
    return {pk: steps(of_one, before=before.get(pk)) for pk, of_one in told.items()}


def first_quotations(updates: Iterable[int], moment: Viewpoint) -> dict[int, Citation]:
    """The first quotation of each of these updates, by the update's primary key: one query."""
    cited = public_citations(known=moment.known)
    citations = cited.filter(update__in=list(updates)).exclude(quotation="").select_related(None)
    found: dict[int, Citation] = {}
    for citation in citations.order_by("pk"):
        found.setdefault(citation.update_id, citation)
    return found
