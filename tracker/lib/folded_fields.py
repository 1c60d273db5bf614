"""The model field for text that is kept folded beside the fields that it is made of, to search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models

from tracker.lib.folding import fold

if TYPE_CHECKING:  # generic for the type checker only
    _TextField = models.TextField[Any, str]
else:
    _TextField = models.TextField


def folded_text(parts: Iterable[str]) -> str:
    """Fold parts of a text, a line each, so that no phrase is found across two of them."""
    return "\n".join(fold(part) for part in parts if part)


class _FoldedText:
    """Folds the fields each time it is read, so that the two cannot disagree."""

    def __init__(self, field: FoldedField) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        return folded_text(getattr(instance, name) for name in self.field.of)

    def __set__(self, instance: models.Model, value: str) -> None:
        # Kept only because Django takes a name absent from here for a deferred field.
        instance.__dict__[self.field.attname] = value


class FoldedField(_TextField):
    """The folded text of the fields named by `of`. The database sees a TextField.

    Saving and bulk-creating write what those fields say, whatever was assigned.
    `save(update_fields=...)`, `QuerySet.update` and `bulk_update` of one of them must name it, too.
    """

    def __init__(self, *args: Any, of: Sequence[str] = (), **kwargs: Any) -> None:
        self.of = tuple(of)
        kwargs.update(default="", blank=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _FoldedText(self))
