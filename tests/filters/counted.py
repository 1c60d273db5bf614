"""The headline and the counts beside the choices as the database counts them.

What pages show comes from bit sets, and is compared with this. A facet's own selection does not
shrink its counts, everything else that is selected does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Count, Q, QuerySet

from tracker.models import (
    Assessment,
    Commitment,
    Firmness,
    Instrument,
    Position,
    Stage,
    StatusUpdate,
)
from tracker.queries.flags import (
    QUERIES,
    with_silence,
)
from tracker.queries.lists.headline import Headline
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_parties, public_topics
from tracker.schema.vocabulary import Flag

# The set that a facet is counted over: what is found without that facet's own selection.
Found = Callable[[str], QuerySet[Commitment]]
Counts = dict[str, dict[str, int]]

_COLUMNS: dict[str, tuple[list[str], bool]] = {
    # facet: its values, and whether the column belongs to the position
    "stage": (Stage.values, True),
    "assessment": (Assessment.values, True),
    "firmness": (Firmness.values, True),
    "instrument": (Instrument.values, False),
}
_ROW_FACETS = (*_COLUMNS, "flag")


def _conditions(facet: str, moment: Viewpoint) -> dict[str, Q]:
    """The condition of each value of a facet that one row alone can answer."""
    if facet == "flag":
        conditions = {flag.value: query(moment) for flag, query in QUERIES.items()}
        # An aggregate cannot look into other tables; `with_silence` has, as a column.
        not_mentioned = Position.open_q(moment.at) & Q(was_passed_over=True)
        conditions[Flag.NOT_MENTIONED.value] = not_mentioned
        return conditions
    values, of_position = _COLUMNS[facet]
    column = moment.column(facet) if of_position else facet
    return {value: Q(**{column: value}) for value in values}


def _row_counts(found: QuerySet[Commitment], facets: Collection[str], moment: Viewpoint) -> Counts:
    """Count the values of several facets in one query."""
    wanted = {
        f"{facet}__{value}": Count("pk", filter=condition)
        for facet in facets
        for value, condition in _conditions(facet, moment).items()
    }
    told = with_silence(found, moment).order_by().aggregate(**wanted)
    counts: Counts = {facet: {} for facet in facets}
    for name, count in told.items():
        facet, _, value = name.partition("__")
        counts[facet][value] = count
    return counts


def _grouped(rows: QuerySet[Any], key: str) -> dict[str, int]:
    counted = rows.order_by().values_list(key).annotate(count=Count("commitment", distinct=True))
    return {value: count for value, count in counted if value is not None}


def _related_counts(found: QuerySet[Commitment], facet: str, moment: Viewpoint) -> dict[str, int]:
    """Count the values of a facet that lies in another table, in one query."""
    within = found.order_by().values("pk")
    if facet == "topic":
        rows: QuerySet[Any] = Commitment.topics.through.objects.filter(topic__in=public_topics())
        return _grouped(rows.filter(commitment__in=within), "topic__slug")
    if facet == "party":
        rows = Commitment.parties.through.objects.filter(party__in=public_parties())
        return _grouped(rows.filter(commitment__in=within), "party__slug")
    mentions = StatusUpdate.objects.effective(known=moment.known)
    if moment.as_of is not None:
        mentions = mentions.filter(happened_first_day__lte=moment.as_of)
    key = "meeting__slug" if facet == "meeting" else "meeting__forum__slug"
    return _grouped(mentions.filter(commitment__in=within), key)


def facet_counts(found: Found, moment: Viewpoint, *, selected: Collection[str]) -> Counts:
    """Counts by facet and value. `found("stage")` is what is found but for ?stage=.

    One query for the facets of a row without a selection, and one for each other facet.
    """
    together = [facet for facet in _ROW_FACETS if facet not in selected]
    counts = _row_counts(found(""), together, moment) if together else {}
    for facet in _ROW_FACETS:
        if facet in selected:
            counts |= _row_counts(found(facet), [facet], moment)
    for facet in ("topic", "party", "forum", "meeting"):
        counts[facet] = _related_counts(found(facet), facet, moment)
    return counts


def headline(commitments: QuerySet[Commitment], moment: Viewpoint) -> Headline:
    """Count in one query; the stages that occur, in the order of progress."""
    stage, assessment = moment.column("stage"), moment.column("assessment")
    delivered = Q(**{f"{stage}__in": ["in_effect", "completed"]}) | Q(
        **{f"{assessment}__in": ["delivered", "delivered_late"]}
    )
    not_mentioned = Position.open_q(moment.at) & Q(was_passed_over=True)
    # As a column first: an aggregate's own condition cannot look into other tables.
    counts = (
        with_silence(commitments, moment)
        .order_by()
        .aggregate(
            total=Count("pk"),
            delivered=Count("pk", filter=delivered),
            overdue=Count("pk", filter=QUERIES[Flag.OVERDUE](moment)),
            no_information=Count("pk", filter=Position.no_information_q(moment.day, moment.at)),
            not_mentioned=Count("pk", filter=not_mentioned),
            **{f"stage_{value}": Count("pk", filter=Q(**{stage: value})) for value in Stage.values},
            **{
                f"assessed_{value}": Count("pk", filter=Q(**{assessment: value}))
                for value in Assessment.values
            },
        )
    )
    return Headline(
        total=counts["total"],
        delivered=counts["delivered"],
        overdue=counts["overdue"],
        no_information=counts["no_information"],
        not_mentioned=counts["not_mentioned"],
        stages={s: counts[f"stage_{s}"] for s in Stage if counts[f"stage_{s}"]},
        assessments={
            a: counts[f"assessed_{a}"]
            for a in Assessment
            if a != Assessment.NOT_ASSESSED and counts[f"assessed_{a}"]
        },
    )
