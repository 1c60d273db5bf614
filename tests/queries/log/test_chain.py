from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.log_chain import first_break
from tests.stored import without_triggers
from tracker.models import Change, LogHead
from tracker.queries.log.chain import Break

pytestmark = pytest.mark.django_db

CONTENT = "its content does not have the hash that it carries"
CHAIN = "it does not name the hash of the line before"


@pytest.fixture
def log() -> None:
    """A log of five lines."""
    commitment = make.published_commitment()
    make.published_update(commitment)
    make.published_meeting()
    make.published_meeting()


def rehash(seq: int, **values: Any) -> None:
    """Alter a line and give it the hash of its new content, as somebody thorough would."""
    change = Change.objects.get(seq=seq)
    for name, value in values.items():
        setattr(change, name, value)
    Change.objects.filter(seq=seq).update(**values, hash=change.computed_hash())


def alter(seq: int, **values: Any) -> Callable[[], Any]:
    return lambda: Change.objects.filter(seq=seq).update(**values)


def lose(seq: int) -> Callable[[], Any]:
    return lambda: Change.objects.filter(seq=seq).delete()


def head(**values: Any) -> Callable[[], Any]:
    return lambda: LogHead.objects.update(**values)


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (alter(3, payload={"other": "words"}), Break(3, CONTENT)),
        (alter(3, kind="deadline"), Break(3, CONTENT)),
        (alter(3, significance="minor"), Break(3, CONTENT)),
        (alter(3, is_backfill=True), Break(3, CONTENT)),
        (alter(3, recorded_at="2020-01-01T00:00:00Z"), Break(3, CONTENT)),
        (alter(3, hash="0" * 64), Break(3, CONTENT)),
        (alter(3, previous_hash="0" * 64), Break(3, CHAIN)),
        (alter(1, previous_hash="1" * 64), Break(1, CHAIN)),
        (lambda: rehash(3, payload={"other": "words"}), Break(4, CHAIN)),
        (
            lambda: rehash(5, payload={"other": "words"}),
            Break(6, "the head says 5, the last line is 5"),
        ),
        (lose(1), Break(1, "line 1 is missing; the next one is 2")),
        (lose(3), Break(3, "line 3 is missing; the next one is 4")),
        (lose(5), Break(5, "the head says 5, the last line is 4")),
        (head(seq=6), Break(6, "the head says 6, the last line is 5")),
        (head(hash="0" * 64), Break(6, "the head says 5, the last line is 5")),
        (
            lambda: LogHead.objects.all().delete(),
            Break(6, "the head says 0, the last line is 5"),
        ),
        (
            lambda: [alter(seq, payload={})() for seq in (4, 2)],
            Break(2, CONTENT),
        ),
    ],
)
def test_the_first_broken_line_is_named(damage: Callable[[], Any], found: Break) -> None:
    assert first_break() is None
    with without_triggers():
        damage()
    assert first_break() == found


def test_an_empty_log_is_whole() -> None:
    assert first_break() is None
    LogHead.objects.create()
    assert first_break() is None


@pytest.mark.usefixtures("shipped_register")
def test_the_shipped_registers_log_is_whole_and_walked_in_two_queries() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert first_break() is None
    assert len(queries) == 2
