"""A query composed once reads what its queryset reads, each time with other values."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from tests.make import NOW, make_topic, published_commitment, published_meeting, published_update
from tracker.lib.composed import Composed, prefetched
from tracker.models import Change, Citation, Commitment, StatusUpdate, Topic

pytestmark = pytest.mark.django_db


def _updates(
    *, commitment: Any, as_of: Any = None, before: Any = None
) -> models.QuerySet[StatusUpdate]:
    found = StatusUpdate.objects.filter(commitment=commitment).order_by("number")
    if as_of is not None:
        found = found.filter(happened_first_day__lte=as_of)
    if before is not None:
        found = found.filter(published_at__lt=before)
    return found.select_related("meeting", "party", "corrects").annotate(
        cited=models.Count("citations")
    )


def everything(update: StatusUpdate) -> dict[str, Any]:
    told = {f.attname: getattr(update, f.attname) for f in StatusUpdate._meta.fields}
    meeting = update.meeting
    about = meeting and {f.attname: getattr(meeting, f.attname) for f in meeting._meta.fields}
    return {**told, "its meeting": about, "cited": getattr(update, "cited")}  # noqa: B009


@pytest.fixture
def two() -> list[Commitment]:
    told = []
    for number in (1, 2):
        one = published_commitment(happened="2025-01-10", target="2026-03")
        published_update(one, happened=f"2026-0{number}-01", meeting=published_meeting())
        told.append(one)
    return told


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"as_of": dt.date(2026, 1, 15)},
        {"before": NOW + dt.timedelta(days=1)},
        {"as_of": dt.date(2026, 12, 31), "before": NOW - dt.timedelta(days=1)},
    ],
)
def test_it_reads_what_the_queryset_reads(two: list[Commitment], asked: dict[str, Any]) -> None:
    composed: Composed[StatusUpdate] = Composed(_updates)
    values = {"as_of": None, "before": None, **asked}
    for one in (*two, *two):
        read = composed(commitment=one.pk, **values)
        plain = list(_updates(commitment=one.pk, **values))
        assert read == plain
        assert [everything(u) for u in read] == [everything(u) for u in plain]


def test_it_takes_one_query_and_relations_are_there(two: list[Commitment]) -> None:
    composed: Composed[StatusUpdate] = Composed(_updates)
    composed(commitment=two[0].pk, as_of=None, before=None)
    with CaptureQueriesContext(connection) as queries:
        told = composed(commitment=two[1].pk, as_of=None, before=None)
        assert [u.meeting and u.meeting.title for u in told]
    assert len(queries) == 1


def test_it_is_composed_once_for_the_values_that_are_given(two: list[Commitment]) -> None:
    asked = []

    def make(**values: Any) -> models.QuerySet[StatusUpdate]:
        asked.append([name for name, value in values.items() if value is not None])
        return _updates(**values)

    composed: Composed[StatusUpdate] = Composed(make)
    for _ in range(3):
        composed(commitment=two[0].pk, as_of=None, before=None)
        composed(commitment=two[0].pk, as_of=dt.date(2026, 1, 1), before=None)
    assert asked == [["commitment"], ["commitment", "as_of"]]


def test_texts_lists_and_payloads_come_as_from_a_queryset(two: list[Commitment]) -> None:
    def names(*, slug: Any) -> models.QuerySet[Any, tuple[Any, ...]]:
        return Commitment.objects.filter(slug=slug).values_list("reference", "target")

    assert Composed[tuple[Any, ...]](names)(slug=two[1].slug) == list(names(slug=two[1].slug))
    assert Composed[Any](names)(slug="’; -- %s") == []
    log = Composed[Change](lambda *, seq: Change.objects.filter(seq__gte=seq).order_by("seq")[:2])
    for seq in (1, 2):
        plain = list(Change.objects.filter(seq__gte=seq).order_by("seq")[:2])
        assert [(c.seq, c.payload, c.recorded_at) for c in log(seq=seq)] == [
            (c.seq, c.payload, c.recorded_at) for c in plain
        ]


def test_what_finds_nothing_by_its_making_finds_nothing() -> None:
    assert Composed[Topic](lambda *, key: Topic.objects.filter(pk=key, slug__in=[]))(key=1) == []


def test_it_refuses_to_prefetch() -> None:
    composed = Composed[Commitment](
        lambda *, key: Commitment.objects.filter(pk=key).prefetch_related("topics")
    )
    with pytest.raises(ValueError, match="prefetches nothing"):
        composed(key=1)


@pytest.mark.django_db(transaction=True)
def test_a_statement_serves_every_thread() -> None:
    one = published_commitment()
    composed = Composed[Commitment](lambda *, key: Commitment.objects.filter(pk=key))
    composed(key=one.pk)
    found: list[list[Commitment]] = []

    def read() -> None:
        found.append(composed(key=one.pk))
        connection.close()

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[one]] * 4


def test_what_was_read_stands_where_a_prefetch_leaves_it() -> None:
    one = published_commitment(topics=[make_topic(slug="cyber")])
    update = one.updates.get()
    citation = Citation.objects.get(update=update)
    with CaptureQueriesContext(connection) as queries:
        prefetched(update, "citations", [citation], model=Citation)
        prefetched(one, "topics", [], model=Topic)
        assert list(update.citations.all()) == [citation]
        assert list(one.topics.all()) == []
        assert not one.topics.all()
    assert len(queries) == 0
