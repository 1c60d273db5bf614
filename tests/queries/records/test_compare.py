"""What changed between two days: each difference once, and the same by SQL and by row."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries

from tests.make import NOW, published_commitment, published_meeting, published_update
from tests.thorough import examples
from tracker.models import Assessment, Commitment, Firmness, Stage
from tracker.queries.records.compare import (
    Compared,
    Difference,
    Differences,
    compared_rows,
    with_differences,
)
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_commitments
from tracker.schema.vocabulary import Movement

TODAY = NOW.date()
FIRST, LAST = dt.date(2025, 1, 31), dt.date(2025, 3, 31)

pytestmark = pytest.mark.django_db


def compared(first: dt.date = FIRST, last: dt.date = LAST) -> dict[int, Compared]:
    """What changed, by the commitment's primary key."""
    since, until = Viewpoint(TODAY, as_of=first), Viewpoint(TODAY, as_of=last)
    found = with_differences(public_commitments(Viewpoint(TODAY, last)), since=since, until=until)
    return {line.row.commitment.pk: line for line in compared_rows(Differences(found)[:], until)}


def moved(before: dict[str, object], after: dict[str, object]) -> Commitment:
    """A commitment stated in January and told otherwise in March."""
    pledge = published_commitment(happened="2025-01-10", **before)
    published_update(pledge, happened="2025-03-10", **{**before, **after})
    return pledge


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        ({}, {"stage": Stage.NEGOTIATING}, Difference.MOVED),
        ({"stage": Stage.SIGNED}, {"stage": Stage.NEGOTIATING}, Difference.SET_BACK),
        ({}, {"stage": Stage.WITHDRAWN}, Difference.SET_BACK),
        ({"stage": Stage.WITHDRAWN}, {"stage": Stage.ANNOUNCED}, Difference.MOVED),
        ({}, {"stage": Stage.SUPERSEDED}, Difference.MOVED),
        ({}, {"stage": Stage.COMPLETED}, Difference.DELIVERED),
        ({}, {"assessment": Assessment.DELIVERED_LATE}, Difference.DELIVERED),
        ({}, {"assessment": Assessment.STALLED}, Difference.REASSESSED),
        ({"target": "2025-06"}, {"target": "2025-07"}, Difference.RESCHEDULED),
        ({"target": "2025-06"}, {"target": "2025"}, Difference.RESCHEDULED),
        ({"target": "2025"}, {"target": "2025-06"}, Difference.REWORDED),
        ({}, {"target": "2025-06"}, Difference.REWORDED),
        ({"target": "2025-06"}, {"target": "in due course"}, None),
        ({"firmness": Firmness.FIRM}, {"firmness": Firmness.INTENT}, Difference.REWORDED),
        ({}, {}, None),
    ],
)
def test_a_difference(
    before: dict[str, object], after: dict[str, object], difference: Difference | None
) -> None:
    pledge = moved(before, after)
    line = compared().get(pledge.pk)
    assert (line.difference if line else None) == difference


def test_what_was_stated_in_between_is_new() -> None:
    pledge = published_commitment(happened="2025-02-10")
    line = compared()[pledge.pk]
    assert (line.difference, line.before, line.movements) == (Difference.NEW, None, [])
    assert line.after.stage == Stage.ANNOUNCED


def test_old_and_new_stand_beside_each_other() -> None:
    pledge = moved({"target": "2025-06"}, {"stage": Stage.SIGNED, "target": "2025-07"})
    line = compared()[pledge.pk]
    assert line.before is not None
    assert (line.before.stage, str(line.before.target)) == ("announced", "2025-06")
    assert (line.after.stage, str(line.after.target)) == ("signed", "2025-07")
    assert line.movements == [Movement.ADVANCED, Movement.RESCHEDULED]


def test_not_mentioned_outranks_and_before_already_is_unchanged() -> None:
    first = published_meeting(date="2025-01-10")
    pledge = published_commitment(meeting=first, happened="2025-01-10")
    published_meeting(date="2025-02-10", fully_recorded=True)
    assert compared()[pledge.pk].difference == Difference.NOT_MENTIONED
    assert compared(dt.date(2025, 2, 28)) == {}
    assert compared(dt.date(2025, 1, 1))[pledge.pk].difference == Difference.NOT_MENTIONED


def test_counts_name_the_unchanged_too() -> None:
    moved({}, {"stage": Stage.SIGNED})
    moved({}, {})
    published_commitment(happened="2025-02-10")
    published_commitment(happened="2025-09-10")
    until = Viewpoint(TODAY, as_of=LAST)
    since = Viewpoint(TODAY, as_of=FIRST)
    found = with_differences(public_commitments(Viewpoint(TODAY, LAST)), since=since, until=until)
    assert Differences(found).counts == {
        Difference.NEW: 1,
        Difference.MOVED: 1,
        Difference.UNCHANGED: 1,
    }


def test_known_at_compares_what_was_known() -> None:
    pledge = published_commitment(happened="2025-01-10")
    late = NOW + dt.timedelta(days=5)
    published_update(pledge, happened="2025-03-10", stage=Stage.SIGNED, now=late)
    since, until = (Viewpoint(late.date(), as_of=day, known_at=TODAY) for day in (FIRST, LAST))
    found = public_commitments(Viewpoint(TODAY, LAST, TODAY))
    found = with_differences(found, since=since, until=until)
    assert Differences(found).counts == {Difference.UNCHANGED: 1}
    assert compared()[pledge.pk].difference == Difference.MOVED


def test_a_slice_is_what_the_database_would_give() -> None:
    afters: list[dict[str, object]] = [
        {},
        {"stage": Stage.SIGNED},
        {"stage": Stage.COMPLETED},
        {"assessment": Assessment.STALLED},
    ]
    choose = random.Random(40).choice  # noqa: S311 - made-up data
    for _ in range(12):
        moved({}, choose(afters))
    published_commitment(happened="2025-02-10")
    # So that references are not in the order of the keys.
    for place, key in enumerate(Commitment.objects.order_by("-pk").values_list("pk", flat=True)):
        Commitment.objects.filter(pk=key).update(reference=f"CT-2025-{place * 7 % 13:04}")

    since, until = Viewpoint(TODAY, as_of=FIRST), Viewpoint(TODAY, as_of=LAST)
    found = with_differences(public_commitments(until), since=since, until=until)
    in_order = found.order_by("difference", "reference").values_list("pk", "difference")
    everything = [
        (pk, difference) for pk, difference in in_order if difference != Difference.UNCHANGED
    ]
    pages = Differences(found)
    assert len(pages) == len(everything)
    for start in range(len(everything)):
        for stop in range(start, len(everything) + 2):
            there = [(c.pk, c.difference) for c in pages[start:stop]]
            assert there == everything[start:stop]


def test_queries_do_not_grow(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    moved({}, {"stage": Stage.SIGNED})
    with django_assert_num_queries(5):
        compared()
    for _ in range(3):
        moved({}, {"stage": Stage.SIGNED})
    with django_assert_num_queries(5):
        compared()


STATES = st.fixed_dictionaries(
    {
        "stage": st.sampled_from(Stage.values),
        "assessment": st.sampled_from(Assessment.values),
        "firmness": st.sampled_from(["", *Firmness.values]),
        "target": st.sampled_from([None, "2025", "2025-06", "2025-06-10", "2026", "some day"]),
    }
)
# What a row is told to have done, for each difference that the database names.
SAME = {
    Difference.DELIVERED: {Movement.DELIVERED},
    Difference.SET_BACK: {Movement.SET_BACK},
    Difference.RESCHEDULED: {Movement.RESCHEDULED},
    Difference.REWORDED: {Movement.STRENGTHENED, Movement.WEAKENED},
}


class AnyTwoStates(TestCase):
    """The group that SQL names is among the movements that the row tells."""

    @hypothesis_settings(max_examples=examples(60, thorough=300), deadline=None)
    @given(STATES, STATES)
    def test_agree(self, before: dict[str, object], after: dict[str, object]) -> None:
        pledge = moved(before, after)
        line = compared().get(pledge.pk)
        if line is None:
            return
        if line.difference in SAME:
            assert SAME[line.difference] & set(line.movements), (line, line.movements)
        for movement in (Movement.DELIVERED, Movement.SET_BACK):
            if movement in line.movements:
                assert line.difference in {Difference.DELIVERED, Difference.SET_BACK}
