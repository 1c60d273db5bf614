"""What the charts count, against plain Python over the same commitments one by one."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.db.models import QuerySet
from django.http import QueryDict
from pytest_django import DjangoAssertNumQueries

from tests.make import (
    first_update,
    make_party,
    make_topic,
    published_commitment,
    published_correction,
    published_update,
)
from tracker.filters import CommitmentFilter
from tracker.lib.bit_sets import from_keys
from tracker.models import Assessment, Commitment, Stage
from tracker.queries.lists.facet_bitsets import facet_bitsets_at
from tracker.queries.lists.trends import (
    Counts,
    Due,
    Named,
    Period,
    Undated,
    by_facet,
    days_shown,
    stages_over_time,
    targets_by_period,
)
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import log_head, position_of, public_commitments

QUERIES = [
    "",
    "as_of=2025-11-01",
    "as_of=2025-10-31",
    "as_of=2026-02-24&known_at=2026-11-22",
    "known_at=2026-11-22&assessment=delivered",
    "stage=announced&topic=cyber-and-hybrid-threats&topic=space",
    "party=canada&flag=not_mentioned",
    "flag=overdue&flag=due_soon",
    "q=agreement&sort=-target",
    "meeting=2026-02-25-second-2plus2-ministerial&firmness=firm",
    "as_of=1999-01-01",
]


def found_by(query: str, today: dt.date) -> CommitmentFilter:
    found = CommitmentFilter(QueryDict(query), today=today)
    assert found.is_valid(), found.errors
    return found


def plain_stages(found: CommitmentFilter) -> dict[dt.date, Counts]:
    """Look back to each day on its own, and count."""
    moment, keys = found.viewpoint, list(found.qs.values_list("pk", flat=True))

    def on(day: dt.date) -> Counts:
        there = public_commitments(Viewpoint(day, day, moment.known_at)).filter(pk__in=keys)
        return dict(Counter(position_of(commitment).stage for commitment in there))

    day, months = dt.date(2020, 1, 1), []
    while day <= moment.day:
        day = (day + dt.timedelta(days=31)).replace(day=1)
        months.append(min(day - dt.timedelta(days=1), moment.day))
    counted = {day: on(day) for day in months}
    return {day: counts for day, counts in counted.items() if counts}


def plain_due(commitment: Commitment, day: dt.date) -> str:
    position = position_of(commitment)
    if position.is_delivered:
        return Due.DELIVERED
    if position.is_overdue(day):
        return Due.OVERDUE
    return Due.OPEN if position.is_open else Due.ENDED


def plain_period(commitment: Commitment) -> Period | Undated:
    target = position_of(commitment).target
    if target is None:
        return Undated.NONE
    if target.year is None:
        return Undated.WORDS
    return Period(target.year, None if target.month is None else (target.month + 2) // 3)


def tally(pairs: list[tuple[object, str]]) -> dict[object, Counts]:
    counted: dict[object, Counts] = {}
    for (key, value), count in Counter(pairs).items():
        counted.setdefault(key, {})[value] = count
    return counted


def named(things: list[object]) -> list[Named]:
    return [Named(thing.slug, thing.name) for thing in things] or [Named("", "")]


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("query", QUERIES)
def test_the_figures_are_those_of_the_commitments_one_by_one(query: str, today: dt.date) -> None:
    found = found_by(query, today)
    moment, listed = found.viewpoint, list(found.qs)

    assert stages_over_time(bits(found.qs), moment) == plain_stages(found)
    assert targets_by_period(bits(found.qs), moment) == tally(
        [(plain_period(c), plain_due(c, moment.day)) for c in listed]
    )
    assert topics_by_stage(found.qs, moment) == tally(
        [(key, position_of(c).stage) for c in listed for key in named(list(c.topics.public()))]
    )
    assert parties_by_assessment(found.qs, moment) == tally(
        [
            (key, position_of(c).assessment)
            for c in listed
            for key in named(list(c.parties.public()))
        ]
    )


@pytest.mark.usefixtures("shipped_register")
def test_the_shipped_register(today: dt.date) -> None:
    found = found_by("", today)
    over_time = stages_over_time(bits(found.qs), found.viewpoint)
    assert len(over_time) == 44
    assert next(iter(over_time)) == dt.date(2023, 4, 30)
    assert list(over_time)[-2:] == [dt.date(2026, 10, 31), dt.date(2026, 11, 22)]
    assert over_time[dt.date(2025, 10, 31)] == {"announced": 13, "concluded": 1}
    assert list(targets_by_period(bits(found.qs), found.viewpoint).items()) == [
        (Period(2026, 1), {"overdue": 1}),
        (Period(2026, None), {"open": 1}),
        (Period(2028, None), {"open": 1}),
        (Undated.WORDS, {"open": 1, "delivered": 1}),
        (Undated.NONE, {"open": 20}),
    ]
    largest = next(iter(topics_by_stage(found.qs, found.viewpoint)))
    assert largest == Named("defence-cooperation", "Defence co-operation")


def bits(commitments: QuerySet[Commitment]) -> int:
    return from_keys(commitments.values_list("pk", flat=True))


def by_name(
    commitments: QuerySet[Commitment], moment: Viewpoint, *, rows: str, columns: str
) -> dict[Named, Counts]:
    sets = facet_bitsets_at(log_head(), moment)
    return by_facet(sets, bits(commitments), rows=rows, columns=columns)


def topics_by_stage(commitments: QuerySet[Commitment], moment: Viewpoint) -> dict[Named, Counts]:
    return by_name(commitments, moment, rows="topic", columns="stage")


def parties_by_assessment(
    commitments: QuerySet[Commitment], moment: Viewpoint
) -> dict[Named, Counts]:
    return by_name(commitments, moment, rows="party", columns="assessment")


def on(day: str, *, as_of: str = "", known_at: str = "") -> Viewpoint:
    read = dt.date.fromisoformat
    return Viewpoint(
        read(day), read(as_of) if as_of else None, read(known_at) if known_at else None
    )


def over_time(moment: Viewpoint) -> list[tuple[str, Counts]]:
    commitments = public_commitments(moment)
    shown = stages_over_time(bits(commitments), moment)
    return [(day.isoformat(), counts) for day, counts in shown.items()]


@pytest.mark.usefixtures("db")
def test_a_history_that_goes_back_and_is_corrected_later() -> None:
    june, july = (dt.datetime(2026, month, 10, tzinfo=dt.UTC) for month in (6, 7))
    agreement = published_commitment(happened="2026-01-15", now=june)
    signed = published_update(agreement, happened="2026-03-02", stage=Stage.SIGNED, now=june)
    published_update(agreement, happened="2026-03-31", stage=Stage.NEGOTIATING, now=june)
    published_commitment(happened="2026-02", stage=Stage.SCHEDULED, now=july)
    published_correction(signed, stage=Stage.CONCLUDED, happened="2026-02-20", now=july)

    assert over_time(on("2026-05-04")) == [
        ("2026-01-31", {"announced": 1}),
        ("2026-02-28", {"scheduled": 1, "concluded": 1}),
        ("2026-03-31", {"negotiating": 1, "scheduled": 1}),
        ("2026-04-30", {"negotiating": 1, "scheduled": 1}),
        ("2026-05-04", {"negotiating": 1, "scheduled": 1}),
    ]
    assert over_time(on("2026-08-01", as_of="2026-03-30", known_at="2026-06-30")) == [
        ("2026-01-31", {"announced": 1}),
        ("2026-02-28", {"announced": 1}),
        ("2026-03-30", {"signed": 1}),
    ]
    assert over_time(on("2026-08-01", as_of="2026-02-19")) == [
        ("2026-01-31", {"announced": 1}),
        ("2026-02-19", {"announced": 1, "scheduled": 1}),
    ]
    assert over_time(on("2026-08-01", known_at="2026-06-09")) == []


@pytest.mark.usefixtures("db")
def test_targets_of_every_precision_and_outcome() -> None:
    for target, stage, assessment in [
        ("2026-03-31", Stage.ANNOUNCED, Assessment.NOT_ASSESSED),
        ("2026-02", Stage.COMPLETED, Assessment.DELIVERED_LATE),
        ("2026-01", Stage.WITHDRAWN, Assessment.NOT_ASSESSED),
        ("2026-01", Stage.SIGNED, Assessment.ABANDONED),
        ("2026", Stage.ANNOUNCED, Assessment.ON_TRACK),
        ("2026-12", Stage.ANNOUNCED, Assessment.DELIVERED),
        ("soon", Stage.ANNOUNCED, Assessment.NOT_ASSESSED),
        (None, Stage.ANNOUNCED, Assessment.STALLED),
    ]:
        published_commitment(happened="2025-05", target=target, stage=stage, assessment=assessment)
    assert list(targets_by_period(bits(public_commitments()), on("2026-04-01")).items()) == [
        (Period(2026, 1), {"delivered": 1, "overdue": 1, "ended": 2}),
        (Period(2026, 4), {"delivered": 1}),
        (Period(2026, None), {"open": 1}),
        (Undated.WORDS, {"open": 1}),
        (Undated.NONE, {"open": 1}),
    ]


@pytest.mark.usefixtures("db")
def test_only_public_topics_and_parties_are_named_and_none_is_forgotten() -> None:
    cyber = make_topic(slug="cyber", name="Cyber")
    both = published_commitment(topics=[cyber, make_topic(slug="space", name="Space")])
    published_commitment(topics=[cyber], assessment=Assessment.DELIVERED)
    published_commitment()
    both.topics.add(make_topic(slug="draft", name="Draft"))
    both.parties.add(make_party(code="XYZ"))
    moment = on("2026-11-22")
    assert list(topics_by_stage(public_commitments(), moment).items()) == [
        (Named("cyber", "Cyber"), {"announced": 2}),
        (Named("space", "Space"), {"announced": 1}),
        (Named("", ""), {"announced": 1}),
    ]
    canada, korea = Named("canada", "Canada"), Named("republic-of-korea", "Republic of Korea")
    counts = {"not_assessed": 2, "delivered": 1}
    assert list(parties_by_assessment(public_commitments(), moment).items()) == [
        (canada, counts),
        (korea, counts),
    ]


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("2026-02-25", "2026-02-25", ["2026-02-25"]),
        ("2026-01-31", "2026-02-28", ["2026-01-31", "2026-02-28"]),
        ("2025-12-01", "2026-02-01", ["2025-12-31", "2026-01-31", "2026-02-01"]),
    ],
)
def test_the_days_are_ends_of_months_and_the_last(first: str, last: str, shown: list[str]) -> None:
    days = days_shown(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert [day.isoformat() for day in days] == shown


@pytest.mark.parametrize(
    ("first", "beginning", "number"),
    [
        ("2016-12-01", ["2016-12-31", "2017-01-31"], 120),
        ("2016-11-01", ["2016-12-31", "2017-03-31"], 41),
        ("1963-01-14", ["1963-12-31", "1964-12-31"], 64),
        ("1215-06-15", ["1219-12-31", "1229-12-31"], 82),
    ],
)
def test_a_long_history_has_fewer_days_than_months(
    first: str, beginning: list[str], number: int
) -> None:
    days = days_shown(dt.date.fromisoformat(first), dt.date(2026, 11, 22))
    assert [day.isoformat() for day in days[:2]] == beginning
    assert days[-1] == dt.date(2026, 11, 22)
    assert len(days) == number


@pytest.mark.usefixtures("db")
def test_counting_takes_as_many_queries_whatever_the_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for rows in (1, 3):
        for _ in range(rows):
            commitment = published_commitment(topics=[make_topic()])
            published_update(commitment, stage=Stage.SIGNED, happened="2026-05")
            published_correction(first_update(commitment), stage=Stage.PREPARING)
        commitments, moment = public_commitments(), on("2026-11-22")
        facet_bitsets_at(log_head(), moment)
        with django_assert_num_queries(8):  # two are of the head, and four of the keys
            stages_over_time(bits(commitments), moment)
            targets_by_period(bits(commitments), moment)
            topics_by_stage(commitments, moment)
            parties_by_assessment(commitments, moment)
