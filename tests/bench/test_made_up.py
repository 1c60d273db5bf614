"""A made-up register: the same for the same seed, whole, and never mixed with another."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests import make
from tests.bench.made_up.register import MakeRegister
from tests.log_chain import first_break
from tests.stored import stored_rows
from tracker.actions.log.rebuild import rebuild
from tracker.models import Change, Commitment, LogHead, StatusUpdate

pytestmark = pytest.mark.django_db


def made(commitments: int, seed: int = 1) -> str:
    out = StringIO()
    call_command(MakeRegister(), commitments=commitments, updates_per=3, seed=seed, stdout=out)
    return out.getvalue()


def test_it_is_whole_and_the_same_for_the_same_seed() -> None:
    with transaction.atomic():
        told = made(40)
        head = LogHead.objects.get()
        assert told == f"40 of 40 commitments\nMade: the log has {head.seq} lines.\n"
        assert first_break() is None
        assert rebuild(now=make.NOW) == []
        assert Commitment.objects.public().count() == 40
        updates = StatusUpdate.objects.published().count()
        assert 2 < updates / 40 < 5
        assert not Change.objects.filter(is_backfill=False).exists()
        transaction.set_rollback(True)
    with transaction.atomic():
        made(40)
        assert LogHead.objects.get().hash == head.hash
        transaction.set_rollback(True)
    made(40, seed=2)
    assert LogHead.objects.get().hash != head.hash


def test_it_is_refused_where_something_is_already() -> None:
    make.make_party()
    before = stored_rows()
    with pytest.raises(CommandError, match="The register is not empty"):
        made(1)
    with pytest.raises(CommandError, match="at least one commitment"):
        made(0)
    assert stored_rows() == before


@pytest.mark.django_db(transaction=True)
def test_the_disk_is_waited_for_again_afterwards() -> None:
    """SQLite is told not to wait while the register is made; PostgreSQL is told nothing."""
    asked = {
        "sqlite": ("PRAGMA synchronous", "PRAGMA journal_mode"),
        "postgresql": ("SHOW synchronous_commit", "SHOW fsync"),
    }[connection.vendor]

    def settings() -> list[object]:
        told = []
        with connection.cursor() as cursor:
            for statement in asked:
                cursor.execute(statement)
                told.append(cursor.fetchone()[0])
        return told

    before = settings()
    made(2)
    assert settings() == before
    assert before[0] in {2, "on"}
    assert first_break() is None
