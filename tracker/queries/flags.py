"""What a reader is warned of, computed for a given day: each rule once for a row, once as SQL.

A flag is a fact about dates and mentions, not a judgement: an overdue commitment is one whose
target has passed without evidence of delivery, and says nothing about why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable

from tracker.lib.partial_dates import add_days, add_months
from tracker.models import Assessment, Commitment, Instrument, Meeting, Position, Stage
from tracker.models.commitments import DELIVERED_ASSESSMENTS, DELIVERED_STAGES, ENDED_STAGES
from tracker.models.meetings import MeetingQuerySet
from tracker.payloads import Payload
from tracker.queries.as_published import equals_q
from tracker.queries.moments import Moment
from tracker.queries.visibility import known_seq, position_of
from tracker.schema.vocabulary import Flag

# The names in lines that were written before a flag was renamed: the log is never rewritten.
_FORMER_NAMES = {"dropped": Flag.NOT_MENTIONED}


def raised_flag(payload: Payload) -> Flag | None:
    """The flag that a line of kind `flag` raised; None where the vocabulary no longer has it."""
    name = payload.get("flag", "")
    return _FORMER_NAMES.get(name) or (Flag(name) if name in Flag.values else None)


def quiet_since(day: dt.date) -> dt.date:
    """The day on or before which a last update makes an open commitment quiet on `day`."""
    try:
        return add_months(day, -settings.QUIET_AFTER_MONTHS)
    except ValueError:
        return dt.date.min  # nothing was that long ago


def due_soon_until(day: dt.date) -> dt.date:
    return add_days(day, settings.DUE_SOON_DAYS)


# -- For a row ----------------------------------------------------------------------------------


def is_overdue(position: Position, day: dt.date) -> bool:
    last = position.target_last_day
    return position.is_open and last is not None and last < day


def is_due_soon(position: Position, day: dt.date) -> bool:
    last = position.target_last_day
    return position.is_open and last is not None and day <= last <= due_soon_until(day)


def is_slipped(position: Position, day: dt.date) -> bool:
    return position.has_slipped


def is_quiet(position: Position, day: dt.date) -> bool:
    last, expected_by = position.last_update_day, position.expected_by
    is_old = last is not None and last <= quiet_since(day)
    return position.is_open and is_old and (expected_by is None or expected_by <= day)


def is_awaiting_entry_into_force(commitment: Commitment, position: Position) -> bool:
    return position.stage == Stage.SIGNED and commitment.instrument == Instrument.AGREEMENT


def flags_of(commitment: Commitment, moment: Moment) -> list[Flag]:
    """The flags of one commitment; it must come from `with_silence`."""
    position, day = position_of(commitment), moment.day
    is_silent: bool = getattr(commitment, "was_passed_over")  # noqa: B009 - an annotation
    rules: dict[Flag, bool] = {
        Flag.OVERDUE: is_overdue(position, day),
        Flag.DUE_SOON: is_due_soon(position, day),
        Flag.SLIPPED: is_slipped(position, day),
        Flag.QUIET: is_quiet(position, day),
        Flag.NOT_MENTIONED: position.is_open and is_silent,
        Flag.AWAITING_ENTRY_INTO_FORCE: is_awaiting_entry_into_force(commitment, position),
    }
    return [flag for flag, holds in rules.items() if holds]


def has_no_information(position: Position, day: dt.date) -> bool:
    """Past its target without any evidence since, either way. Never a failure."""
    last, updated = position.target_last_day, position.last_update_day
    return (
        is_overdue(position, day)
        and position.assessment == Assessment.NOT_ASSESSED
        and last is not None
        and updated is not None
        and updated <= last
    )


# -- As SQL -------------------------------------------------------------------------------------


def open_q(moment: Moment) -> Q:
    stage, assessment = moment.column("stage"), moment.column("assessment")
    return ~Q(**{f"{stage}__in": [*DELIVERED_STAGES, *ENDED_STAGES]}) & ~Q(
        **{f"{assessment}__in": [*DELIVERED_ASSESSMENTS, Assessment.ABANDONED]}
    )


def overdue_q(moment: Moment) -> Q:
    return open_q(moment) & Q(**{f"{moment.column('target_last_day')}__lt": moment.day})


def due_soon_q(moment: Moment) -> Q:
    last = moment.column("target_last_day")
    return open_q(moment) & Q(
        **{f"{last}__gte": moment.day, f"{last}__lte": due_soon_until(moment.day)}
    )


def slipped_q(moment: Moment) -> Q:
    return Q(**{moment.column("has_slipped"): True})


def quiet_q(moment: Moment) -> Q:
    last, expected_by = moment.column("last_update_day"), moment.column("expected_by")
    is_old = Q(**{f"{last}__lte": quiet_since(moment.day)})
    was_expected = Q(**{f"{expected_by}__isnull": True}) | Q(**{f"{expected_by}__lte": moment.day})
    return open_q(moment) & is_old & was_expected


def silent_meetings(moment: Moment, *, parties_key: Any, level: Any, since: Any) -> MeetingQuerySet:
    """The fully recorded meetings of equal rank after a last mention: the rule of "not mentioned".

    The meeting is compared with the one that mentioned it last: exactly the same parties, the
    same level or a higher one, and wholly after the day from which silence counts. The three may
    be values or columns of an outer query.
    """
    known = known_seq(moment.known_at)
    recorded = Meeting.objects.public(known=known).fully_recorded(known=known)
    return recorded.filter(
        parties_key=parties_key,
        level__gte=level,
        first_day__gt=since,
        last_day__lte=moment.day,
    )


def passed_over(moment: Moment) -> Exists:
    """Whether a fully recorded meeting since the last mention, of equal rank, was silent on it."""
    silent = silent_meetings(
        moment,
        parties_key=OuterRef(moment.column("mention_parties_key")),
        level=OuterRef(moment.column("mention_level")),
        since=OuterRef(moment.column("silence_counts_after")),
    )
    return Exists(silent.order_by())


def not_mentioned_q(moment: Moment) -> Q:
    return open_q(moment) & Q(passed_over(moment))


def awaiting_entry_into_force_q(moment: Moment) -> Q:
    known = known_seq(moment.known_at)
    agreements = equals_q(Commitment, "instrument", known, [Instrument.AGREEMENT.value])
    return Q(**{moment.column("stage"): Stage.SIGNED}) & agreements


def may_turn_q(before: dt.date, moment: Moment) -> Q:
    """Commitments of which a flag may hold on one of two days and not on the other.

    All that came to one of their dates between the day `before` and the moment's, and some that a
    meeting of that time may have been silent about.
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


QUERIES: dict[Flag, Callable[[Moment], Q]] = {
    Flag.OVERDUE: overdue_q,
    Flag.DUE_SOON: due_soon_q,
    Flag.SLIPPED: slipped_q,
    Flag.QUIET: quiet_q,
    Flag.NOT_MENTIONED: not_mentioned_q,
    Flag.AWAITING_ENTRY_INTO_FORCE: awaiting_entry_into_force_q,
}


def as_bits(rules: Iterable[Q]) -> Combinable:
    """Which rules hold, as one number with a bit for each, the first lowest.

    A column for each would be converted one by one, row by row.
    """
    bits: Combinable = Value(0, output_field=IntegerField())
    for place, rule in enumerate(rules):
        bits += Case(When(rule, then=Value(1 << place)), default=Value(0))
    return bits


def with_silence(commitments: QuerySet[Commitment], moment: Moment) -> QuerySet[Commitment]:
    """Add what `flags_of` needs to know of meetings."""
    return commitments.annotate(was_passed_over=passed_over(moment))


def no_information_q(moment: Moment) -> Q:
    """`has_no_information` as SQL."""
    return overdue_q(moment) & Q(
        **{
            moment.column("assessment"): Assessment.NOT_ASSESSED,
            f"{moment.column('last_update_day')}__lte": F(moment.column("target_last_day")),
        }
    )
