"""The data of the charts: commitments counted by month, target, topic and party.

The database groups everything, so the size of a result depends on the months, the vocabulary, the
topics and the parties, and never on the number of commitments.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Case, CharField, Count, Q, QuerySet, TextChoices, Value, When
from django.db.models.functions import ExtractQuarter, ExtractYear, TruncMonth
from django.utils.translation import gettext_lazy as _

from tracker.models import Commitment, Position, Stage, Standing
from tracker.queries.as_published import keys_q, links_then, values_then
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_parties, public_topics

K = TypeVar("K", bound=Hashable)
# The number of commitments by vocabulary value; values that do not occur are left out.
Counts = dict[str, int]

# A longer history is shown by quarter, year or decade, to keep the chart readable.
MOST_POINTS = 120
_STEPS = (1, 3, 12, 120)  # in months


class Due(TextChoices):
    """The state of a commitment against its target on the requested day."""

    DELIVERED = "delivered", _("Delivered")
    OPEN = "open", _("Open")
    OVERDUE = "overdue", _("Overdue")
    ENDED = "ended", _("Ended")


class Undated(TextChoices):
    """Why a commitment has no dated target."""

    WORDS = "words", _("In words only")
    NONE = "none", _("No target")


@dataclass(frozen=True, slots=True)
class Period:
    """The quarter in which targets end, or the whole year where only the year is known."""

    year: int
    quarter: int | None


@dataclass(frozen=True, slots=True)
class Named:
    """A topic or a party, as a row of a chart; both empty for commitments without any."""

    slug: str
    name: str


# -- Over time ----------------------------------------------------------------------------------


def _month_number(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def _last_day(number: int) -> dt.date:
    year, month = divmod(number, 12)
    return dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def days_shown(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the last day of each month from `first` on, and then `last` itself.

    By quarter, year or decade where there would be more than `MOST_POINTS` months.
    """
    start, end = _month_number(first), _month_number(last)
    step = next((s for s in _STEPS if (end - start) / s < MOST_POINTS), _STEPS[-1])
    ends = (n for n in range(start, end) if (n + 1) % step == 0)
    return [*map(_last_day, ends), last]


def _per_month(standings: QuerySet[Standing], edge: str) -> Iterator[tuple[int, str, int]]:
    """Yield month, stage and the number of standings whose edge is in that month."""
    counted = standings.values_list(TruncMonth(edge), "stage").annotate(count=Count("pk"))
    for month, stage, count in counted:
        yield _month_number(month), stage, count


def stages_over_time(
    commitments: QuerySet[Commitment], viewpoint: Viewpoint
) -> dict[dt.date, Counts]:
    """Return how many of the commitments were at each stage at the end of each month.

    From the first update to the viewpoint's day, as known now or by `known_at`. It is the same set
    of commitments on every day, whichever filter they would have met then. Empty if there are none.
    Two queries: the standings that began, and those that ended, by month.
    """
    standings = Standing.objects.known(viewpoint.known)
    standings = standings.filter(commitment__in=commitments.order_by().values("pk"))
    begun = list(_per_month(standings.filter(valid_from__lte=viewpoint.day), "valid_from"))
    ended = list(_per_month(standings.filter(valid_to__lte=viewpoint.day), "valid_to"))
    if not begun:
        return {}
    moves = sorted([*begun, *((month, stage, -count) for month, stage, count in ended)])
    shown: dict[dt.date, Counts] = {}
    standing: Counter[str] = Counter()
    done = 0
    for day in days_shown(_last_day(moves[0][0]), viewpoint.day):
        while done < len(moves) and moves[done][0] <= _month_number(day):
            standing[moves[done][1]] += moves[done][2]
            done += 1
        shown[day] = {stage: standing[stage] for stage in Stage.values if standing[stage]}
    return shown


# -- By target ----------------------------------------------------------------------------------


def _place(key: Period | Undated) -> tuple[int, int, int]:
    """Sort periods in time, a year after its quarters, and undated ones last."""
    if isinstance(key, Period):
        return (0, key.year, key.quarter or 5)
    return (1, list(Undated).index(key), 0)


def _due(viewpoint: Viewpoint) -> Case:
    return Case(
        When(Position.delivered_q(viewpoint.at), then=Value(Due.DELIVERED.value)),
        When(Position.overdue_q(viewpoint.day, viewpoint.at), then=Value(Due.OVERDUE.value)),
        When(Position.open_q(viewpoint.at), then=Value(Due.OPEN.value)),
        default=Value(Due.ENDED.value),
        output_field=CharField(),
    )


def targets_by_period(
    commitments: QuerySet[Commitment], viewpoint: Viewpoint
) -> dict[Period | Undated, Counts]:
    """Return counts by `Due` for each period in order, then words only, then no target.

    Only periods with a target are included; a year follows its quarters. One query.
    """
    target, first, last = (
        viewpoint.column(name) for name in ("target", "target_first_day", "target_last_day")
    )
    has_words = Case(When(Q(**{target: ""}), then=Value(False)), default=Value(True))
    counted = (
        commitments.order_by()
        .values_list(
            ExtractYear(last),
            ExtractQuarter(first),
            ExtractQuarter(last),
            has_words,
            _due(viewpoint),
        )
        .annotate(count=Count("pk"))
    )
    found: dict[Period | Undated, Counts] = {}
    for year, from_quarter, to_quarter, is_said, due, count in counted:
        key: Period | Undated
        if year is None:
            key = Undated.WORDS if is_said else Undated.NONE
        else:
            key = Period(year, to_quarter if from_quarter == to_quarter else None)
        counts = found.setdefault(key, {})
        counts[due] = counts.get(due, 0) + count
    return dict(sorted(found.items(), key=lambda row: _place(row[0])))


# -- By topic and by party ----------------------------------------------------------------------


def _largest_first(counted: Iterable[tuple[Named, str, int]]) -> dict[Named, Counts]:
    found: dict[Named, Counts] = {}
    for key, value, count in counted:
        found.setdefault(key, {})[value] = count
    return dict(sorted(found.items(), key=lambda row: (-sum(row[1].values()), row[0].name)))


def _by_relation(
    commitments: QuerySet[Commitment],
    relation: str,
    public: QuerySet[Any],
    viewpoint: Viewpoint,
    by: str,
) -> dict[Named, Counts]:
    """Count by a relation and a column; commitments without that relation come last."""
    column, known = viewpoint.column(by), viewpoint.known
    rows = values_then(public.order_by(), ["slug", "name"], known)
    named = {key: Named(slug, name) for key, slug, name in rows}
    former = links_then(Commitment, relation, known)
    unordered = commitments.order_by()
    unamended = unordered.exclude(keys_q(former)) if former else unordered
    counted: Counter[tuple[Named, str]] = Counter()
    related = unamended.filter(**{f"{relation}__in": public.order_by()})
    for key, value, count in related.values_list(relation, column).annotate(count=Count("pk")):
        if key in named:
            counted[named[key], value] += count
    have_one = Commitment.objects.filter(**{f"{relation}__in": public.order_by()}).order_by()
    without = unamended.exclude(pk__in=have_one.values("pk"))
    left = Counter(dict(without.values_list(column).annotate(count=Count("pk"))))
    amended = unordered.filter(keys_q(former)).values_list("pk", column) if former else ()
    for commitment, value in amended:
        keys = [key for key in former[commitment] if key in named]
        counted.update((named[key], value) for key in keys)
        left.update([] if keys else [value])
    found = _largest_first((name, value, n) for (name, value), n in counted.items())
    return {**found, Named("", ""): dict(left)} if left else found


def topics_by_stage(commitments: QuerySet[Commitment], viewpoint: Viewpoint) -> dict[Named, Counts]:
    """Return the number of commitments of each topic at each stage, counted under every topic.

    The largest topic first. Three queries; six where `known_at` is given.
    """
    public = public_topics(viewpoint)
    return _by_relation(commitments, "topics", public, viewpoint, "stage")


def parties_by_assessment(
    commitments: QuerySet[Commitment], viewpoint: Viewpoint
) -> dict[Named, Counts]:
    """Return the assessments of the commitments of each party, counted for every party.

    The party with the most first. Three queries; six where `known_at` is given.
    """
    public = public_parties(viewpoint)
    return _by_relation(commitments, "parties", public, viewpoint, "assessment")
