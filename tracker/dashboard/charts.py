"""The page of charts: what the filter of the dashboard finds, in four pictures and tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.answers import public_answer
from tracker.dashboard.chart_sentences import (
    named_sentence,
    period_label,
    spelled,
    stages_sentence,
    targets_sentence,
)
from tracker.dashboard.facets import facets
from tracker.dashboard.listing import asked_for, found_sets
from tracker.filters import CommitmentFilter
from tracker.filters.words import chips, file_stem, sentence
from tracker.models import Assessment, Stage
from tracker.queries.trends import (
    Counts,
    Due,
    Named,
    parties_by_assessment,
    stages_over_time,
    targets_by_period,
    topics_by_stage,
)

# A picture of more bars is no picture; the table has them all.
MOST_BARS = 30
# The custom property of tokens.css with each colour, where it is not named after the value.
_DUE_TOKENS = {
    Due.DELIVERED: "--stage-in_effect",
    Due.OPEN: "--stage-scheduled",
    Due.OVERDUE: "--accent",
    Due.ENDED: "--stage-superseded",
}
# What does not depend on how a commitment stands, and so finds the same ones on an earlier day.
_LASTING = {"q", "instrument", "topic", "party", "updated_since", "as_of", "known_at"}


@dataclass(frozen=True, slots=True)
class Series:
    """A value of a vocabulary: one colour of the picture, one column of the table."""

    key: str
    label: str
    token: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, and where the commitments behind it are listed, if one address can say so."""

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
    """One picture with its sentence and its table; `kind` is "area" or "bars"."""

    name: str
    kind: str
    heading: str
    text: str
    note: str
    row_heading: str
    series: list[Series]
    rows: list[Row]
    told: str
    file: str
    is_ranked: bool = False  # the largest row first

    @property
    def drawn(self) -> list[Row]:
        """The rows of the picture: all of the table, or the largest of very many."""
        return self.rows[:MOST_BARS] if self.is_ranked else self.rows

    @property
    def data_id(self) -> str:
        return f"{self.name}-data"

    @property
    def data(self) -> dict[str, Any]:
        """What the script draws: the rows of the table and the names of their colours."""
        return {
            "kind": self.kind,
            "heading": self.heading,
            "told": self.told,
            "file": f"{self.file}-{self.name}.png",
            "series": [{"key": s.key, "label": s.label, "token": s.token} for s in self.series],
            "labels": [row.label for row in self.drawn],
            "counts": [[row.cells[i].count for row in self.drawn] for i in range(len(self.series))],
        }


class Common(TypedDict):
    """What the charts of one page share."""

    told: str
    file: str


def _series(vocabulary: type[TextChoices], shown: Iterable[Counts], prefix: str) -> list[Series]:
    """The values that occur, in the order of the vocabulary."""
    occur = {value for counts in shown for value in counts}
    return [
        Series(v.value, str(v.label), _DUE_TOKENS[v] if isinstance(v, Due) else prefix + v.value)
        for v in vocabulary
        if v.value in occur
    ]


def _cells(counts: Counts, series: list[Series]) -> list[Cell]:
    return [Cell(counts.get(one.key, 0)) for one in series]


def _list_href(found: CommitmentFilter, **values: str) -> str:
    """The address of the dashboard with some parameters replaced."""
    params = found.params.copy()
    for name in {"page", "sort", *found.unknown} & set(params):
        del params[name]
    for name, value in values.items():
        params[name] = value
    query = f"?{params.urlencode()}" if params else ""
    return f"{reverse('dashboard')}{query}"


def _over_time(found: CommitmentFilter, common: Common) -> Chart:
    shown = stages_over_time(found.found(), found.moment)
    series = _series(Stage, shown.values(), "--stage-")
    can_go_back = found.active.keys() <= _LASTING

    def href(day: dt.date) -> str:
        if not can_go_back:
            return ""
        is_now = day == found.moment.day
        return _list_href(found) if is_now else _list_href(found, as_of=day.isoformat())

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
            Row(spelled(day), _cells(counts, series), href(day)) for day, counts in shown.items()
        ],
        **common,
    )


def _by_target(found: CommitmentFilter, common: Common) -> Chart:
    shown = targets_by_period(found.found(), found.moment)
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
    found: CommitmentFilter,
    shown: Mapping[Named, Counts],
    series: list[Series],
    *,
    names: tuple[str, str],
    without: str,
) -> list[Row]:
    """Rows whose numbers lead to their lists; `names` are the parameters of row and column."""
    of_row, of_column = names
    rows = []
    for key, counts in shown.items():
        # With another topic chosen already, no address says "of both".
        if not key.slug or of_row in found.active:
            rows.append(Row(key.name or without, _cells(counts, series)))
            continue
        cells = [
            Cell(n, _list_href(found, **{of_row: key.slug, of_column: one.key}) if n else "")
            for one in series
            for n in (counts.get(one.key, 0),)
        ]
        rows.append(Row(key.name, cells, _list_href(found, **{of_row: key.slug})))
    return rows


def _by_topic(found: CommitmentFilter, common: Common) -> Chart:
    shown = topics_by_stage(found.found(), found.moment)
    series = _series(Stage, shown.values(), "--stage-")
    without = _("No topic")
    return Chart(
        name="topics",
        kind="bars",
        heading=_("Topics by stage"),
        text=named_sentence(shown, Stage, without=without),
        note=_("A commitment with several topics counts under each of them."),
        row_heading=_("Topic"),
        series=series,
        rows=_named_rows(found, shown, series, names=("topic", "stage"), without=without),
        is_ranked=True,
        **common,
    )


def _by_party(found: CommitmentFilter, common: Common) -> Chart:
    shown = parties_by_assessment(found.found(), found.moment)
    series = _series(Assessment, shown.values(), "--assessment-")
    without = _("No party")
    return Chart(
        name="parties",
        kind="bars",
        heading=_("Parties by assessment"),
        text=named_sentence(shown, Assessment, without=without),
        note=_(
            "A commitment counts for each of its parties; the assessment is of the commitment, "
            "not of the party."
        ),
        row_heading=_("Party"),
        series=series,
        rows=_named_rows(found, shown, series, names=("party", "assessment"), without=without),
        is_ranked=True,
        **common,
    )


def charts_of(found: CommitmentFilter) -> Collection[Chart]:
    """The four charts of what a valid filter finds; none where it finds nothing."""
    common = Common(told=sentence(found), file=file_stem(found))
    if not found.found().exists():
        return []
    return [build(found, common) for build in (_over_time, _by_target, _by_topic, _by_party)]


@public_answer
def charts(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    found = asked_for(request, today=today)
    is_valid = found.is_valid()
    context = {
        "filter": found,
        "facets": facets(found, found_sets(request, found)),
        "chips": chips(found) if is_valid else [],
        "sentence": sentence(found) if is_valid else _("Commitments"),
        "moment": found.moment,
        "charts": charts_of(found) if is_valid else [],
    }
    return render(request, "dashboard/charts.html", context)
