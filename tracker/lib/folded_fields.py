"""A model field that holds the folded text of other fields, for searching."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models

from tracker.lib.computed_attributes import ComputedAttribute
from tracker.lib.folding import fold

if TYPE_CHECKING:  # generic for the type checker only
    _TextField = models.TextField[Any, str]
else:
    _TextField = models.TextField


def folded_text(parts: Iterable[str]) -> str:
    """Fold the parts, one to a line, so that no phrase matches across two of them."""
    return "\n".join(fold(part) for part in parts if part)


class FoldedField(_TextField):
    """The folded text of the fields named by `of`. The database sees a TextField.

    `save` and `bulk_create` write the folded value, whatever was assigned to this field.
    `save(update_fields=...)`, `QuerySet.update` and `bulk_update` of those must name this too.
    """

    descriptor_class = ComputedAttribute

    def __init__(self, *args: Any, of: Sequence[str] = (), **kwargs: Any) -> None:
        self.of = tuple(of)
        kwargs.update(default="", blank=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def compute(self, instance: models.Model) -> str:
        return folded_text(getattr(instance, name) for name in self.of)
