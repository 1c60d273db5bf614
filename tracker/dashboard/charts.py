"""The charts page: four charts, each with its table, of the commitments that match a filter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.answers import public_answer
from tracker.dashboard.chart_sentences import (
    named_sentence,
    period_label,
    stages_sentence,
    targets_sentence,
)
from tracker.dashboard.listing import filter_context, filter_of, matched
from tracker.filters import CommitmentFilter
from tracker.filters.bitset_filter import Matches
from tracker.filters.words import file_stem, sentence
from tracker.lib.partial_dates import spelled_day
from tracker.models import Assessment, Stage
from tracker.queries.lists.trends import (
    Counts,
    Due,
    Named,
    by_facet,
    stages_over_time,
    targets_by_period,
)

# More bars would be unreadable; the table lists every row.
MOST_BARS = 30
# Custom properties of tokens.css for values that have no colour named after them.
_DUE_TOKENS = {
    Due.DELIVERED: "--stage-in_effect",
    Due.OPEN: "--stage-scheduled",
    Due.OVERDUE: "--accent",
    Due.ENDED: "--stage-superseded",
}
# Parameters that do not depend on a commitment's position, and so match the same on any day.
_TIMELESS = {"q", "instrument", "topic", "party", "updated_since", "as_of", "known_at"}


@dataclass(frozen=True, slots=True)
class Series:
    """A value of a vocabulary: one colour in the chart and one column in the table."""

    key: str
    label: str
    token: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A count, with a link to its commitments if a single address can express it."""

    count: int
    href: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    cells: list[Cell]
    href: str = ""

    @property
    def total(self) -> int:
        return sum(cell.count for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart with its text alternative and its table; `kind` is "area" or "bars"."""

    name: str
    kind: str
    heading: str
    text: str
    note: str
    row_heading: str
    series: list[Series]
    rows: list[Row]
    caption: str
    file: str
    is_ranked: bool = False  # the largest row first

    @property
    def drawn(self) -> list[Row]:
        """The rows that are drawn: all of them, or the largest of a ranked chart."""
        return self.rows[:MOST_BARS] if self.is_ranked else self.rows

    @property
    def data_id(self) -> str:
        return f"{self.name}-data"

    @property
    def data(self) -> dict[str, Any]:
        """The data for charts.js: the rows of the table and the names of their colours."""
        return {
            "kind": self.kind,
            "heading": self.heading,
            "told": self.caption,
            "file": f"{self.file}-{self.name}.png",
            "series": [{"key": s.key, "label": s.label, "token": s.token} for s in self.series],
            "labels": [row.label for row in self.drawn],
            "counts": [[row.cells[i].count for row in self.drawn] for i in range(len(self.series))],
        }


def _series(vocabulary: type[TextChoices], shown: Iterable[Counts], prefix: str) -> list[Series]:
    """Return the values that occur, in the order of the vocabulary."""
    occur = {value for counts in shown for value in counts}
    return [
        Series(v.value, str(v.label), _DUE_TOKENS[v] if isinstance(v, Due) else prefix + v.value)
        for v in vocabulary
        if v.value in occur
    ]


def _cells(counts: Counts, series: list[Series]) -> list[Cell]:
    return [Cell(counts.get(one.key, 0)) for one in series]


def _list_href(filterset: CommitmentFilter, **values: str) -> str:
    """Return the address of the dashboard with some parameters replaced."""
    params = filterset.params.copy()
    for name in {"page", "sort", *filterset.unknown} & set(params):
        del params[name]
    for name, value in values.items():
        params[name] = value
    query = f"?{params.urlencode()}" if params else ""
    return f"{reverse('dashboard')}{query}"


def _over_time(filterset: CommitmentFilter, within: int, common: dict[str, Any]) -> Chart:
    shown = stages_over_time(within, filterset.viewpoint)
    series = _series(Stage, shown.values(), "--stage-")
    can_go_back = filterset.active.keys() <= _TIMELESS

    def href(day: dt.date) -> str:
        if not can_go_back:
            return ""
        is_now = day == filterset.viewpoint.day
        return _list_href(filterset) if is_now else _list_href(filterset, as_of=day.isoformat())

    return Chart(
        name="stages",
        kind="area",
        heading=_("Stages over time"),
        text=stages_sentence(shown),
        note=_(
            "The commitments found, on the last day of each month since the first update; of each "
            "quarter, year or decade where that would be too many."
        ),
        row_heading=_("Day"),
        series=series,
        rows=[
            Row(spelled_day(day), _cells(counts, series), href(day))
            for day, counts in shown.items()
        ],
        **common,
    )


def _by_target(filterset: CommitmentFilter, within: int, common: dict[str, Any]) -> Chart:
    shown = targets_by_period(within, filterset.viewpoint)
    series = _series(Due, shown.values(), "")
    return Chart(
        name="targets",
        kind="bars",
        heading=_("What is due when"),
        text=targets_sentence(shown),
        note=_(
            "By the quarter in which the target ends, or by the year where only that is known; "
            "periods without a target are left out. Open: neither delivered nor past its target. "
            "Ended: superseded, withdrawn or abandoned."
        ),
        row_heading=_("Target"),
        series=series,
        rows=[Row(period_label(key), _cells(counts, series)) for key, counts in shown.items()],
        **common,
    )


def _named_rows(
    filterset: CommitmentFilter,
    shown: Mapping[Named, Counts],
    series: list[Series],
    *,
    names: tuple[str, str],
    without: str,
) -> list[Row]:
    """Return rows whose counts link to lists; `names` are the parameters of row and column."""
    of_row, of_column = names
    rows = []
    for key, counts in shown.items():
        # No address can express "both topics" if the filter already names one.
        if not key.slug or of_row in filterset.active:
            rows.append(Row(key.name or without, _cells(counts, series)))
            continue
        cells = [
            Cell(n, _list_href(filterset, **{of_row: key.slug, of_column: one.key}) if n else "")
            for one in series
            for n in (counts.get(one.key, 0),)
        ]
        rows.append(Row(key.name, cells, _list_href(filterset, **{of_row: key.slug})))
    return rows


def _by_name(
    filterset: CommitmentFilter,
    matches: Matches,
    names: tuple[str, type[TextChoices]],
    *,
    without: str,
    **words: Any,
) -> Chart:
    """Return the chart of topics or parties; `names` are the parameter of rows and its columns."""
    facet, vocabulary = names
    column = vocabulary.__name__.lower()
    shown = by_facet(matches.bitsets, matches.bits(), rows=facet, columns=column)
    series = _series(vocabulary, shown.values(), f"--{column}-")
    return Chart(
        kind="bars",
        text=named_sentence(shown, vocabulary, without=without),
        series=series,
        rows=_named_rows(filterset, shown, series, names=(facet, column), without=without),
        is_ranked=True,
        **words,
    )


def charts_of(filterset: CommitmentFilter, matches: Matches) -> list[Chart]:
    """Return the four charts of a valid filter, or none if nothing matches."""
    if not matches:
        return []
    common: dict[str, Any] = {"caption": sentence(filterset), "file": file_stem(filterset)}
    by_topic = _by_name(
        filterset,
        matches,
        ("topic", Stage),
        name="topics",
        heading=_("Topics by stage"),
        note=_("A commitment with several topics counts under each of them."),
        row_heading=_("Topic"),
        without=_("No topic"),
        **common,
    )
    by_party = _by_name(
        filterset,
        matches,
        ("party", Assessment),
        name="parties",
        heading=_("Parties by assessment"),
        note=_(
            "A commitment counts for each of its parties; the assessment is of the commitment, "
            "not of the party."
        ),
        row_heading=_("Party"),
        without=_("No party"),
        **common,
    )
    within = matches.bits()
    over_time = _over_time(filterset, within, common)
    return [over_time, _by_target(filterset, within, common), by_topic, by_party]


@partial(public_answer, is_costly=True)
def charts(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    filterset = filter_of(request, today=today)
    matches = matched(request, filterset)
    context = {
        **filter_context(filterset, matches),
        "charts": charts_of(filterset, matches) if matches is not None else [],
    }
    return render(request, "dashboard/charts.html", context)
