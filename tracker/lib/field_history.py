"""The earlier versions of records, field by field, on django-simple-history's tables.

That library writes a row at each save, and one more at each change of a relation, by signals. Here
the code that changes a record stores a version explicitly: once for everything that one person
saved together, and never during publication, which would double its work. Only deletions are
stored by the library's signal, with the user from its middleware.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

CREATED, CHANGED, DELETED = "+", "~", "-"


class FieldHistory(HistoricalRecords):
    """Store versions of a model's editable columns and many-to-many relations; name it `history`.

    `relations` names the relations. `without` names editable columns to leave out, such as a long
    text; `beside` names columns to include that are not editable, such as its hash. `indexed` are
    the foreign keys by which versions are looked up.
    """

    of: ClassVar[dict[type[models.Model], FieldHistory]] = {}
    # No query filters by date alone.
    _date_indexing = False

    def __init__(
        self,
        *,
        relations: Sequence[str] = (),
        without: Sequence[str] = (),
        beside: Sequence[str] = (),
        indexed: Sequence[str] = (),
    ) -> None:
        self.without, self.beside, self.indexed, self.relations = (
            without,
            beside,
            indexed,
            relations,
        )
        super().__init__(history_id_field=models.BigAutoField())

    def finalize(self, sender: type[models.Model], **kwargs: Any) -> None:
        if sender is self.cls:
            self.m2m_fields = [sender._meta.get_field(name) for name in self.relations]
            self.of[sender] = self
        super().finalize(sender, **kwargs)

    def fields_included(self, model: Any) -> list[Any]:
        return [
            f
            for f in model._meta.fields
            if f.primary_key or f.name in self.beside or (f.editable and f.name not in self.without)
        ]

    def copy_fields(self, model: Any) -> dict[str, Any]:
        fields: dict[str, Any] = super().copy_fields(model)
        for name, field in fields.items():
            is_key = name == model._meta.pk.name or name in self.indexed
            is_through = model._meta.auto_created
            field.db_index = is_key and not is_through
        return fields

    def get_meta_options(self, model: Any) -> dict[str, Any]:
        """Return options without permissions: whoever may view the record may view its versions."""
        return {**super().get_meta_options(model), "default_permissions": ()}

    def get_meta_options_m2m(self, through_model: Any) -> dict[str, Any]:
        return {**super().get_meta_options_m2m(through_model), "default_permissions": ()}

    def post_save(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: versions are stored by `store`."""

    def m2m_changed(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: versions are stored by `store`."""

    def versions(self, **of: Any) -> Any:
        """Return the versions that have these column values, newest first."""
        manager: Any = getattr(self.cls, self.manager_name)
        return manager.filter(**of).order_by("-pk")

    def last(self, records: Sequence[models.Model]) -> dict[Any, Any]:
        """Return the last version of each record that has one, by the record's key."""
        versions = self.versions(id__in=[record.pk for record in records]).order_by("pk")
        return {version.id: version for version in versions}

    def store(self, record: Any, *, now: dt.datetime, by: Any, kind: str) -> None:
        """Store a version of the record as it is now; `by` is a user or None."""
        record._history_date, record._history_user = now, by
        try:
            self.create_historical_record(record, kind)
        finally:
            del record._history_date, record._history_user

    def differs(self, record: models.Model, version: Any) -> bool:
        """Whether the record differs from a version of it."""
        if any(
            f.get_prep_value(f.value_from_object(record))
            != f.get_prep_value(getattr(version, f.attname))
            for f in self.fields_included(record)
        ):
            return True
        return any(
            set(getattr(record, name).values_list("pk", flat=True))
            != {key for _version, key in self.related_keys(name, [version])}
            for name in self.relations
        )

    def related_keys(self, name: str, versions: Sequence[Any]) -> list[tuple[Any, Any]]:
        """Return pairs of a version's key and the key of a record that it was related to."""
        field: Any = self.cls._meta.get_field(name)
        rows: Any = self.m2m_models[field]._base_manager
        rows = rows.filter(history__in=[version.pk for version in versions])
        return list(rows.values_list("history_id", f"{field.m2m_reverse_field_name()}_id"))
