"""Long polling: it wakes, it ends, it is bounded, and it holds nothing that it need not hold."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest
from django.db import connection
from django.test import Client

from tests.make import NOW, make_meeting, published_meeting
from tracker.actions.publishing.publish import publish_meeting
from tracker.api import waiting
from tracker.api.waiting import WaitingRoom
from tracker.models import Meeting

THREADED = {"wsgi.multithread": True}


@dataclass
class Scene:
    """A log and a clock in a test's hands: `log` holds its numbers, one for each look."""

    log: list[int]
    seconds: float = 0.0
    released: int = 0
    slept: list[float] = field(default_factory=list)

    def look(self) -> int:
        return self.log.pop(0) if len(self.log) > 1 else self.log[0]

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def release(self) -> None:
        self.released += 1

    def room(self, places: int = 1) -> WaitingRoom:
        return WaitingRoom(
            places,
            clock=lambda: self.seconds,
            sleep=self.sleep,
            look=self.look,
            release=self.release,
        )


def test_what_is_there_already_is_not_waited_for() -> None:
    scene = Scene([7])
    assert scene.room().wait(6, 25)
    assert scene.slept == []


def test_a_new_line_wakes_at_the_next_look() -> None:
    scene = Scene([7, 7, 7, 8])
    assert scene.room().wait(7, 25)
    assert scene.slept == [0.5, 0.5, 0.5]
    assert scene.released == 3


def test_the_time_ends_and_is_not_overstepped() -> None:
    scene = Scene([7])
    assert scene.room().wait(7, 2)
    assert (scene.seconds, len(scene.slept)) == (2, 4)
    scene = Scene([7])
    scene.seconds = 0.25
    room = scene.room()
    assert room.wait(7, 1)
    assert scene.seconds == 1.25


def test_a_cursor_ahead_is_not_waited_for() -> None:
    scene = Scene([7])
    assert scene.room().wait(8, 25)
    assert scene.slept == []


def test_no_more_wait_than_there_are_places() -> None:
    scene = Scene([7])
    room = scene.room(places=2)
    inside = threading.Semaphore(0)
    leave = threading.Event()

    def sleep(seconds: float) -> None:
        inside.release()
        assert leave.wait(timeout=30)
        scene.seconds += 100

    room.sleep = sleep
    guests = [threading.Thread(target=room.wait, args=(7, 25)) for _ in range(2)]
    for guest in guests:
        guest.start()
        assert inside.acquire(timeout=30)
    assert not room.wait(7, 25)
    # What is there already needs no place.
    assert room.wait(6, 25)
    leave.set()
    for guest in guests:
        guest.join(timeout=30)
    room.sleep = scene.sleep
    assert room.wait(7, 25), "the places were not given back"


def test_a_place_is_given_back_after_a_fault() -> None:
    scene = Scene([7])
    room = scene.room()

    def fail(seconds: float) -> None:
        raise RuntimeError

    room.sleep = fail
    with pytest.raises(RuntimeError):
        room.wait(7, 25)
    room.sleep = scene.sleep
    assert room.wait(7, 25)


def test_nobody_waits_where_there_is_no_place() -> None:
    assert not Scene([7]).room(places=0).wait(7, 25)


# -- In an answer -------------------------------------------------------------------------------


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene([1])
    room = scene.room()
    room.look = waiting.head_seq
    monkeypatch.setattr(waiting, "ROOM", room)
    return scene


def test_an_answer_comes_when_the_time_is_up(client: Client, db: None, scene: Scene) -> None:
    published_meeting()
    response = client.get("/api/v1/changes/?after=1&wait=2", **THREADED)
    told = response.json()
    assert (told["results"], told["next_after"]) == ([], 1)
    assert scene.seconds == 2
    assert response.headers["Wait-Applied"] == "2"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Retry-After" not in response.headers


def test_an_answer_comes_when_there_is_a_line(client: Client, db: None, scene: Scene) -> None:
    published_meeting()
    room = waiting.ROOM
    room.sleep = lambda seconds: [published_meeting(), scene.sleep(seconds)][1]
    empty = client.get("/api/v1/changes/?after=1")
    response = client.get(
        "/api/v1/changes/?after=1&wait=25",
        headers={"if-none-match": empty.headers["ETag"]},
        **THREADED,
    )
    assert [line["seq"] for line in response.json()["results"]] == [2]
    assert scene.slept == [0.5]
    # Its ETag is that of the state that it shows.
    tag = response.headers["ETag"]
    room.sleep = scene.sleep
    again = client.get(
        "/api/v1/changes/?after=1&wait=25", headers={"if-none-match": tag}, **THREADED
    )
    assert again.status_code == 304
    assert scene.slept == [0.5]


def test_lines_are_waited_for_as_well(client: Client, db: None, scene: Scene) -> None:
    published_meeting()
    waiting.ROOM.sleep = lambda seconds: [published_meeting(), scene.sleep(seconds)][1]
    response = client.get("/api/v1/changes/?after=1&wait=25&format=ndjson", **THREADED)
    assert len(response.getvalue().splitlines()) == 1


def test_who_may_not_wait_is_told_when_to_come_back(
    client: Client, db: None, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    published_meeting()
    monkeypatch.setattr(waiting, "ROOM", scene.room(places=0))
    crowded = client.get("/api/v1/changes/?after=1&wait=25", **THREADED)
    one_thread = client.get("/api/v1/changes/?after=1&wait=25")
    for response in (crowded, one_thread):
        assert response.json()["results"] == []
        assert response.headers["Wait-Applied"] == "0"
        assert response.headers["Retry-After"] == "5"
        assert response.headers["Cache-Control"] == "no-store"
    assert scene.slept == []


@pytest.mark.parametrize(
    "query", ["wait=0", "wait=", "", "wait=25&stage=late", "wait=x", "wait=25&after=x"]
)
def test_nothing_is_waited_for_that_will_be_refused_or_was_not_asked(
    client: Client, db: None, scene: Scene, query: str
) -> None:
    response = client.get(f"/api/v1/changes/?{query}", **THREADED)
    assert scene.slept == []
    assert "Wait-Applied" not in response.headers
    assert response.headers["Cache-Control"] == "public, no-cache"


def test_the_head_alone_is_not_waited_for(client: Client, db: None, scene: Scene) -> None:
    assert client.head("/api/v1/changes/?wait=25", **THREADED).status_code == 200
    assert scene.slept == []


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_waiting(client: Client) -> None:
    held: list[bool] = []
    seconds = [0.0]

    def sleep(time: float) -> None:
        held.append(connection.connection is not None)
        seconds[0] += time

    room = WaitingRoom(1, clock=lambda: seconds[0], sleep=sleep)
    assert room.wait(0, 1)
    assert held == [False, False]


@pytest.mark.django_db(transaction=True)
def test_a_publication_in_another_thread_wakes() -> None:
    published_meeting()
    draft = make_meeting().pk
    asleep, published = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        asleep.set()
        assert published.wait(timeout=60)

    room = WaitingRoom(1, sleep=sleep)
    woken: list[bool] = []

    def wait() -> None:
        try:
            woken.append(room.wait(1, 25))
            woken.append(waiting.head_seq() == 2)
        finally:
            connection.close()

    reader = threading.Thread(target=wait)
    reader.start()
    assert asleep.wait(timeout=60)
    publish_meeting(Meeting.objects.get(pk=draft), now=NOW)
    published.set()
    reader.join(timeout=60)
    assert woken == [True, True]
