"""A reader follows the cursor while others publish: it misses no line and is given none twice."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests import make
from tests.actions.test_concurrency import Worker
from tracker.actions.publishing.publish import publish_meeting, publish_update
from tracker.models import Change, Meeting, StatusUpdate

PUBLISHERS = 10
EACH = 3


class Reader(threading.Thread):
    """Asks again and again for what is after its cursor, until told that it is over."""

    def __init__(self, query: str) -> None:
        super().__init__()
        self.query = query
        self.over = threading.Event()
        self.seen: list[int] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            after = 0
            while True:
                # A breath, or this thread takes the writers' time on a busy machine.
                finished = self.over.wait(0.005)
                after = self.read(after)
                if finished:
                    return
        except BaseException as error:
            self.error = error
        finally:
            connection.close()

    def read(self, after: int) -> int:
        more = True
        while more:
            told: dict[str, Any] = (
                Client().get(f"/api/v1/changes/?{self.query}&after={after}&limit=4").json()
            )
            assert after <= told["next_after"] <= told["head"]["seq"]
            self.seen += [line["seq"] for line in told["results"]]
            after, more = told["next_after"], told["more"]
        return after


class LineReader(Reader):
    def read(self, after: int) -> int:
        response = Client().get(f"/api/v1/changes/?{self.query}&after={after}&format=ndjson")
        lines = response.getvalue().decode().splitlines()
        self.seen += [int(line.partition('"seq":')[2].partition(",")[0]) for line in lines]
        return int(response.headers["Link"].partition("after=")[2].partition("&")[0])


def publisher(kind: str) -> Worker:
    """One that has drafts of its own: of updates to a commitment, or of meetings."""
    if kind == "meetings":
        meetings = [make.make_meeting().pk for _ in range(EACH)]
        return Worker(
            lambda: [publish_meeting(Meeting.objects.get(pk=pk), now=make.NOW) for pk in meetings]
        )
    commitment = make.published_commitment()
    updates = [make.make_update(commitment=commitment).pk for _ in range(EACH)]
    return Worker(
        lambda: [publish_update(StatusUpdate.objects.get(pk=pk), now=make.NOW) for pk in updates]
    )


@pytest.mark.django_db(transaction=True)
def test_ten_publishers_and_readers_of_every_kind() -> None:
    make.both_parties()
    publishers = [publisher("meetings" if n % 2 else "updates") for n in range(PUBLISHERS)]
    readers = {
        "all": Reader("limit=4"),
        "filtered": Reader("kind=meeting"),
        "lines": LineReader(""),
    }
    for thread in (*readers.values(), *publishers):
        thread.start()
    for worker in publishers:
        worker.join(timeout=120)
    for reader in readers.values():
        reader.over.set()
        reader.join(timeout=120)
    assert [thread.error for thread in (*publishers, *readers.values())] == [None] * 13
    log = list(Change.objects.order_by("seq").values_list("seq", "kind"))
    assert [seq for seq, _kind in log] == list(range(1, len(log) + 1))
    assert len(log) >= PUBLISHERS * EACH
    every = [seq for seq, _kind in log]
    assert readers["all"].seen == every
    assert readers["lines"].seen == every
    assert readers["filtered"].seen == [seq for seq, kind in log if kind == "meeting"]
