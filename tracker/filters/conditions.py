"""The conditions that filter parameters set on commitments, as published at a viewpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.lookups import GreaterThanOrEqual

from tracker.models import Commitment, Forum, Meeting, Party, StatusUpdate, Topic
from tracker.queries.flags import QUERIES
from tracker.queries.former_values import equals_q, keys_q, last_changed_then, relates_q, slug_q
from tracker.queries.lists.search import keys_matching_then, matching
from tracker.queries.viewpoint import Viewpoint, start_of_day
from tracker.queries.visibility import public_commitments
from tracker.schema.vocabulary import Flag

Condition = Callable[[Viewpoint, Any], Q]


def _mention_words(viewpoint: Viewpoint, words: str) -> Q:
    if not viewpoint.is_past:
        return matching(words)
    return keys_q(keys_matching_then(words, viewpoint, public_commitments(viewpoint)))


def _at_position(name: str) -> Condition:
    return lambda viewpoint, values: Q(**{f"{viewpoint.column(name)}__in": values})


def _flagged(viewpoint: Viewpoint, flags: list[str]) -> Q:
    condition = Q()
    for flag in flags:
        condition |= QUERIES[Flag(flag)](viewpoint)
    return condition


def _linked(model: type[Topic | Party], relation: str) -> Condition:
    """Match a relation to records of these slugs, without a join, which would duplicate rows."""
    column, through = model._meta.model_name, getattr(Commitment, relation).through

    def condition(viewpoint: Viewpoint, slugs: list[str]) -> Q:
        named = model._default_manager.filter(slug_q(model, slugs, viewpoint.known))
        keys = list(named.values_list("pk", flat=True))
        pairs = through.objects.filter(**{f"{column}__in": keys})
        today = Q(pk__in=pairs.values("commitment"))
        return relates_q(Commitment, relation, viewpoint.known, keys, today=today)

    return condition


def meetings_named(viewpoint: Viewpoint, slugs: list[str]) -> QuerySet[Meeting]:
    """Return the meetings that have these slugs at the viewpoint."""
    return Meeting.objects.filter(slug_q(Meeting, slugs, viewpoint.known))


def meetings_of(viewpoint: Viewpoint, forums: list[str]) -> QuerySet[Meeting]:
    """Return the meetings that belong to these forums at the viewpoint."""
    named = Forum.objects.filter(slug_q(Forum, forums, viewpoint.known))
    keys = list(named.values_list("pk", flat=True))
    return Meeting.objects.filter(equals_q(Meeting, "forum", viewpoint.known, keys))


def _mentioned(viewpoint: Viewpoint, meetings: QuerySet[Meeting]) -> Q:
    """Match commitments with an effective update at one of these meetings."""
    mentions = StatusUpdate.objects.effective(known=viewpoint.known).filter(
        meeting__in=meetings.order_by().values("pk")
    )
    if viewpoint.as_of is not None:
        mentions = mentions.filter(happened_first_day__lte=viewpoint.as_of)
    return Q(pk__in=mentions.values("commitment"))


CONDITIONS: dict[str, Condition] = {
    "q": _mention_words,
    "stage": _at_position("stage"),
    "assessment": _at_position("assessment"),
    "firmness": _at_position("firmness"),
    "flag": _flagged,
    "instrument": lambda viewpoint, values: equals_q(
        Commitment, "instrument", viewpoint.known, values
    ),
    "topic": _linked(Topic, "topics"),
    "party": _linked(Party, "parties"),
    "forum": lambda viewpoint, slugs: _mentioned(viewpoint, meetings_of(viewpoint, slugs)),
    "meeting": lambda viewpoint, slugs: _mentioned(viewpoint, meetings_named(viewpoint, slugs)),
    "target_after": lambda viewpoint, date: Q(
        **{f"{viewpoint.column('target_last_day')}__gte": date.first_day}
    ),
    "target_before": lambda viewpoint, date: Q(
        **{f"{viewpoint.column('target_last_day')}__lte": date.last_day}
    ),
    "updated_since": lambda viewpoint, day: Q(
        GreaterThanOrEqual(last_changed_then(viewpoint.known), start_of_day(day))
    ),
    "commitment": lambda viewpoint, commitments: Q(pk__in=[c.pk for c in commitments]),
}
