"""The rules of the flags, computed for a given day from positions and meetings.

A flag is a fact about dates and mentions, not a judgement: an overdue commitment is one whose
target has passed without evidence of delivery, and says nothing about why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db.models import (
    Case,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable

from tracker.models import Commitment, Level, Meeting, Position
from tracker.models.meetings import MeetingQuerySet
from tracker.models.positions import due_soon_until, quiet_since
from tracker.queries.former_values import equals_q
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import position_of, public_commitments
from tracker.schema.payloads import Payload
from tracker.schema.vocabulary import Flag

# Flag names in lines written before a flag was renamed; the log is never rewritten.
_FORMER_NAMES = {"dropped": Flag.NOT_MENTIONED}


def raised_flag(payload: Payload) -> Flag | None:
    """Return the flag raised by a line of kind `flag`; None if the vocabulary no longer has it."""
    name = payload.get("flag", "")
    return _FORMER_NAMES.get(name) or (Flag(name) if name in Flag.values else None)


# -- For a row ----------------------------------------------------------------------------------


def flags_of(commitment: Commitment, viewpoint: Viewpoint) -> list[Flag]:
    """Return the flags of one commitment, which must come from `with_silence`."""
    position, day = position_of(commitment), viewpoint.day
    is_silent: bool = getattr(commitment, "was_passed_over")  # noqa: B009 - an annotation
    rules: dict[Flag, bool] = {
        Flag.OVERDUE: position.is_overdue(day),
        Flag.DUE_SOON: position.is_due_soon(day),
        Flag.SLIPPED: position.has_slipped,
        Flag.QUIET: position.is_quiet(day),
        Flag.NOT_MENTIONED: position.is_open and is_silent,
        Flag.AWAITING_ENTRY_INTO_FORCE: position.awaits_entry_into_force(commitment.instrument),
    }
    return [flag for flag, holds in rules.items() if holds]


# -- As SQL -------------------------------------------------------------------------------------


def silent_meetings(
    viewpoint: Viewpoint, *, parties_key: Any, level: Any, since: Any
) -> MeetingQuerySet:
    """Return the fully recorded meetings of equal rank after a last mention ("not mentioned").

    Compared with the meeting of the last mention, they have exactly the same parties, the same
    level or a higher one, and lie wholly after `since`. The three may be values or columns of an
    outer query.
    """
    known = viewpoint.known
    recorded = Meeting.objects.public(known=known).fully_recorded(known=known)
    return recorded.filter(
        parties_key=parties_key,
        # All levels there are, which lets an index be searched for each by its days.
        level__in=Level.values,
        level__gte=level,
        first_day__gt=since,
        first_day__lte=viewpoint.day,
        last_day__lte=viewpoint.day,
    )


def passed_over(viewpoint: Viewpoint) -> Exists:
    """Whether a fully recorded meeting of equal rank since the last mention did not mention it."""
    silent = silent_meetings(
        viewpoint,
        parties_key=OuterRef(viewpoint.column("mention_parties_key")),
        level=OuterRef(viewpoint.column("mention_level")),
        since=OuterRef(viewpoint.column("silence_counts_after")),
    )
    return Exists(silent.order_by())


def not_mentioned_q(viewpoint: Viewpoint) -> Q:
    return Position.open_q(viewpoint.at) & Q(passed_over(viewpoint))


def awaiting_entry_into_force_q(viewpoint: Viewpoint) -> Q:
    return Position.awaiting_entry_into_force_q(
        viewpoint.at,
        has_instrument=lambda it: equals_q(Commitment, "instrument", viewpoint.known, [it.value]),
    )


def may_turn_q(before: dt.date, viewpoint: Viewpoint) -> Q:
    """Return a condition for commitments whose flags may differ between two days.

    It matches all that reached one of their dates between `before` and the viewpoint's day, and
    some that a meeting in that time may not have mentioned.
    """
    day = viewpoint.day

    def reached(column: str, first: dt.date, last: dt.date) -> Q:
        return Q(**{f"{viewpoint.column(column)}__range": (first, last)})

    recorded = Meeting.objects.public().fully_recorded().filter(last_day__range=(before, day))
    met = recorded.order_by().values("parties_key")
    return (
        reached("target_last_day", before, day)
        | reached("target_last_day", due_soon_until(before), due_soon_until(day))
        | reached("last_update_day", quiet_since(before), quiet_since(day))
        | reached("expected_by", before, day)
        | Q(**{f"{viewpoint.column('mention_parties_key')}__in": met})
    )


QUERIES: dict[Flag, Callable[[Viewpoint], Q]] = {
    Flag.OVERDUE: lambda viewpoint: Position.overdue_q(viewpoint.day, viewpoint.at),
    Flag.DUE_SOON: lambda viewpoint: Position.due_soon_q(viewpoint.day, viewpoint.at),
    Flag.SLIPPED: lambda viewpoint: Q(**{viewpoint.column("has_slipped"): True}),
    Flag.QUIET: lambda viewpoint: Position.quiet_q(viewpoint.day, viewpoint.at),
    Flag.NOT_MENTIONED: not_mentioned_q,
    Flag.AWAITING_ENTRY_INTO_FORCE: awaiting_entry_into_force_q,
}


def as_bits(rules: Iterable[Q]) -> Combinable:
    """Return one integer column with a bit for each rule that holds, the first one lowest.

    One column is faster than one for each rule, since Django converts every column of every row.
    """
    bits: Combinable = Value(0, output_field=IntegerField())
    for place, rule in enumerate(rules):
        bits += Case(When(rule, then=Value(1 << place)), default=Value(0))
    return bits


def with_silence(commitments: QuerySet[Commitment], viewpoint: Viewpoint) -> QuerySet[Commitment]:
    """Annotate the commitments with what `flags_of` needs from meetings."""
    return commitments.annotate(was_passed_over=passed_over(viewpoint))


# A flag with the reference and title of its commitment.
Carried = tuple[Flag, str, str]


def carried_flags(among: Collection[int], *, day: dt.date) -> set[Carried]:
    """Return the flags on a day of the public ones among these commitments."""
    viewpoint, rows = Viewpoint(day), public_commitments().filter(pk__in=among)
    return {
        (flag, reference, title)
        for flag in Flag
        for reference, title in rows.filter(QUERIES[flag](viewpoint)).values_list(
            "reference", "title"
        )
    }
