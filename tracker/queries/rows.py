"""Commitments as lists show them, with position and flags, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from tracker.models import (
    Assessment,
    Change,
    ChangeKind,
    Commitment,
    Party,
    Position,
    Stage,
    Topic,
)
from tracker.models.commitments import DELIVERED_ASSESSMENTS, DELIVERED_STAGES
from tracker.queries.flags import (
    Flag,
    flags_of,
    has_no_information,
    no_information_q,
    open_q,
    overdue_q,
    with_silence,
)
from tracker.queries.moments import Moment
from tracker.queries.visibility import known_seq, position_of

# What a row may be shown with besides its own.
RELATED = ("topics", "parties")


@dataclass(frozen=True, slots=True)
class Row:
    """One commitment in a list, as it stood at the moment that was asked for."""

    commitment: Commitment
    position: Position
    title: str
    flags: Sequence[Flag]
    has_no_information: bool
    topics: Sequence[Topic]
    parties: Sequence[Party]


def titles_known(commitments: Iterable[Commitment], known: int) -> dict[int, str]:
    """Titles as published by change number `known`, by primary key, where the log tells them."""
    told = Change.objects.filter(
        commitment__in=[c.pk for c in commitments],
        seq__lte=known,
        kind__in=(ChangeKind.COMMITMENT_PUBLISHED, ChangeKind.RENAMED, ChangeKind.AMENDED),
    ).order_by("seq")
    return dict(told.values_list("commitment", "payload__commitment__title"))


def rows(
    page: QuerySet[Commitment], moment: Moment, *, related: Container[str] = RELATED
) -> list[Row]:
    """The rows of a sliced queryset that comes from `public_commitments`.

    Of `topics` and `parties`, those in `related` are read; the others stay empty.
    """
    public = {"topics": Topic.objects.public(), "parties": Party.objects.public()}
    wanted = [Prefetch(name, found) for name, found in public.items() if name in related]
    commitments = list(with_silence(page, moment).prefetch_related(*wanted))
    known = known_seq(moment.known_at)
    titles = {} if known is None else titles_known(commitments, known)
    return [
        Row(
            commitment=commitment,
            position=position_of(commitment),
            title=titles.get(commitment.pk, commitment.title),
            flags=flags_of(commitment, moment),
            has_no_information=has_no_information(position_of(commitment), moment.day),
            topics=list(commitment.topics.all()) if "topics" in related else (),
            parties=list(commitment.parties.all()) if "parties" in related else (),
        )
        for commitment in commitments
    ]


@dataclass(frozen=True, slots=True)
class Headline:
    """How a set of commitments stands, in figures."""

    total: int
    delivered: int
    overdue: int
    no_information: int
    not_mentioned: int
    assessed: int
    stages: dict[Stage, int]
    assessments: dict[Assessment, int]


def headline(commitments: QuerySet[Commitment], moment: Moment) -> Headline:
    """Count in one query; the stages that occur, in the order of progress."""
    stage, assessment = moment.column("stage"), moment.column("assessment")
    delivered = Q(**{f"{stage}__in": DELIVERED_STAGES}) | Q(
        **{f"{assessment}__in": DELIVERED_ASSESSMENTS}
    )
    # As a column first: an aggregate's own condition cannot look into other tables.
    counts = (
        with_silence(commitments, moment)
        .order_by()
        .aggregate(
            total=Count("pk"),
            delivered=Count("pk", filter=delivered),
            overdue=Count("pk", filter=overdue_q(moment)),
            no_information=Count("pk", filter=no_information_q(moment)),
            not_mentioned=Count("pk", filter=open_q(moment) & Q(was_passed_over=True)),
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
        assessed=counts["total"] - counts[f"assessed_{Assessment.NOT_ASSESSED}"],
        stages={s: counts[f"stage_{s}"] for s in Stage if counts[f"stage_{s}"]},
        assessments={
            a: counts[f"assessed_{a}"]
            for a in Assessment
            if a != Assessment.NOT_ASSESSED and counts[f"assessed_{a}"]
        },
    )
