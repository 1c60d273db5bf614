"""What `prefetch_related` leaves on a record: put there by hand, and read from there."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet


def prefetched(record: Model, name: str, rows: list[Any], *, model: type[Model]) -> None:
    """Put rows where `prefetch_related(name)` leaves what it read, for `record.name.all()`."""
    found: Any = QuerySet(model)
    found._result_cache, found._prefetch_done = rows, True
    record.__dict__.setdefault("_prefetched_objects_cache", {})[name] = found


def prefetched_rows(record: Model) -> dict[str, list[Any]]:
    """What was prefetched for a record, by the name of the relation."""
    kept: dict[str, Any] = record.__dict__.get("_prefetched_objects_cache", {})
    return {name: list(rows) for name, rows in kept.items()}
