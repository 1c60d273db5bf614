"""One page of a meeting's worksheet: which commitments are on it, and their rows.

Drafts are included, so nothing here may reach a public page.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker.admin.worksheet.rows import (
    Choices,
    Row,
    blank_values,
    choices_of,
    loose_row,
    moment_of,
    new_of,
    rows_of,
)
from tracker.admin.worksheet.values import Values
from tracker.models import Commitment, Meeting, Position, StatusUpdate, WorksheetRow
from tracker.queries.visibility import public_commitments

PER_PAGE = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a meeting's worksheet."""

    meeting: Meeting
    choices: Choices
    rows: list[Row]
    new: list[Row]
    blank: Values
    total: int


def sheet_of(meeting: Meeting, *, today: dt.date, page: int = 1) -> Sheet:
    """Return one page of the worksheet; every page has the new commitments."""
    choices = choices_of(meeting)
    everything = listed(meeting, today=today)
    start = (page - 1) * PER_PAGE
    commitments = list(everything.order_by("reference")[start : start + PER_PAGE])
    drafts = list(new_of(meeting).order_by("reference"))
    rows = rows_of(meeting, [*commitments, *drafts], choices, today=today)
    loose = [
        loose_row(saved, blank_values(meeting, choices))
        for saved in WorksheetRow.objects.filter(meeting=meeting, commitment=None)
        .exclude(typed={})
        .select_related("edited_by")
        .order_by("edited_at", "key")
    ]
    return Sheet(
        meeting=meeting,
        choices=choices,
        rows=rows[: len(commitments)],
        new=[*rows[len(commitments) :], *loose],
        blank=blank_values(meeting, choices),
        total=everything.count(),
    )


def listed(meeting: Meeting, *, today: dt.date) -> QuerySet[Commitment]:
    """Return the open public commitments of the meeting's parties, and those with input.

    A commitment counts if nobody else made it, or if all of the parties made it with others.
    """
    moment = moment_of(meeting, today=today)
    there = [party.pk for party in meeting.parties.all()]
    through = Commitment.parties.through.objects
    made = through.filter(commitment=OuterRef("pk"))
    by_others = Exists(made.exclude(party__in=there))
    by_all = Q(*(Exists(made.filter(party=key)) for key in there)) if there else Q(pk__in=[])
    theirs = (
        public_commitments(moment)
        # Implied by the conditions below; here so that the index narrows the rows first.
        .filter(pk__in=through.filter(party__in=there).values("commitment"))
        .filter(Position.open_q(moment.at))
        .filter(~by_others | by_all)
        .values("pk")
    )
    recorded = StatusUpdate.objects.filter(meeting=meeting, corrects=None, revision=None)
    typed = WorksheetRow.objects.filter(meeting=meeting, commitment__isnull=False)
    return Commitment.objects.public().filter(
        Q(pk__in=theirs)
        | Q(pk__in=recorded.values("commitment"))
        | Q(pk__in=typed.values("commitment"))
    )
