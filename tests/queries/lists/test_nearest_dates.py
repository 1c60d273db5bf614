"""The dates nearest to a day, and the meetings that a filter selects, are those of a plain look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import product

import pytest
from django.http import QueryDict

from tests import make
from tests.make import NOW
from tracker.actions.correct import retract_commitment
from tracker.feeds.calendar import dated_meetings, retracted_commitments
from tracker.filters import CommitmentFilter
from tracker.filters.bitset_filter import Matches
from tracker.models import Commitment, Meeting, Standing
from tracker.queries.lists import nearest_dates
from tracker.queries.lists.facet_bitsets import facet_bitsets_at
from tracker.queries.lists.facet_values import TARGET_KNOWN
from tracker.queries.visibility import log_head, public_updates

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 11, 21)
QUERIES = ("", "stage=signed", "q=promise", "q=promise&party=norway", "flag=slipped", "q=nothing")


@pytest.fixture
def register() -> None:
    norway = make.make_party(slug="norway")
    held = [
        make.published_meeting(title=f"Held in {year}", date=f"{year}-03-01")
        for year in (2001, 2026, 2031)
    ]
    for year in range(2020, 2033):
        make.published_commitment(
            title=f"A promise for {year}" if year % 2 else f"A plan for {year}",
            target=f"{year}-{1 + year % 12:02}",
            stage="signed" if year % 3 else "announced",
            meeting=held[year % 3],
            parties=[norway, make.make_party()] if year % 5 else None,
        )
    given_up = make.published_commitment(title="A promise given up", target="2026-11")
    make.published_update(given_up, target="later, without a date", happened="2026-11-01")
    gone = make.published_commitment(title="A promise never made", target="2026-12")
    retract_commitment(gone, reason="Not so.", now=NOW)
    # No action retracts a meeting, but the calendar is ready for one.
    Meeting.objects.filter(pk=held[0].pk).update(retracted_seq=log_head().seq)


def filtered(query: str) -> tuple[CommitmentFilter, Matches]:
    filterset = CommitmentFilter(QueryDict(query), today=NOW.date())
    assert filterset.is_valid()
    return filterset, Matches(filterset, facet_bitsets_at(log_head(), filterset.viewpoint))


def plain_commitments(filterset: CommitmentFilter) -> set[int]:
    """What was ever published and a valid filter matches, with a target now or once."""
    published = Commitment.objects.published()
    for name, value in filterset.form.cleaned_data.items():
        published = filterset.filters[name].filter(published, value)
    dated = Standing.objects.filter(target_last_day__isnull=False).values("commitment")
    return set(published.filter(pk__in=dated).values_list("pk", flat=True))


def plain_meetings(filterset: CommitmentFilter) -> set[int]:
    mentions = public_updates().filter(commitment__in=filterset.qs.order_by().values("pk"))
    meetings = Meeting.objects.published()
    if "party" in filterset.active:
        meetings = meetings.filter(parties__slug__in=filterset.form.cleaned_data["party"])
    if filterset.active.keys() - {"party"}:
        meetings = meetings.filter(pk__in=mentions.order_by().values("meeting"))
    return set(meetings.values_list("pk", flat=True))


def near_commitments(keys: set[int]) -> Iterator[tuple[int, str, str, int]]:
    for record in Commitment.objects.filter(pk__in=keys, target_last_day__isnull=False):
        assert record.target_last_day is not None
        yield abs((record.target_last_day - DAY).days), "commitment", record.reference, record.pk


def near_meetings(keys: set[int]) -> Iterator[tuple[int, str, str, int]]:
    for record in Meeting.objects.filter(pk__in=keys):
        assert record.last_day is not None
        yield abs((record.last_day - DAY).days), "meeting", record.slug, record.pk


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("few", [0, 5_000])
def test_the_nearest_are_those_of_all_sorted(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest_dates, "_FEW", few)
    for query, most in product(QUERIES, (1, 3, 8, 1_000)):
        monkeypatch.setattr(nearest_dates, "MOST_EVENTS", most)
        filterset, matches = filtered(query)
        chosen = nearest_dates.nearest(
            matches.bits(),
            with_target=matches.bitsets.of(TARGET_KNOWN, TARGET_KNOWN),
            retracted=retracted_commitments(filterset),
            meetings=dated_meetings(filterset, matches),
            day=DAY,
        )
        commitments, meetings = plain_commitments(filterset), plain_meetings(filterset)
        is_cut = len(commitments) + len(meetings) > most
        if is_cut:
            near = sorted([*near_commitments(commitments), *near_meetings(meetings)])[:most]
            commitments = {key for _days, kind, _name, key in near if kind == "commitment"}
            meetings = {key for _days, kind, _name, key in near if kind == "meeting"}
        found = (set(chosen.commitments), set(chosen.meetings))
        assert found == (commitments, meetings), (query, most)
        assert chosen.is_cut == is_cut, (query, most)
