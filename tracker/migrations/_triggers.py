"""The database's own refusal to rewrite what is published, for SQLite and PostgreSQL.

Each rule is a table, the moment, a condition under which the statement is refused, and the
sentence with which it is. The conditions are written so that both databases read them alike.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class Rule(NamedTuple):
    name: str
    table: str
    moment: str
    refused_when: str
    sentence: str


_HAS_EVIDENCE = (
    "EXISTS (SELECT 1 FROM tracker_citation c JOIN tracker_source s ON s.id = c.source_id"
    " WHERE c.update_id = NEW.id AND s.kind <> 'analyst_note')"
)
_IS_PUBLISHED = (
    "EXISTS (SELECT 1 FROM tracker_statusupdate u"
    " WHERE u.id = {row}.update_id AND u.published_seq IS NOT NULL)"
)
_FOLLOWS_THE_LAST_LINE = (
    "NEW.seq = COALESCE((SELECT MAX(seq) FROM tracker_change), 0) + 1"
    " AND NEW.previous_hash = COALESCE("
    "(SELECT hash FROM tracker_change WHERE seq = NEW.seq - 1), '" + "0" * 64 + "')"
)

RULES = (
    Rule(
        "change_is_never_altered",
        "tracker_change",
        "UPDATE",
        "TRUE",
        "a line of the log of changes is never altered",
    ),
    Rule(
        "change_is_never_deleted",
        "tracker_change",
        "DELETE",
        "TRUE",
        "a line of the log of changes is never deleted",
    ),
    Rule(
        "change_follows_the_last_one",
        "tracker_change",
        "INSERT",
        f"NOT ({_FOLLOWS_THE_LAST_LINE})",
        "a line of the log takes the next number and names the hash of the line before",
    ),
    Rule(
        "update_starts_as_a_draft",
        "tracker_statusupdate",
        "INSERT",
        "NEW.published_seq IS NOT NULL",
        "an update starts as a draft",
    ),
    Rule(
        "update_is_never_altered_once_published",
        "tracker_statusupdate",
        "UPDATE",
        "OLD.published_seq IS NOT NULL",
        "a published update is never altered; correct or retract it",
    ),
    Rule(
        "update_is_published_with_evidence",
        "tracker_statusupdate",
        "UPDATE",
        f"NEW.published_seq IS NOT NULL AND NOT {_HAS_EVIDENCE}",
        "an update is published with a source that counts as evidence",
    ),
    Rule(
        "update_is_never_deleted_once_published",
        "tracker_statusupdate",
        "DELETE",
        "OLD.published_seq IS NOT NULL",
        "a published update is never deleted; correct or retract it",
    ),
    Rule(
        "citation_is_never_altered_once_published",
        "tracker_citation",
        "UPDATE",
        _IS_PUBLISHED.format(row="OLD") + " OR " + _IS_PUBLISHED.format(row="NEW"),
        "a citation of a published update is never altered",
    ),
    Rule(
        "citation_is_never_deleted_once_published",
        "tracker_citation",
        "DELETE",
        _IS_PUBLISHED.format(row="OLD"),
        "a citation of a published update is never deleted",
    ),
    Rule(
        "citation_is_added_by_a_change",
        "tracker_citation",
        "INSERT",
        "NEW.added_seq IS NULL AND " + _IS_PUBLISHED.format(row="NEW"),
        "evidence is added to a published update by a change in the log",
    ),
    Rule(
        "revision_is_never_altered",
        "tracker_revision",
        "UPDATE",
        "TRUE",
        "a correction or retraction is never altered",
    ),
    Rule(
        "revision_is_never_deleted",
        "tracker_revision",
        "DELETE",
        "TRUE",
        "a correction or retraction is never deleted",
    ),
)


_TAKES_THE_PLACE = (
    "EXISTS (SELECT 1 FROM tracker_statusupdate u WHERE u.published_seq IS NOT NULL"
    " AND {other} (u.id = NEW.id"
    " OR (u.commitment_id = NEW.commitment_id AND u.number = NEW.number)))"
)
_CITES_IN_PLACE = (
    "EXISTS (SELECT 1 FROM tracker_citation c JOIN tracker_statusupdate u ON u.id = c.update_id"
    " WHERE c.id = NEW.id {other} AND u.published_seq IS NOT NULL)"
)
# SQLite's REPLACE deletes the row in its way without asking the rules on deletion.
SQLITE_RULES = (
    Rule(
        "update_is_never_replaced_by_another",
        "tracker_statusupdate",
        "INSERT",
        _TAKES_THE_PLACE.format(other=""),
        "a published update is never replaced; correct or retract it",
    ),
    Rule(
        "update_is_never_moved_over_another",
        "tracker_statusupdate",
        "UPDATE",
        _TAKES_THE_PLACE.format(other="u.id <> OLD.id AND"),
        "a published update is never replaced; correct or retract it",
    ),
    Rule(
        "citation_is_never_replaced_by_another",
        "tracker_citation",
        "INSERT",
        _CITES_IN_PLACE.format(other=""),
        "a citation of a published update is never replaced",
    ),
    Rule(
        "citation_is_never_moved_over_another",
        "tracker_citation",
        "UPDATE",
        _CITES_IN_PLACE.format(other="AND c.id <> OLD.id"),
        "a citation of a published update is never replaced",
    ),
    Rule(
        "change_is_never_replaced_by_another",
        "tracker_change",
        "INSERT",
        "EXISTS (SELECT 1 FROM tracker_change WHERE hash = NEW.hash)",
        "a line of the log of changes is never replaced",
    ),
    Rule(
        "revision_is_never_replaced_by_another",
        "tracker_revision",
        "INSERT",
        "EXISTS (SELECT 1 FROM tracker_revision r WHERE r.id = NEW.id"
        " OR r.update_id = NEW.update_id OR r.seq = NEW.seq"
        " OR r.replacement_id = NEW.replacement_id)",
        "a correction or retraction is never replaced",
    ),
)


def _sqlite(rule: Rule) -> list[str]:
    return [
        f"CREATE TRIGGER tracker_{rule.name} BEFORE {rule.moment} ON {rule.table}"
        f" WHEN {rule.refused_when} BEGIN SELECT RAISE(ABORT, '{rule.sentence}'); END"
    ]


def _postgresql(rule: Rule) -> list[str]:
    # Deletion must return OLD, since NEW is null there and null would skip the row silently.
    row = "OLD" if rule.moment == "DELETE" else "NEW"
    return [
        f"CREATE FUNCTION tracker_{rule.name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF {rule.refused_when} THEN"
        f" RAISE EXCEPTION '{rule.sentence}' USING ERRCODE = 'integrity_constraint_violation';"
        f" END IF; RETURN {row}; END $$",
        f"CREATE TRIGGER tracker_{rule.name} BEFORE {rule.moment} ON {rule.table}"
        f" FOR EACH ROW EXECUTE FUNCTION tracker_{rule.name}()",
    ]


def create(schema_editor: BaseDatabaseSchemaEditor) -> None:
    postgresql = schema_editor.connection.vendor == "postgresql"
    for rule in RULES if postgresql else (*RULES, *SQLITE_RULES):
        for statement in _postgresql(rule) if postgresql else _sqlite(rule):
            schema_editor.execute(statement)


def drop(schema_editor: BaseDatabaseSchemaEditor) -> None:
    postgresql = schema_editor.connection.vendor == "postgresql"
    for rule in RULES if postgresql else (*RULES, *SQLITE_RULES):
        on = f" ON {rule.table}" if postgresql else ""
        schema_editor.execute(f"DROP TRIGGER tracker_{rule.name}{on}")
        if postgresql:
            schema_editor.execute(f"DROP FUNCTION tracker_{rule.name}()")
