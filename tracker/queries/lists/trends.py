"""The data of the charts: commitments counted by month, target, topic and party.

The database or bitsets group everything, so the size of a result depends on the months, the
vocabulary, the topics and the parties, and never on the number of commitments.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    F,
    QuerySet,
    TextChoices,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from tracker.lib.bit_sets import keys
from tracker.lib.iso_sql import IsoMonth
from tracker.lib.tallies import Words, tally
from tracker.models import Commitment, Position, Stage, Standing
from tracker.queries.former_values import keys_q
from tracker.queries.lists.facet_bitsets import FacetBitsets
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import standing_q

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


def _numbered(month: str) -> int:
    """Return the number of a month of the form `2026-11`."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _moves(standings: QuerySet[Standing], day: dt.date) -> Counter[tuple[int, str]]:
    """Return by how many each stage grew or shrank in each month up to a day."""
    ended = Case(
        When(valid_to__lte=day, then=IsoMonth("valid_to")),
        default=Value(""),
        output_field=TextField(),
    )
    span = Words(IsoMonth("valid_from"), "stage", ended)
    moves: Counter[tuple[int, str]] = Counter()
    for words, count in tally(standings.filter(valid_from__lte=day), span).items():
        begun, stage, end = words.split(" ")
        moves[_numbered(begun), stage] += count
        if end:
            moves[_numbered(end), stage] -= count
    return moves


def _of(standings: QuerySet[Standing], within: int) -> QuerySet[Standing]:
    """Keep the standings of some commitments."""
    if within.bit_count() * 8 < within.bit_length():
        return standings.filter(keys_q(keys(within), of="commitment"))
    # A sum, which no index has, so that the database reads the table in its own order: standings of
    # a commitment may be written years apart, and most pages would be read several times.
    summed = standings.annotate(owner=F("commitment") + 0)
    return summed.filter(keys_q(keys(within), of="owner"))


def stages_over_time(within: int, viewpoint: Viewpoint) -> dict[dt.date, Counts]:
    """Return how many of some commitments were at each stage at the end of each month.

    `within` is their bitset, here and below, which is quicker than to evaluate a filter again.
    From the first update to the viewpoint's day, as known now or by `known_at`. It is the same set
    of commitments on every day, whichever filter they would have met then. Empty if there are none.
    One query: the standings by the months in which they began and ended.
    """
    standings = _of(Standing.objects.known(viewpoint.known), within)
    moves = sorted(_moves(standings, viewpoint.day).items())
    if not moves:
        return {}
    shown: dict[dt.date, Counts] = {}
    standing: Counter[str] = Counter()
    done = 0
    (first, _stage), _count = moves[0]
    for day in days_shown(_last_day(first), viewpoint.day):
        while done < len(moves) and moves[done][0][0] <= _month_number(day):
            (_month, stage), count = moves[done]
            standing[stage] += count
            done += 1
        shown[day] = {stage: standing[stage] for stage in Stage.values if standing[stage]}
    return shown


# -- By target ----------------------------------------------------------------------------------


def _place(key: Period | Undated) -> tuple[int, int, int]:
    """Sort periods in time, a year after its quarters, and undated ones last."""
    if isinstance(key, Period):
        return (0, key.year, key.quarter or 5)
    return (1, list(Undated).index(key), 0)


def _period(from_month: str, to_month: str) -> Period:
    """Return the period of a target from its first and last month."""
    end = _numbered(to_month)
    is_one_quarter = bool(from_month) and _numbered(from_month) // 3 == end // 3
    return Period(end // 12, end % 12 // 3 + 1 if is_one_quarter else None)


def _due(day: dt.date) -> Case:
    return Case(
        When(Position.delivered_q(), then=Value(Due.DELIVERED.value)),
        When(Position.overdue_q(day), then=Value(Due.OVERDUE.value)),
        When(Position.open_q(), then=Value(Due.OPEN.value)),
        default=Value(Due.ENDED.value),
        output_field=TextField(),
    )


def _month(day: str) -> Coalesce:
    return Coalesce(IsoMonth(day), Value(""), output_field=TextField())


def targets_by_period(within: int, viewpoint: Viewpoint) -> dict[Period | Undated, Counts]:
    """Return counts by `Due` for each period in order, then words only, then no target.

    Only periods with a target are included; a year follows its quarters. One query.
    """
    positions: QuerySet[Any]
    if viewpoint.is_past:
        positions = _of(Standing.objects.filter(standing_q(viewpoint)), within)
    else:
        positions = Commitment.objects.filter(keys_q(keys(within)))
    undated = Case(
        When(target="", then=Value(Undated.NONE.value)),
        default=Value(Undated.WORDS.value),
        output_field=TextField(),
    )
    months = _month("target_first_day"), _month("target_last_day")
    by_period: dict[Period | Undated, Counts] = {}
    for words, count in tally(positions, Words(*months, undated, _due(viewpoint.day))).items():
        from_month, to_month, unsaid, due = words.split(" ")
        key = _period(from_month, to_month) if to_month else Undated(unsaid)
        counts = by_period.setdefault(key, {})
        counts[due] = counts.get(due, 0) + count
    return dict(sorted(by_period.items(), key=lambda row: _place(row[0])))


# -- By topic and by party ----------------------------------------------------------------------


def by_facet(bitsets: FacetBitsets, within: int, *, rows: str, columns: str) -> dict[Named, Counts]:
    """Count some commitments under each of their topics or parties, by stage or assessment.

    The largest row first; those without any come last.
    """
    by_name: dict[Named, Counts] = {}
    left = within
    for slug, name in bitsets.choices[rows]:
        if here := bitsets.of(rows, slug) & within:
            by_name[Named(slug, name)] = _counted(bitsets.sets[columns], here)
            left &= ~here
    by_name = dict(sorted(by_name.items(), key=lambda row: (-sum(row[1].values()), row[0].name)))
    return {**by_name, Named("", ""): _counted(bitsets.sets[columns], left)} if left else by_name


def _counted(values: Mapping[str, int], within: int) -> Counts:
    counts = ((value, (bits & within).bit_count()) for value, bits in values.items())
    return {value: count for value, count in counts if count}
