"""How a test reads a line of the log, and the payloads that several lines carry."""

from __future__ import annotations

from typing import Any

from tests import make
from tracker.models import Change, Source

STATEMENT = {
    "slug": "statement",
    "title": "Joint statement",
    "kind": "joint_statement",
    "publisher": "Global Affairs Canada",
    "identifier": "",
    "url": "https://example.org/statement",
    "archived_url": "",
    "language": "en",
    "licence": "",
    "published_on": {"date": "2026-02-25", "words": "", "precision": "day"},
    "retrieved_on": None,
    "summary": "",
    "text_sha256": "",
}


def make_statement(**overrides: Any) -> Source:
    """The source whose payload is STATEMENT."""
    names = ("slug", "title", "kind", "publisher", "url")
    return make.make_source(**{name: STATEMENT[name] for name in names} | overrides)


def line(change: Change) -> tuple[Any, ...]:
    """What a line says beside its payload, read from the database."""
    stored = Change.objects.get(pk=change.pk)
    assert stored.payload == change.payload
    return (stored.seq, stored.kind, stored.significance, stored.is_backfill, stored.recorded_at)


def subjects(change: Change) -> dict[str, Any]:
    names = ("commitment", "update", "meeting", "source", "note")
    return {name: getattr(change, name) for name in names if getattr(change, name) is not None}


def public_names(model: type[Any], name: str) -> dict[str, int | None]:
    """Since which change each record is public."""
    return dict(model.objects.values_list(name, "published_seq"))
