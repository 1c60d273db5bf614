"""The facts of a briefing note: the open commitments between the parties of a meeting.

A commitment is between the parties of a meeting when all of its own parties take part in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import (
    Case,
    IntegerChoices,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.utils.translation import gettext_lazy as _

from tracker.models import Citation, Commitment, Meeting, Position, StatusUpdate
from tracker.models.positions import due_soon_until
from tracker.queries.flags import QUERIES
from tracker.queries.former_values import keys_q, links_then
from tracker.queries.lists.rows import Row, rows
from tracker.queries.records.meeting_steps import first_quotations
from tracker.queries.reference_data import parties_of
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_commitments, public_updates
from tracker.schema.vocabulary import Flag

# As many as one person can read before a meeting; the dashboard lists the rest.
MOST_ROWS = 200


class Concern(IntegerChoices):
    """Why an open commitment is on the agenda; the first that applies is used."""

    OVERDUE = 1, _("Overdue")
    DUE = 2, _("Due")
    NOT_MENTIONED = 3, _("Not mentioned when they last met")
    QUIET = 4, _("Quiet: no update for longer than usual")
    OPEN = 5, _("Also open")


@dataclass(frozen=True, slots=True)
class Item:
    """One open commitment with its last update and the quotation of that."""

    row: Row
    concern: Concern
    last: StatusUpdate
    quotation: Citation | None


@dataclass(frozen=True, slots=True)
class Agenda:
    """The open commitments by concern; `left_out` is the number of those not listed."""

    groups: Sequence[tuple[Concern, Sequence[Item]]]
    total: int
    left_out: int


def between_the_parties(
    commitments: QuerySet[Commitment], meeting: Meeting, viewpoint: Viewpoint
) -> QuerySet[Commitment]:
    """Filter commitments to those all of whose parties take part in the meeting."""
    through: Any = Commitment.parties.through
    attending = parties_of(meeting, viewpoint).order_by().values("pk")
    # One pass over all links: asking for each commitment takes several times as long.
    absent = Case(When(party__in=attending, then=0), default=1, output_field=IntegerField())
    all_there = through.objects.values("commitment").annotate(absent=Max(absent)).filter(absent=0)
    today = Q(pk__in=all_there.values("commitment"))
    former = links_then(Commitment, "parties", viewpoint.known)
    if not former:
        return commitments.filter(today)
    present = set(attending.values_list("pk", flat=True))
    then = (key for key, parties in former.items() if parties and present.issuperset(parties))
    return commitments.filter((today & ~keys_q(former)) | keys_q(then))


def _due_until(meeting: Meeting, viewpoint: Viewpoint) -> dt.date:
    """Return the last day of the meeting, or of what is due soon if that is later."""
    soon = due_soon_until(viewpoint.day)
    return soon if meeting.last_day is None else max(soon, meeting.last_day)


def _latest_updates(commitments: Sequence[int], viewpoint: Viewpoint) -> dict[int, StatusUpdate]:
    """Return the last update of each commitment, by its primary key; one query."""
    updates = public_updates(viewpoint)
    of_one = updates.filter(commitment=OuterRef("pk")).chronological().reverse()
    last = Commitment.objects.filter(pk__in=commitments).values(
        last=Subquery(of_one.values("pk")[:1])
    )
    return {u.commitment_id: u for u in StatusUpdate.objects.filter(pk__in=last)}


def agenda(meeting: Meeting, viewpoint: Viewpoint) -> Agenda:
    """Return the open commitments between the parties, in a constant number of queries."""
    last = viewpoint.column("target_last_day")
    due = {f"{last}__gte": viewpoint.day, f"{last}__lte": _due_until(meeting, viewpoint)}
    concerns = [
        When(QUERIES[Flag.OVERDUE](viewpoint), then=Concern.OVERDUE),
        When(**due, then=Concern.DUE),
        When(QUERIES[Flag.NOT_MENTIONED](viewpoint), then=Concern.NOT_MENTIONED),
        When(QUERIES[Flag.QUIET](viewpoint), then=Concern.QUIET),
    ]
    still_open = public_commitments(viewpoint).filter(Position.open_q(viewpoint.at))
    unfinished = (
        between_the_parties(still_open, meeting, viewpoint)
        .annotate(concern=Case(*concerns, default=Concern.OPEN, output_field=IntegerField()))
        .order_by("concern", last, "reference")
    )
    # In order, and with their number: counting them apart would take as long again.
    concern_of = dict(unfinished.values_list("pk", "concern"))
    first = list(islice(concern_of, MOST_ROWS))
    page = {row.commitment.pk: row for row in rows(_among(first, viewpoint), viewpoint)}
    latest = _latest_updates(first, viewpoint)
    words = first_quotations([update.pk for update in latest.values()], viewpoint)
    groups: dict[Concern, list[Item]] = {}
    for key in first:
        item = Item(page[key], Concern(concern_of[key]), latest[key], words.get(latest[key].pk))
        groups.setdefault(item.concern, []).append(item)
    return Agenda(list(groups.items()), len(concern_of), len(concern_of) - len(first))


def _among(keys: Sequence[int], viewpoint: Viewpoint) -> QuerySet[Commitment]:
    return public_commitments(viewpoint).filter(pk__in=keys)
