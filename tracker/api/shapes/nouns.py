"""Shapes of the register's nouns, derived from `schema`."""

from __future__ import annotations

from functools import cache
from typing import Any

from rest_framework import serializers

from tracker.api.shapes.ground import Line, PartialDate, Shape
from tracker.schema.fields import LEVELS, Field, Noun, Type


@cache
def shape(noun: Noun) -> type[Shape]:
    """Return the OpenAPI component that describes a noun."""
    fields = {field.name: _field(field) for field in noun.in_json}
    return type(noun.component, (serializers.Serializer,), {"__doc__": noun.meaning, **fields})


def _field(field: Field) -> Any:
    options: dict[str, Any] = {"help_text": field.meaning} if field.meaning else {}
    if field.record is not None:
        return shape(field.record)(many=field.type is Type.RECORDS, **options)
    if field.type in _LISTS:
        child = serializers.ChoiceField(field.choices.choices) if field.choices else _TEXT()
        return serializers.ListField(child=child, **options)
    if field.is_nullable:
        options["allow_null"] = True
    if field.type is Type.LEVEL:
        return serializers.ChoiceField(LEVELS, **options)
    if field.choices is not None:
        return serializers.ChoiceField(field.choices.choices, **options)
    return _KINDS.get(field.type, _TEXT)(**options)


_TEXT = serializers.CharField
_LISTS = (Type.KEYS, Type.CHOICES)
_KINDS: dict[Type, type[serializers.Field[Any, Any, Any, Any]]] = {
    Type.YES_NO: serializers.BooleanField,
    Type.NUMBER: serializers.IntegerField,
    Type.DAY: serializers.DateField,
    Type.DATE: PartialDate,
    Type.LINE: Line,
    Type.ADDRESS: serializers.URLField,
}
