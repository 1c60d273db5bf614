"""The rules of the flags, computed for a given day from positions and meetings.

A flag is a fact about dates and mentions, not a judgement: an overdue commitment is one whose
target has passed without evidence of delivery, and says nothing about why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
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

from tracker.models import Commitment, Meeting, Position
from tracker.models.meetings import MeetingQuerySet
from tracker.models.positions import due_soon_until, quiet_since
from tracker.queries.as_published import equals_q
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import position_of
from tracker.schema.payloads import Payload
from tracker.schema.vocabulary import Flag

# Flag names in lines written before a flag was renamed; the log is never rewritten.
_FORMER_NAMES = {"dropped": Flag.NOT_MENTIONED}


def raised_flag(payload: Payload) -> Flag | None:
    """Return the flag raised by a line of kind `flag`; None if the vocabulary no longer has it."""
    name = payload.get("flag", "")
    return _FORMER_NAMES.get(name) or (Flag(name) if name in Flag.values else None)


# -- For a row ----------------------------------------------------------------------------------


def flags_of(commitment: Commitment, moment: Viewpoint) -> list[Flag]:
    """Return the flags of one commitment, which must come from `with_silence`."""
    position, day = position_of(commitment), moment.day
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
    moment: Viewpoint, *, parties_key: Any, level: Any, since: Any
) -> MeetingQuerySet:
    """Return the fully recorded meetings of equal rank after a last mention ("not mentioned").

    Compared with the meeting of the last mention, they have exactly the same parties, the same
    level or a higher one, and lie wholly after `since`. The three may be values or columns of an
    outer query.
    """
    known = moment.known
    recorded = Meeting.objects.public(known=known).fully_recorded(known=known)
    return recorded.filter(
        parties_key=parties_key,
        level__gte=level,
        first_day__gt=since,
        last_day__lte=moment.day,
    )


def passed_over(moment: Viewpoint) -> Exists:
    """Whether a fully recorded meeting of equal rank since the last mention did not mention it."""
    silent = silent_meetings(
        moment,
        parties_key=OuterRef(moment.column("mention_parties_key")),
        level=OuterRef(moment.column("mention_level")),
        since=OuterRef(moment.column("silence_counts_after")),
    )
    return Exists(silent.order_by())


def not_mentioned_q(moment: Viewpoint) -> Q:
    return Position.open_q(moment.at) & Q(passed_over(moment))


def awaiting_entry_into_force_q(moment: Viewpoint) -> Q:
    return Position.awaiting_entry_into_force_q(
        moment.at,
        has_instrument=lambda it: equals_q(Commitment, "instrument", moment.known, [it.value]),
    )


def may_turn_q(before: dt.date, moment: Viewpoint) -> Q:
    """Return a condition for commitments whose flags may differ between two days.

    It matches all that reached one of their dates between `before` and the viewpoint's day, and
    some that a meeting in that time may not have mentioned.
    """
    day, target = moment.day, f"{moment.column('target_last_day')}__range"
    recorded = Meeting.objects.public().fully_recorded().filter(last_day__range=(before, day))
    return (
        Q(**{target: (before, day)})
        | Q(**{target: (due_soon_until(before), due_soon_until(day))})
        | Q(
            **{
                f"{moment.column('last_update_day')}__range": (
                    quiet_since(before),
                    quiet_since(day),
                )
            }
        )
        | Q(**{f"{moment.column('expected_by')}__range": (before, day)})
        | Q(
            **{
                f"{moment.column('mention_parties_key')}__in": recorded.order_by().values(
                    "parties_key"
                )
            }
        )
    )


QUERIES: dict[Flag, Callable[[Viewpoint], Q]] = {
    Flag.OVERDUE: lambda moment: Position.overdue_q(moment.day, moment.at),
    Flag.DUE_SOON: lambda moment: Position.due_soon_q(moment.day, moment.at),
    Flag.SLIPPED: lambda moment: Q(**{moment.column("has_slipped"): True}),
    Flag.QUIET: lambda moment: Position.quiet_q(moment.day, moment.at),
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


def with_silence(commitments: QuerySet[Commitment], moment: Viewpoint) -> QuerySet[Commitment]:
    """Annotate the commitments with what `flags_of` needs from meetings."""
    return commitments.annotate(was_passed_over=passed_over(moment))
