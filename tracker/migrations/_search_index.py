"""The full-text index beside `SearchDocument`: FTS5 with trigrams on SQLite, pg_trgm on PostgreSQL."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = (
    "CREATE VIRTUAL TABLE tracker_search_index USING fts5("
    "text, content='tracker_searchdocument', content_rowid='commitment_id',"
    " tokenize='trigram case_sensitive 1')",
    "CREATE TRIGGER tracker_search_insert AFTER INSERT ON tracker_searchdocument BEGIN"
    " INSERT INTO tracker_search_index(rowid, text) VALUES (NEW.commitment_id, NEW.text); END",
    "CREATE TRIGGER tracker_search_delete AFTER DELETE ON tracker_searchdocument BEGIN"
    " INSERT INTO tracker_search_index(tracker_search_index, rowid, text)"
    " VALUES ('delete', OLD.commitment_id, OLD.text); END",
    "CREATE TRIGGER tracker_search_update AFTER UPDATE ON tracker_searchdocument BEGIN"
    " INSERT INTO tracker_search_index(tracker_search_index, rowid, text)"
    " VALUES ('delete', OLD.commitment_id, OLD.text);"
    " INSERT INTO tracker_search_index(rowid, text) VALUES (NEW.commitment_id, NEW.text); END",
)
SQLITE_DROP = (
    "DROP TRIGGER tracker_search_insert",
    "DROP TRIGGER tracker_search_delete",
    "DROP TRIGGER tracker_search_update",
    "DROP TABLE tracker_search_index",
)
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX tracker_search_text ON tracker_searchdocument USING gin (text gin_trgm_ops)"
    # Otherwise new documents wait in a list that every search reads through.
    " WITH (fastupdate = off)",
)
POSTGRESQL_DROP = ("DROP INDEX tracker_search_text",)


def create(editor: BaseDatabaseSchemaEditor) -> None:
    for statement in POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


def drop(editor: BaseDatabaseSchemaEditor) -> None:
    postgresql = editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_DROP if postgresql else SQLITE_DROP:
        editor.execute(statement)
