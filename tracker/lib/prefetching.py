"""Fill and read the cache that `prefetch_related` uses on a record."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet


def prefetched(record: Model, name: str, rows: list[Any], *, model: type[Model]) -> None:
    """Make `record.name.all()` return these rows, as after `prefetch_related(name)`."""
    queryset: Any = QuerySet(model)
    queryset._result_cache, queryset._prefetch_done = rows, True
    record.__dict__.setdefault("_prefetched_objects_cache", {})[name] = queryset


def prefetched_rows(record: Model) -> dict[str, list[Any]]:
    """Return the prefetched rows of a record by the name of the relation."""
    cached: dict[str, Any] = record.__dict__.get("_prefetched_objects_cache", {})
    return {name: list(rows) for name, rows in cached.items()}
