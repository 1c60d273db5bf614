"""Direct SQL that would rewrite what is published fails in the database itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from tests import make
from tests.stored import stored_rows
from tracker.actions.correct import retract_update
from tracker.migrations._triggers import RULES, SQLITE_RULES
from tracker.models import Change, Citation, Revision, SourceKind, StatusUpdate

pytestmark = pytest.mark.django_db

Statement = tuple[str, list[object]]


def last_hash() -> str:
    return Change.objects.order_by("seq").values_list("hash", flat=True).last() or "0" * 64


def insert_change(seq: int, previous_hash: str) -> Statement:
    return (
        "INSERT INTO tracker_change (seq, recorded_at, kind, significance, is_backfill, payload,"
        " previous_hash, hash) VALUES (%s, '2026-11-22 09:00:00', 'meeting', 'major', FALSE, '{}',"
        " %s, 'x')",
        [seq, previous_hash],
    )


def insert_citation(update: StatusUpdate) -> Statement:
    return (
        "INSERT INTO tracker_citation (update_id, source_id, quotation, locator, language)"
        " VALUES (%s, %s, 'planted', '', 'en')",
        [update.pk, make.make_source().pk],
    )


def published() -> StatusUpdate:
    return make.first_update(make.published_commitment())


def revision() -> Revision:
    update = make.published_update(make.published_commitment())
    retract_update(update, reason="Misread.", now=make.NOW)
    return update.revision


def on(statement: str, *rows: object) -> Statement:
    """The statement about rows, which stand in it as %s."""
    return statement, [getattr(row, "pk", row) for row in rows]


def publish(update: StatusUpdate) -> Statement:
    return on(
        "UPDATE tracker_statusupdate SET number = 9, published_seq = 9,"
        " published_at = '2026-11-22 09:00:00' WHERE id = %s",
        update,
    )


def with_only_commentary() -> Statement:
    note = make.make_source(kind=SourceKind.ANALYST_NOTE)
    return publish(make.make_update(source=note))


def insert_published_update() -> Statement:
    draft = make.make_update()
    return on(
        "INSERT INTO tracker_statusupdate (commitment_id, number, happened, happened_first_day,"
        " happened_last_day, stage, assessment, firmness, target, rationale, reason, significance,"
        " published_seq, published_at) SELECT commitment_id, 8, happened, happened_first_day,"
        " happened_last_day, stage, assessment, firmness, target, rationale, reason, significance,"
        " 8, '2026-11-22 09:00:00' FROM tracker_statusupdate WHERE id = %s",
        draft,
    )


def citation() -> Citation:
    return published().citations.get()


ATTEMPTS: list[tuple[str, Callable[[], Statement]]] = [
    (
        "change_is_never_altered",
        lambda: on("UPDATE tracker_change SET payload = '{}' WHERE update_id = %s", published()),
    ),
    (
        "change_is_never_altered",
        lambda: on(
            "UPDATE tracker_change SET recorded_by_id = NULL WHERE update_id = %s", published()
        ),
    ),
    (
        "change_is_never_deleted",
        lambda: on("DELETE FROM tracker_change WHERE update_id = %s", published()),
    ),
    ("change_follows_the_last_one", lambda: insert_change(2, "0" * 64)),
    ("change_follows_the_last_one", lambda: published() and insert_change(4, last_hash())),
    ("change_follows_the_last_one", lambda: published() and insert_change(3, "0" * 64)),
    ("change_follows_the_last_one", lambda: published() and insert_change(1, "0" * 64)),
    ("update_starts_as_a_draft", insert_published_update),
    (
        "update_is_never_altered_once_published",
        lambda: on("UPDATE tracker_statusupdate SET stage = 'signed' WHERE id = %s", published()),
    ),
    (
        "update_is_never_altered_once_published",
        lambda: on(
            "UPDATE tracker_statusupdate SET number = NULL, published_seq = NULL,"
            " published_at = NULL WHERE id = %s",
            published(),
        ),
    ),
    ("update_is_published_with_evidence", lambda: publish(make.make_update(is_cited=False))),
    ("update_is_published_with_evidence", with_only_commentary),
    (
        "update_is_never_deleted_once_published",
        lambda: on("DELETE FROM tracker_statusupdate WHERE id = %s", published()),
    ),
    (
        "citation_is_never_altered_once_published",
        lambda: on("UPDATE tracker_citation SET quotation = 'x' WHERE id = %s", citation()),
    ),
    (
        "citation_is_never_altered_once_published",
        lambda: on(
            "UPDATE tracker_citation SET update_id = %s WHERE id = %s",
            published(),
            make.make_update().citations.get(),
        ),
    ),
    (
        "citation_is_never_altered_once_published",
        lambda: on(
            "UPDATE tracker_citation SET update_id = %s WHERE id = %s",
            make.make_update(),
            citation(),
        ),
    ),
    (
        "citation_is_never_deleted_once_published",
        lambda: on("DELETE FROM tracker_citation WHERE id = %s", citation()),
    ),
    ("citation_is_added_by_a_change", lambda: insert_citation(published())),
    (
        "revision_is_never_altered",
        lambda: on("UPDATE tracker_revision SET reason = 'x' WHERE id = %s", revision()),
    ),
    (
        "revision_is_never_deleted",
        lambda: on("DELETE FROM tracker_revision WHERE id = %s", revision()),
    ),
]


@pytest.mark.parametrize(("name", "attempt"), ATTEMPTS, ids=[name for name, _ in ATTEMPTS])
def test_a_rule_refuses(name: str, attempt: Callable[[], Statement]) -> None:
    sentence = {rule.name: rule.sentence for rule in RULES}[name]
    statement, values = attempt()
    before = stored_rows()
    with (
        pytest.raises(DatabaseError, match=sentence),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
    assert stored_rows() == before


def test_every_rule_is_in_the_database_after_the_last_migration(on_postgresql: bool) -> None:
    """SQLite alters a table by making it anew, and loses the triggers in silence."""
    asked = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if on_postgresql:
        asked = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        found = {name for (name,) in cursor.fetchall()}
    rules = RULES if on_postgresql else (*RULES, *SQLITE_RULES)
    assert {f"tracker_{rule.name}" for rule in rules} <= found


def test_every_rule_has_its_attempt() -> None:
    assert {name for name, _ in ATTEMPTS} == {rule.name for rule in RULES}


REPLACEMENTS = {
    "update by insert": "INSERT OR REPLACE INTO tracker_statusupdate"
    " (id, stage, commitment_id, happened, happened_first_day, assessment, firmness, target,"
    " rationale, reason, significance)"
    " SELECT id, 'signed', commitment_id, happened, happened_first_day, assessment, firmness,"
    " target, rationale, reason, significance"
    " FROM tracker_statusupdate WHERE published_seq IS NOT NULL",
    "update by update": "UPDATE OR REPLACE tracker_statusupdate"
    " SET id = (SELECT id FROM tracker_statusupdate WHERE published_seq IS NOT NULL)"
    " WHERE published_seq IS NULL",
    "citation": "INSERT OR REPLACE INTO tracker_citation"
    " (id, update_id, source_id, quotation, locator, language, added_seq)"
    " SELECT c.id, update_id, source_id, 'planted', '', 'en', 9 FROM tracker_citation c"
    " JOIN tracker_statusupdate u ON u.id = update_id WHERE published_seq IS NOT NULL",
    "change": "INSERT OR REPLACE INTO tracker_change"
    " (seq, previous_hash, hash, recorded_at, kind, significance, is_backfill, payload)"
    " SELECT 3, hash, hash, recorded_at, kind, significance, is_backfill, payload"
    " FROM tracker_change WHERE seq = 2",
}


@pytest.mark.sqlite_only
@pytest.mark.parametrize("statement", REPLACEMENTS.values(), ids=REPLACEMENTS)
def test_sqlite_does_not_rewrite_by_replacing(statement: str) -> None:
    published()
    make.make_update(commitment=make.make_commitment())
    before = stored_rows()
    with (
        pytest.raises(DatabaseError, match=r"published|never"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert stored_rows() == before


def test_a_draft_is_edited_and_deleted_freely() -> None:
    update = make.make_update()
    update.citations.update(quotation="other words")
    StatusUpdate.objects.filter(pk=update.pk).update(stage="signed")
    with connection.cursor() as cursor:
        cursor.execute(*insert_citation(update))
    assert [c.quotation for c in update.citations.all()] == ["other words", "planted"]
    assert update.delete()[0] == 3
    assert not StatusUpdate.objects.filter(pk=update.pk).exists()


@pytest.mark.postgres_only
def test_a_row_without_a_rule_is_deleted_for_good() -> None:
    """A trigger that returned null would skip the row silently."""
    make.make_update().citations.all().delete()
    assert not Citation.objects.exists()
