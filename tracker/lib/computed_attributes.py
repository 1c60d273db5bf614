"""The attribute of a model field whose value is computed from other fields."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute


class ComputedAttribute(DeferredAttribute):
    """Call the field's `compute` at each read, so that it always agrees with the other fields.

    A field names it as its `descriptor_class`.
    """

    field: Any

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        return self if instance is None else self.field.compute(instance)

    def __set__(self, instance: models.Model, value: Any) -> None:
        # Stored only because Django treats a name missing from here as a deferred field.
        instance.__dict__[self.field.attname] = value
