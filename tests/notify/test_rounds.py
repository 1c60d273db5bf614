"""Many subscriptions: each filter is evaluated once, and who is owed nothing is skipped."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.make import (
    NOW,
    make_topic,
    published_commitment,
    published_meeting,
    published_update,
)
from tests.notify.emailing import at, make_email
from tests.notify.subscriptions import make_webhook
from tracker.models import (
    Channel,
    Delivery,
    Frequency,
    Outcome,
    Stage,
    Subscription,
    SubscriptionState,
)
from tracker.notify import rounds
from tracker.notify.deliver import deliver_due
from tracker.notify.mail_server import MailServer
from tracker.notify.rounds import Round
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, list[str]]]:
    """The filters that were evaluated, by their parameters."""
    filters: list[dict[str, list[str]]] = []
    original = rounds.followed_lines

    def note(filterset: Any, **options: Any) -> Any:
        filters.append(filterset.active)
        return original(filterset, **options)

    monkeypatch.setattr(rounds, "followed_lines", note)
    return filters


def subscribe(number: int, **overrides: Any) -> list[Subscription]:
    """So many of them, by e-mail to different addresses."""
    values = {"cursor": log_head().seq} | overrides
    first = Subscription.objects.count()
    return [make_email(address=f"r{first + n}@example.org", **values) for n in range(number)]


def cursors() -> set[int]:
    return set(Subscription.objects.values_list("cursor", flat=True))


def test_each_filter_is_evaluated_once_for_all_who_follow_it(
    evaluated: list[dict[str, list[str]]],
) -> None:
    cyber, trade = make_topic(slug="cyber"), make_topic(slug="trade")
    published_commitment(topics=[cyber, trade])
    for query in ("topic=cyber", "topic=trade", "kind=correction"):
        subscribe(5, query=query)
    published_commitment(topics=[cyber])
    assert deliver_due(clock=at(NOW)) == 5
    assert sorted(map(str, evaluated)) == [
        "{'kind': ['correction']}",
        "{'topic': ['cyber']}",
        "{'topic': ['trade']}",
    ]
    assert len(mail.outbox) == 5
    assert cursors() == {log_head().seq}


def test_a_filter_spelled_in_several_ways_is_one(evaluated: list[dict[str, list[str]]]) -> None:
    topics = [make_topic(slug=slug) for slug in ("cyber", "trade")]
    named = published_commitment(topics=topics, reference="CAN-KOR-2025-001")
    for query in (
        "commitment=CAN-KOR-2025-001&kind=status&topic=cyber&topic=trade",
        "topic=trade&topic=cyber&kind=status&commitment=CAN-KOR-2025-001",
        f"topic=trade&kind=status&commitment={named.slug}&topic=cyber&topic=trade&stage=",
        f"sort=-updated&commitment={named.slug}&kind=status&topic=cyber&topic=trade&page=2",
    ):
        subscribe(2, query=query)
    published_update(named, happened="2026-03-01", stage=Stage.SIGNED)
    assert deliver_due(clock=at(NOW)) == 8
    assert len(evaluated) == 1


def statements(others: int) -> int:
    """The statements of delivering one line to one subscription beside others owed nothing."""
    Subscription.objects.all().delete()
    subscribe(1)
    for frequency in Frequency:
        subscribe(others, query="kind=correction", frequency=frequency)
    for number in range(others):
        make_webhook(
            address=f"https://r{number}.example.org/", query="kind=mention", cursor=log_head().seq
        )
    published_commitment()
    with CaptureQueriesContext(connection) as captured:
        assert deliver_due(clock=at(NOW)) == 1
    assert cursors() == {log_head().seq}
    return len(captured)


def test_those_owed_nothing_cost_no_statement_each() -> None:
    make_topic(slug="cyber")
    assert statements(1) == statements(30)


def test_those_skipped_look_again_when_their_next_message_may_come() -> None:
    by_frequency = {
        frequency: subscribe(1, query="kind=correction", frequency=frequency)[0]
        for frequency in Frequency
    }
    webhook = make_webhook(query="kind=correction")
    published_commitment()
    assert deliver_due(clock=at(NOW)) == 0
    rows = {row.pk: row for row in Subscription.objects.all()}
    morning = dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)  # a Monday
    next_times = {name: rows[row.pk].next_attempt_at for name, row in by_frequency.items()}
    assert next_times == {"immediate": NOW, "daily": morning, "weekly": morning}
    assert rows[webhook.pk].next_attempt_at == NOW
    assert cursors() == {log_head().seq}


def test_cursors_that_differ_are_owed_different_lines(
    evaluated: list[dict[str, list[str]]],
) -> None:
    behind = make_webhook(address="https://behind.example.org/", query="kind=status")
    published_commitment()
    failed = make_webhook(
        address="https://failed.example.org/",
        query="kind=status",
        cursor=log_head().seq,
        next_attempt_at=NOW + DAY,
        failures=1,
    )
    published_commitment()
    new = make_webhook(
        address="https://new.example.org/", query="kind=status", cursor=log_head().seq
    )
    published_commitment()
    head = log_head().seq
    round = Round(head=head, today=NOW.date(), mail_server=MailServer())
    owed = {
        row.address: list(round.owed(row.query, after=row.cursor)) for row in (behind, failed, new)
    }
    assert owed == {
        behind.address: [2, 4, 6],
        failed.address: [4, 6],
        new.address: [6],
    }
    assert len(evaluated) == 1


def test_more_lines_than_are_found_at_a_time_are_all_owed(
    monkeypatch: pytest.MonkeyPatch, evaluated: list[dict[str, list[str]]]
) -> None:
    monkeypatch.setattr(rounds, "_AT_ONCE", 2)
    for _ in range(3):
        published_commitment()
    round = Round(head=5, today=NOW.date(), mail_server=MailServer())
    assert list(round.owed("", after=0)) == [1, 2, 3, 4, 5]
    assert list(round.owed("", after=1, to=4)) == [2, 3, 4]
    assert list(round.owed("", after=3)) == [4, 5]
    assert list(round.owed("", after=5)) == []
    assert len(evaluated) == 3


def skip() -> None:
    round = Round(head=log_head().seq, today=NOW.date(), mail_server=MailServer())
    round.skip(list(Channel), clock=at(NOW))


def test_whoever_is_not_due_or_has_begun_a_message_stays_where_it_is() -> None:
    nothing = {"query": "kind=correction", "cursor": 0}
    published_commitment()
    [idle] = subscribe(1, **nothing)
    subscribe(1, **nothing, next_attempt_at=NOW + DAY)
    subscribe(1, **nothing, lease_until=NOW + dt.timedelta(seconds=1))
    subscribe(1, **nothing, batch_end=1)
    subscribe(1, **nothing, state=SubscriptionState.PENDING)
    subscribe(1, **nothing, state=SubscriptionState.STOPPED, stopped_because="Enough.")
    subscribe(1, cursor=0)  # owed everything
    skip()
    moved = Subscription.objects.filter(cursor=log_head().seq)
    assert list(moved) == [idle]


def test_one_that_is_set_back_while_others_are_skipped_misses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its cursor is set to the beginning after its filter was found to be owed nothing."""
    published_commitment()
    subscribe(2, query="kind=status")
    replayed = Subscription.objects.latest("pk")
    published_meeting()
    original = Round._is_idle

    def set_back(self: Round, cursor: int, query: str) -> bool:
        Subscription.objects.filter(pk=replayed.pk).update(cursor=0)
        return original(self, cursor, query)

    with monkeypatch.context() as context:
        context.setattr(Round, "_is_idle", set_back)
        skip()
    replayed.refresh_from_db()
    assert replayed.cursor == 0
    assert deliver_due(clock=at(NOW)) == 1
    assert Delivery.objects.get().subscription == replayed


def test_many_places_are_skipped_in_few_statements() -> None:
    """More cursors than one statement of SQLite could have conditions."""
    for _ in range(3):
        published_commitment()
    head = log_head().seq
    Subscription.objects.bulk_create(
        Subscription(
            channel=Channel.EMAIL,
            state=SubscriptionState.ACTIVE,
            address=f"many{number}@example.org",
            query=f"kind=correction&x={number}",
            cursor=number % head,
            created_at=NOW,
            next_attempt_at=NOW,
        )
        for number in range(1_000)
    )
    with CaptureQueriesContext(connection) as captured:
        skip()
    updates = [query for query in captured if query["sql"].startswith("UPDATE")]
    assert len(updates) == 2
    assert cursors() == {head}


def test_filters_that_take_too_long_are_left_for_later_and_nobody_is_forgotten() -> None:
    """Responses to messages under way wait meanwhile, and their leases must not run out."""
    topics = [make_topic(slug=f"topic-{number}") for number in range(5)]
    published_commitment(topics=topics)
    head = log_head().seq
    for topic in topics:
        subscribe(1, query=f"kind=correction&topic={topic.slug}", cursor=0)
    seconds = count(step=8)
    round = Round(head=head, today=NOW.date(), mail_server=MailServer())
    round.skip(list(Channel), clock=lambda: NOW + dt.timedelta(seconds=next(seconds)))
    assert Subscription.objects.filter(cursor=head).count() == 2
    assert deliver_due(clock=at(NOW + DAY)) == 0
    assert cursors() == {head}


def test_a_message_begun_by_one_that_read_further_waits_for_its_last_line() -> None:
    """It was to say what came up to line 4; a round up to line 2 would leave half of that out."""
    published_commitment()
    subscription = make_email(cursor=0, batch_end=4)
    assert not Subscription.objects.due(now=NOW, head=2).exists()
    published_commitment()
    assert deliver_due(clock=at(NOW)) == 1
    delivery = Delivery.objects.get()
    assert delivery.message_id == f"{subscription.key.hex}.1-4"
    assert "4 changes" in mail.outbox[0].subject


def test_what_all_who_follow_a_filter_are_sent_is_made_once() -> None:
    published_commitment()
    subscribe(1, query="kind=status", cursor=0, with_overdue=True)
    with CaptureQueriesContext(connection) as one:
        deliver_due(clock=at(NOW))
    Subscription.objects.all().delete()
    subscribe(11, query="kind=status", cursor=0, with_overdue=True)
    with CaptureQueriesContext(connection) as eleven:
        deliver_due(clock=at(NOW))
    bodies = {message.body.replace(message.to[0], "") for message in mail.outbox[1:]}
    assert len(mail.outbox) == 12
    assert len({body.partition("You get this")[0] for body in bodies}) == 1
    assert len(bodies) == 11  # each with its own links
    reads = [q for q in eleven.captured_queries if "tracker_commitment" in q["sql"]]
    assert len(reads) == len([q for q in one.captured_queries if "tracker_commitment" in q["sql"]])


@pytest.mark.parametrize(
    ("query", "state", "failures"),
    [
        ("topic=gone", SubscriptionState.STOPPED, 0),
        ("kind=mention", SubscriptionState.ACTIVE, 1),
    ],
    ids=["broken", "a fault of ours"],
)
def test_a_filter_that_cannot_be_read_concerns_only_those_who_follow_it(
    monkeypatch: pytest.MonkeyPatch, query: str, state: str, failures: int
) -> None:
    read: list[str] = []
    original = rounds.filter_of

    def note(given: str, **options: Any) -> Any:
        read.append(given)
        if given == "kind=mention":
            raise ZeroDivisionError
        return original(given, **options)

    monkeypatch.setattr(rounds, "filter_of", note)
    faulty = subscribe(3, query=query)
    sound = subscribe(2, query="kind=status")
    idle = subscribe(2, query="kind=correction")
    published_commitment()
    assert deliver_due(clock=at(NOW)) == 2
    assert sorted(read) == sorted([query, "kind=status", "kind=correction"])
    told = Delivery.objects.filter(outcome=Outcome.DELIVERED)
    assert {delivery.subscription for delivery in told} == set(sound)
    for row in (*faulty, *idle):
        row.refresh_from_db()
    assert {(row.state, row.failures, row.cursor) for row in faulty} == {(state, failures, 0)}
    assert {row.cursor for row in idle} == {log_head().seq}
