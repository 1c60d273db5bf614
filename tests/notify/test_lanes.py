"""The lanes of the deliverer: none waits for another, and what happens when one fails."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone

from tests.make import NOW, make_meeting, published_commitment
from tests.notify.emailing import make_email
from tests.notify.subscriptions import make_delivery, make_webhook
from tests.notify.test_faults import start_deliverer
from tests.receivers import OK, Link, answering, receiver, silent
from tracker.actions.imports.uploads import queue_check, store_upload
from tracker.actions.review.states import schedule, send_for_review
from tracker.management.commands import deliver as command
from tracker.models import (
    Channel,
    Delivery,
    Meeting,
    Outcome,
    Subscription,
    Upload,
    UploadState,
)
from tracker.notify import lanes as module
from tracker.notify.deliver import deliver_due
from tracker.notify.lanes import Lane, LaneEndedError, run_once, run_until_stopped
from tracker.notify.messages import Attempt
from tracker.queries.visibility import log_head
from tracker.spreadsheets.mapping import Reading

PATIENCE = 30
pytestmark = pytest.mark.django_db(transaction=True)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def stopping() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def editor() -> User:
    return User.objects.create_superuser("editor")


def scheduled_meeting(editor: User, *, after: dt.timedelta) -> Meeting:
    """Approved for a moment soon, by the real clock."""
    meeting, now = make_meeting(), timezone.now()
    writer = User.objects.get_or_create(username="writer")[0]
    send_for_review(meeting, now=now, by=writer)
    schedule(meeting, publish_at=now + after, now=now, by=editor)
    return meeting


# -- Whole deliverers ---------------------------------------------------------------------------


def test_a_slow_receiver_does_not_postpone_publication(editor: User) -> None:
    """It holds a request for as long as we let it; what is scheduled meanwhile is on time."""
    asked = threading.Event()

    def take_and_wait(link: Link) -> None:
        link.read_request()
        asked.set()
        link.wait(12)

    with receiver(take_and_wait) as slow:
        subscribe(slow.url)
        published_commitment()
        deliverer = start_deliverer()
        try:
            assert asked.wait(PATIENCE)
            meeting = scheduled_meeting(editor, after=dt.timedelta(seconds=0.5))
            until(lambda: Meeting.objects.get(pk=meeting.pk).is_public)
            assert not Delivery.objects.exists()  # the receiver still waits
        finally:
            deliverer.terminate()
            assert deliverer.wait(PATIENCE) == 0


def test_a_slow_mail_server_does_not_postpone_publication(editor: User) -> None:
    asked = threading.Event()

    def take_and_wait(link: Link) -> None:
        asked.set()
        link.wait(12)

    with receiver(take_and_wait) as slow:
        make_email(cursor=log_head().seq, next_attempt_at=timezone.now())
        published_commitment()
        deliverer = start_deliverer(EMAIL_URL=slow.url.replace("http://", "smtp://").rstrip("/"))
        try:
            assert asked.wait(PATIENCE)
            meeting = scheduled_meeting(editor, after=dt.timedelta(seconds=0.5))
            until(lambda: Meeting.objects.get(pk=meeting.pk).is_public)
            assert not Delivery.objects.exists()  # the mail server still waits
        finally:
            deliverer.terminate()
            assert deliverer.wait(PATIENCE) == 0


def test_checking_a_large_file_postpones_neither_publication_nor_telling(editor: User) -> None:
    rows = b"".join(b"meeting-%d,A meeting\n" % number for number in range(200_000))
    upload = store_upload(
        [b"slug,title\n", rows], noun="meetings", file_name="a.csv", now=timezone.now(), by=editor
    )
    assert queue_check(upload, Reading({"slug": "slug", "title": "title"}))
    deliverer = start_deliverer()
    try:
        until(lambda: Upload.objects.get().taken_until is not None)
        with receiver(answering(OK)) as quick:
            subscribe(quick.url)
            meeting = scheduled_meeting(editor, after=dt.timedelta(seconds=0.5))
            until(lambda: Meeting.objects.get(pk=meeting.pk).is_public)
            quick.requests.get(timeout=PATIENCE)
        assert Upload.objects.get().state == UploadState.TO_CHECK
    finally:
        deliverer.kill()  # it would finish the file first
        deliverer.wait(PATIENCE)


def subscribe(url: str) -> Subscription:
    return make_webhook(address=url, cursor=log_head().seq, next_attempt_at=timezone.now())


def test_a_slow_receiver_does_not_hold_up_the_others() -> None:
    with receiver(silent) as slow, receiver(answering(OK)) as quick:
        subscribe(slow.url)
        subscribe(quick.url)
        published_commitment()
        deliverer = start_deliverer()
        try:
            quick.requests.get(timeout=PATIENCE)
            until(Delivery.objects.exists)
            first = Delivery.objects.earliest("pk")
            assert first.subscription.address == quick.url
        finally:
            deliverer.terminate()
            assert deliverer.wait(PATIENCE) == 0


def test_forty_silent_receivers_delay_none_that_responds() -> None:
    """They are called first, and none of them has been given up when the other has everything."""
    with ExitStack() as stack:
        for _ in range(40):
            subscribe(stack.enter_context(receiver(silent)).url)
        quick = stack.enter_context(receiver(answering(OK)))
        subscribe(quick.url)
        published_commitment()
        deliverer = start_deliverer()
        try:
            until(lambda: Delivery.objects.count() >= 2)
            first_two = Delivery.objects.order_by("pk")[:2]
            assert {delivery.subscription.address for delivery in first_two} == {quick.url}
        finally:
            deliverer.terminate()
            assert deliverer.wait(PATIENCE) == 0


@dataclass
class Slow:
    """Sends in place of a channel: to some it takes long, until all may end."""

    most: int = 0
    under_way: set[int] = field(default_factory=set)
    told: set[int] = field(default_factory=set)
    may_end: threading.Event = field(default_factory=threading.Event)

    def __call__(self, subscription: Subscription, *_args: object, **_kwargs: object) -> Attempt:
        if subscription.address.startswith("https://slow"):
            self.under_way.add(subscription.pk)
            self.most = max(self.most, len(self.under_way))
            assert self.may_end.wait(PATIENCE)
            self.under_way.discard(subscription.pk)
        else:
            self.told.add(subscription.pk)
        return Attempt(Outcome.DELIVERED, 200)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    sender = Slow()
    monkeypatch.setattr("tracker.notify.webhooks.send", sender)
    return sender


def delivering(at_once: int) -> threading.Thread:
    def deliver() -> None:
        deliver_due(clock=timezone.now, channels=[Channel.WEBHOOK], at_once=at_once)
        module.connection.close()

    thread = threading.Thread(target=deliver)
    thread.start()
    return thread


def test_two_hundred_that_take_long_delay_one_that_does_not_by_seconds(slow: Slow) -> None:
    """Nothing is known of any of them, and the slow ones are called first."""
    for number in range(200):
        subscribe(f"https://slow{number}.example.org/")
    quick = subscribe("https://quick.example.org/")
    published_commitment()
    thread = delivering(at_once=64)
    until(lambda: quick.pk in slow.told)
    assert len(slow.under_way) == 200
    slow.may_end.set()
    thread.join(PATIENCE)
    assert set(Delivery.objects.values_list("outcome", flat=True)) == {"delivered"}


def test_those_that_took_long_last_time_have_half_of_the_places(slow: Slow) -> None:
    for number in range(10):
        make_delivery(subscribe(f"https://slow{number}.example.org/"), milliseconds=9_000)
    quick = {subscribe(f"https://quick{number}.example.org/").pk for number in range(10)}
    published_commitment()
    thread = delivering(at_once=4)
    until(lambda: slow.told == quick)
    assert slow.most == len(slow.under_way) == 2
    slow.may_end.set()
    thread.join(PATIENCE)
    assert slow.most == 2


def test_once_publishes_on_time_while_a_receiver_is_slow(
    editor: User, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from a timer, which starts the next one only when this one has ended."""
    settings.WEBHOOK_ALLOWED_NETWORKS, settings.WEBHOOK_ALLOW_HTTP = ["127.0.0.0/8"], True
    told: list[bool] = []

    def publish_soon_and_wait(link: Link) -> None:
        link.read_request()
        if not told:
            meeting = scheduled_meeting(editor, after=dt.timedelta(seconds=0.2))
            until(lambda: Meeting.objects.get(pk=meeting.pk).is_public)
            told.append(True)
        link.send(OK)

    with receiver(closing_connections(publish_soon_and_wait)) as slow:
        subscribe(slow.url)
        published_commitment()
        call_command("deliver", "--rest", "0.05")
    assert told == [True]
    assert set(Delivery.objects.values_list("outcome", flat=True)) == {"delivered"}


def closing_connections(behave: Callable[[Link], object]) -> Callable[[Link], object]:
    def behave_and_close(link: Link) -> object:
        try:
            return behave(link)
        finally:
            module.connection.close()

    return behave_and_close


def test_the_deliverer_that_stays_has_each_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Lane] = []

    def note(lanes: list[Lane], **_options: object) -> None:
        given.extend(lanes)
        raise LaneEndedError("Ended by itself: Files. The error log says why.")

    monkeypatch.setattr(command, "run_until_stopped", note)
    monkeypatch.setattr(command.signal, "signal", lambda *_: None)
    with pytest.raises(CommandError, match="Ended by itself: Files"):
        call_command("deliver", "--watch")
    assert [lane.name for lane in given] == [
        *("Publishing", "Flags and upkeep", "E-mail", "Webhooks", "Files"),
    ]


# -- Lanes --------------------------------------------------------------------------------------


def run_lanes(*lanes: Lane, stopping: threading.Event) -> None:
    run_until_stopped(lanes, stopping=stopping, rest=0.01)


def test_no_lane_waits_for_another(stopping: threading.Event) -> None:
    freed, looks = threading.Event(), []

    def look() -> None:
        looks.append(1)
        if len(looks) == 5:
            freed.set()

    def hold() -> None:
        assert freed.wait(PATIENCE)
        stopping.set()

    run_lanes(Lane("Slow", hold), Lane("Quick", look), stopping=stopping)
    assert len(looks) >= 5


@pytest.mark.parametrize("error", [DatabaseError("gone"), ValueError("ours")])
def test_a_lane_that_fails_begins_again_and_the_others_go_on(
    stopping: threading.Event,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(module, "AFTER_A_FAULT", 0.01)
    looks: list[str] = []

    def fail() -> None:
        looks.append("fails")
        if looks.count("fails") == 3:
            stopping.set()
        raise error

    run_lanes(Lane("Files", fail), Lane("Other", lambda: looks.append("other")), stopping=stopping)
    assert looks.count("fails") == 3
    assert "other" in looks
    assert {record.getMessage().partition(":")[0] for record in caplog.records} == {"Files"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_lane_that_ends_by_itself_ends_all_with_a_message(stopping: threading.Event) -> None:
    def end() -> None:
        raise SystemExit(3)

    with pytest.raises(LaneEndedError) as error:
        run_lanes(Lane("Files", end), Lane("Other", lambda: None), stopping=stopping)
    assert str(error.value) == "Ended by itself: Files. The error log says why."
    assert stopping.is_set()


def test_asked_to_stop_each_finishes_what_it_is_at(stopping: threading.Event) -> None:
    done: list[str] = []

    def slow() -> None:
        stopping.set()
        time.sleep(0.05)
        done.append("finished")

    run_lanes(Lane("Slow", slow), stopping=stopping)
    assert done == ["finished"]


def test_once_raises_what_a_lane_raised_when_all_have_ended() -> None:
    done: list[str] = []

    def fail() -> None:
        raise ValueError("ours")

    def slow() -> None:
        time.sleep(0.05)
        done.append("finished")

    with pytest.raises(ValueError, match="ours"):
        run_once(
            [Lane("Files", fail), Lane("E-mail", slow)],
            meanwhile=Lane("Publishing", lambda: None),
            rest=0.01,
        )
    assert done == ["finished"]


def test_a_receiver_that_takes_its_time_gives_others_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each answer takes eight seconds, and there are many to come: three make a turn."""
    now, sent = NOW, []
    first, second = (make_webhook(address=f"https://r{n}.example.org/") for n in (1, 2))

    def send(subscription: Subscription, message: object, *, now: dt.datetime, round: object):  # type: ignore[no-untyped-def]
        sent.append(subscription.pk)
        if subscription.pk == first.pk:
            pass_by(8)
        return Attempt(Outcome.DELIVERED, 200)

    def pass_by(seconds: float) -> None:
        nonlocal now
        now += dt.timedelta(seconds=seconds)

    monkeypatch.setattr("tracker.notify.webhooks.send", send)
    for _ in range(4):
        published_commitment()  # two lines each
    deliver_due(clock=lambda: now)
    assert sent[:3] == [first.pk] * 3
    assert sent[3:11] == [second.pk] * 8
    assert sent[11:] == [first.pk] * 5


def test_a_lane_serves_its_own_channels(mailoutbox: list[object]) -> None:
    make_webhook()
    make_email()
    published_commitment()
    assert deliver_due(clock=lambda: NOW, channels=[Channel.EMAIL]) == 1
    assert len(mailoutbox) == 1
    assert Delivery.objects.get().subscription.channel == Channel.EMAIL
