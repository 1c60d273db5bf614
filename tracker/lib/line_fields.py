"""A model field for titles, names and other text of one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from tracker.lib.text import one_line

if TYPE_CHECKING:  # generic for the type checker only
    _CharField = models.CharField[Any, str]
else:
    _CharField = models.CharField


class _Line(DeferredAttribute):
    def __set__(self, instance: models.Model, value: Any) -> None:
        name = self.field.attname
        instance.__dict__[name] = one_line(value) if isinstance(value, str) else value


class LineField(_CharField):
    """A CharField that removes line breaks and control characters.

    They are removed on assignment, so that forms, imports and the log all see the text that is
    saved. The database sees a CharField.
    """

    descriptor_class = _Line

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return one_line(text) if isinstance(text, str) else text
