"""Several publishers at once, each with a connection of its own, and a reader with a cursor."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from tests import make
from tests.log_chain import first_break
from tracker.actions.log.rebuild import rebuild
from tracker.actions.publishing.publish import publish_commitment, publish_meeting, publish_update
from tracker.lib.snapshot import snapshot
from tracker.models import Change, Commitment, Meeting, Party, StatusUpdate
from tracker.queries.log.chain import walk_log
from tracker.queries.visibility import log_head

NOW = make.NOW
EACH = 6  # updates that each publisher publishes


class Worker(threading.Thread):
    """A thread that keeps what went wrong and closes its connection."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self.work = work
        self.error: BaseException | None = None
        self.result: Any = None

    def run(self) -> None:
        try:
            self.result = self.work()
        except BaseException as error:
            self.error = error
        finally:
            connection.close()


def run_all(*work: Callable[[], Any]) -> list[Worker]:
    workers = [Worker(one) for one in work]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
        assert not worker.is_alive()
    return workers


@contextmanager
def reading() -> Iterator[list[int]]:
    """Follow the log as a subscriber does: ask again and again for what is after the last line."""
    seen: list[int] = []
    done = threading.Event()

    def follow() -> None:
        while True:
            # A breath between two looks, or this thread takes the writers' time on a busy machine.
            finished = done.wait(0.005)
            last = seen[-1] if seen else 0
            seen.extend(
                Change.objects.filter(seq__gt=last).order_by("seq").values_list("seq", flat=True)
            )
            if finished:
                return

    reader = Worker(follow)
    reader.start()
    try:
        yield seen
    finally:
        done.set()
        reader.join(timeout=60)
    assert reader.error is None


def check_log(lines: int) -> None:
    assert list(Change.objects.order_by("seq").values_list("seq", flat=True)) == list(
        range(1, lines + 1)
    )
    assert (log_head().seq, first_break()) == (lines, None)


def publish_many(commitment: Commitment) -> Callable[[], None]:
    drafts = [make.make_update(commitment=commitment).pk for _ in range(EACH)]

    def publish() -> None:
        for pk in drafts:
            publish_update(StatusUpdate.objects.get(pk=pk), now=NOW)

    return publish


@pytest.mark.django_db(transaction=True)
def test_no_number_is_missed_or_skipped() -> None:
    same, other = make.published_commitment(), make.published_commitment()
    work = [publish_many(commitment) for commitment in (same, same, other)]
    work.append(lambda: [make.published_meeting(now=NOW) for _ in range(EACH)])
    with reading() as seen:
        workers = run_all(*work)
    assert [worker.error for worker in workers] == [None] * 4
    lines = 4 + 4 * EACH
    check_log(lines)
    assert seen == list(range(1, lines + 1))
    numbers = same.updates.published().order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 2 * EACH + 2))
    assert rebuild(now=NOW) == []


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_rolled_back_leaves_no_gap() -> None:
    make.both_parties()
    meetings = [make.make_meeting().pk for _ in range(2 * EACH)]

    def publish(pks: list[int], *, fails: bool) -> None:
        for pk in pks:
            with transaction.atomic():
                publish_meeting(Meeting.objects.get(pk=pk), now=NOW)
                if fails:
                    transaction.set_rollback(True)

    with reading() as seen:
        workers = run_all(
            lambda: publish(meetings[:EACH], fails=True),
            lambda: publish(meetings[EACH:], fails=False),
        )
    assert [worker.error for worker in workers] == [None, None]
    check_log(EACH)
    assert seen == list(range(1, EACH + 1))
    assert Meeting.objects.public().count() == EACH
    # Parties were introduced by a change that stands, not by one that was undone.
    first = Change.objects.get(seq=1)
    assert [p["code"] for p in first.payload["introduces"]["parties"]] == ["CAN", "KOR"]
    assert set(Party.objects.values_list("published_seq", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_the_same_draft_one_is_told() -> None:
    first = make.make_update()
    gate = threading.Barrier(2)

    def publish() -> None:
        update = StatusUpdate.objects.get(pk=first.pk)
        commitment = Commitment.objects.get(pk=first.commitment.pk)
        gate.wait(timeout=30)
        publish_commitment(commitment, first_update=update, now=NOW)

    errors = [worker.error for worker in run_all(publish, publish)]
    refusals = [error for error in errors if error is not None]
    assert [type(error) for error in refusals] == [ValidationError]
    assert refusals[0].messages == [f"“{first.commitment}” is already public, since change 1."]
    check_log(2)


@pytest.mark.django_db(transaction=True)
def test_the_first_two_lines_ever_are_written_at_once() -> None:
    """Nobody has made the head of the log yet."""
    make.both_parties()
    meetings = [make.make_meeting().pk for _ in range(3)]
    gate = threading.Barrier(3)

    def publish(pk: int) -> None:
        meeting = Meeting.objects.get(pk=pk)
        gate.wait(timeout=30)
        publish_meeting(meeting, now=NOW)

    workers = run_all(*[lambda pk=pk: publish(pk) for pk in meetings])
    assert [worker.error for worker in workers] == [None] * 3
    check_log(3)


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_a_line_is_not_seen_before_those_with_lower_numbers() -> None:
    """While one publisher's transaction is open the next waits, and the reader sees neither."""
    make.published_meeting()
    second, third = make.make_meeting().pk, make.make_meeting().pk
    written, release = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            publish_meeting(Meeting.objects.get(pk=second), now=NOW)
            written.set()
            assert release.wait(timeout=30)

    def quick() -> None:
        publish_meeting(Meeting.objects.get(pk=third), now=NOW)

    workers = [Worker(slow), Worker(quick)]
    workers[0].start()
    assert written.wait(timeout=30)
    workers[1].start()
    workers[1].join(timeout=0.5)
    assert workers[1].is_alive()
    assert log_head().seq == 1
    release.set()
    for worker in workers:
        worker.join(timeout=30)
        assert worker.error is None
    assert Meeting.objects.get(pk=second).published_seq == 2
    assert Meeting.objects.get(pk=third).published_seq == 3
    check_log(3)


@pytest.mark.django_db(transaction=True)
def test_the_log_is_verified_as_of_one_moment_while_others_publish(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between any two steps of the walk somebody else publishes; nothing is broken by it."""
    for _ in range(3):
        make.published_meeting(now=NOW)
    drafts = [make.make_meeting().pk for _ in range(4)]
    computed_hash, is_publishing = Change.computed_hash, threading.Event()

    def publish_and_compute(change: Change) -> str:
        if drafts and not is_publishing.is_set():
            is_publishing.set()
            draft = Meeting.objects.get(pk=drafts.pop())
            [worker] = run_all(lambda: publish_meeting(draft, now=NOW))
            assert worker.error is None
            is_publishing.clear()
        return computed_hash(change)

    monkeypatch.setattr(Change, "computed_hash", publish_and_compute)
    head, broken = walk_log()
    assert (head.seq, broken) == (3, None)
    assert len(drafts) == 1
    assert log_head().seq == 6


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_walk_of_the_log() -> None:
    make.published_meeting(now=NOW)
    draft = make.make_meeting()
    with snapshot():
        assert log_head().seq == 1
        [worker] = run_all(lambda: publish_meeting(draft, now=NOW))
        assert (worker.error, log_head().seq) == (None, 1)
    assert log_head().seq == 2
