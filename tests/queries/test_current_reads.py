"""Which database a public response is read from; tests/production has it with a real replica."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest
from django.contrib.sessions.models import Session
from django.db import DEFAULT_DB_ALIAS, OperationalError, ProgrammingError, connections
from django.http import Http404

from tracker.lib import replica
from tracker.lib.replica import REPLICA, Availability, Router, carried_on, database
from tracker.models import Commitment, LogHead
from tracker.queries import current_reads
from tracker.queries.current_reads import public_head, read_current


@dataclass
class Pair:
    """The heads of a primary and a replica; None for one that does not answer."""

    heads: dict[str, LogHead | None]
    asked: list[str] = field(default_factory=list)

    def log_head(self) -> LogHead:
        self.asked.append(database())
        head = self.heads[database()]
        if head is None:
            raise OperationalError("connection refused")
        return head

    def now(self, *, primary: int | None, replica: int | None, generation: int = 0) -> None:
        self.heads[DEFAULT_DB_ALIAS] = at(primary, generation)
        self.heads[REPLICA] = at(replica)


def at(seq: int | None, generation: int = 0) -> LogHead | None:
    return None if seq is None else LogHead(1, seq, "", None, generation)


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Pair:
    pair = Pair({})
    pair.now(primary=5, replica=5)
    monkeypatch.setattr(current_reads, "is_configured", lambda: True)
    monkeypatch.setattr(current_reads, "log_head", pair.log_head)
    monkeypatch.setattr(current_reads, "_shown", LogHead())
    monkeypatch.setattr(replica, "connections", {name: NoConnection() for name in pair.heads})
    for name, alias in (("_primary", DEFAULT_DB_ALIAS), ("_replica", REPLICA)):
        # A clock that stands still: a failure takes no time, so the next request asks again.
        monkeypatch.setattr(current_reads, name, Availability(alias, clock=lambda: 1.0))
    return pair


class NoConnection:
    def close(self) -> None:
        pass


def read_from() -> str:
    """Where a request that begins now is read."""
    return read_current(public_head(), database)


def test_without_a_replica_the_head_is_read_once_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert REPLICA not in connections.settings
    heads: list[str] = []
    monkeypatch.setattr(current_reads, "log_head", lambda: heads.append(database()) or LogHead())
    assert read_from() == DEFAULT_DB_ALIAS
    assert heads == [DEFAULT_DB_ALIAS]


def test_a_replica_is_read_once_it_has_reached_the_head(pair: Pair) -> None:
    assert read_from() == REPLICA
    pair.now(primary=6, replica=5)
    assert read_from() == DEFAULT_DB_ALIAS
    pair.now(primary=6, replica=6)
    assert read_from() == REPLICA
    # It may have replayed a line that came after the head was read.
    pair.now(primary=6, replica=7)
    assert read_from() == REPLICA
    assert database() == DEFAULT_DB_ALIAS


def test_a_repair_without_a_line_counts_too(pair: Pair) -> None:
    pair.now(primary=5, replica=5, generation=1)
    assert read_from() == DEFAULT_DB_ALIAS


def test_without_the_replica_the_primary_serves(pair: Pair) -> None:
    pair.now(primary=5, replica=None)
    assert read_from() == DEFAULT_DB_ALIAS
    pair.now(primary=5, replica=5)
    assert read_from() == REPLICA


@pytest.mark.parametrize("error", [OperationalError("gone"), ProgrammingError("no such column")])
def test_a_replica_that_fails_in_the_middle_is_followed_by_the_primary(
    pair: Pair, error: Exception
) -> None:
    tried: list[str] = []

    def read() -> str:
        tried.append(database())
        if database() == REPLICA:
            raise error
        return "a page"

    assert read_current(public_head(), read) == "a page"
    assert tried == [REPLICA, DEFAULT_DB_ALIAS]


def test_other_errors_are_the_readers(pair: Pair) -> None:
    def read() -> None:
        raise Http404

    with pytest.raises(Http404):
        read_current(public_head(), read)
    assert database() == DEFAULT_DB_ALIAS


def test_without_the_primary_the_replica_serves_alone(pair: Pair) -> None:
    assert public_head().seq == 5
    pair.now(primary=None, replica=5)
    assert read_from() == REPLICA
    pair.now(primary=None, replica=6)
    assert public_head().seq == 6


def test_without_the_primary_nothing_older_is_shown_than_before(pair: Pair) -> None:
    pair.now(primary=6, replica=5)
    assert public_head().seq == 6
    pair.now(primary=None, replica=5)
    with pytest.raises(OperationalError, match="lacks lines"):
        public_head()
    pair.now(primary=None, replica=6)
    assert public_head().seq == 6
    pair.now(primary=6, replica=5)
    assert public_head().seq == 6


def test_without_both_it_fails(pair: Pair) -> None:
    pair.now(primary=None, replica=None)
    with pytest.raises(OperationalError, match="refused"):
        public_head()


def test_the_router_separates_reads_of_the_register_from_all_else() -> None:
    router = Router()
    assert router.db_for_read(Commitment) == DEFAULT_DB_ALIAS
    with replica.reading_replica():
        assert router.db_for_read(Commitment) == REPLICA
        assert router.db_for_read(Session) is None
        assert router.db_for_write(Commitment) == DEFAULT_DB_ALIAS
    assert router.allow_migrate(REPLICA, "tracker") is False


@pytest.mark.parametrize(("is_current", "there"), [(True, REPLICA), (False, DEFAULT_DB_ALIAS)])
def test_another_thread_goes_on_where_it_sees_as_much(is_current: bool, there: str) -> None:
    seen: list[str] = []
    with replica.reading_replica(lambda: is_current):
        as_before = carried_on()

    def go_on() -> None:
        seen.append(database())
        with as_before():
            seen.append(database())
        seen.append(database())

    thread = threading.Thread(target=go_on)
    thread.start()
    thread.join()
    assert seen == [DEFAULT_DB_ALIAS, there, DEFAULT_DB_ALIAS]


def test_a_slow_failure_is_followed_by_a_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "connections", {REPLICA: NoConnection()})
    times = iter([0.0, 2.0, 21.9, 22.0, 22.0, 22.0])
    availability = Availability(REPLICA, clock=lambda: next(times))
    with pytest.raises(OperationalError), availability.watched():
        raise OperationalError("timeout expired")
    assert not availability.may_be_asked()
    assert availability.may_be_asked()
    with availability.watched():
        pass
    assert availability.may_be_asked()
