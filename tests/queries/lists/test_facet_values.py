"""The bitsets of an earlier viewpoint are the same with and without those of today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import pytest
from django.db.models import Q

from tests import make
from tests.filters.test_bitset_filter import ACTS
from tracker.actions.amend import amend
from tracker.actions.correct import retract_commitment
from tracker.models import Commitment, Topic
from tracker.queries.lists.facet_values import Today, read
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import log_head

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped_register")]

DAY = dt.date(2026, 11, 22)


def at(known: int | None, as_of: dt.date | None) -> Viewpoint:
    viewpoint = Viewpoint(DAY, as_of, None if known is None else DAY)
    viewpoint.__dict__["known"] = known
    return viewpoint


def without_empty(
    found: tuple[int, Mapping[str, Mapping[str, int]]],
) -> tuple[int, dict[str, dict[str, int]]]:
    everything, sets = found
    return everything, {f: {v: b for v, b in values.items() if b} for f, values in sets.items()}


def compare(known: int | None) -> None:
    today = Today(*read(Viewpoint(DAY), Q()))
    for as_of in (None, dt.date(2025, 11, 1), dt.date(2026, 3, 1), DAY):
        viewpoint = at(known, as_of)
        plain = without_empty(read(viewpoint, Q()))
        assert without_empty(read(viewpoint, Q(), today=today)) == plain


def _amended() -> None:
    one = Commitment.objects.public().order_by("pk")[3]
    amend(one, values={"topics": [make.make_topic()]}, reason="It is.", now=make.NOW)


def _renamed_topic() -> None:
    topic = Topic.objects.public().order_by("pk")[0]
    amend(topic, values={"slug": "another-address"}, reason="It is.", now=make.NOW)


@pytest.mark.parametrize("act", [*ACTS, _amended, _renamed_topic])
def test_after_any_act(act: Callable[[], object]) -> None:
    known = log_head().seq
    compare(known // 2)
    act()
    for line in (None, known // 3, known, log_head().seq):
        compare(line)


def test_of_a_commitment_that_is_not_there_any_more() -> None:
    known = log_head().seq
    for one in Commitment.objects.public()[:3]:
        retract_commitment(one, reason="Not a promise.", now=make.NOW)
    compare(known)
    everything, sets = read(at(known, None), Q())
    assert everything.bit_count() == Commitment.objects.public().count() + 3
    assert sum(bits.bit_count() for bits in sets["stage"].values()) == everything.bit_count()
