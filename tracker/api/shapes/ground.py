"""Building blocks of the shapes: short field helpers, dates, and log lines by number."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from tracker.lib.partial_dates import Precision

# A field may share the name of a serializer attribute, because DRF removes fields from the class.
# mypy does not know this, hence some `ignore[assignment]`.
Shape = serializers.Serializer[Any]

PRECISIONS = [(precision.value, precision.value) for precision in Precision]


def text(description: Any, **options: Any) -> serializers.CharField:
    return serializers.CharField(help_text=description, **options)


def whole_number(description: Any, **options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(help_text=description, **options)


def day(description: Any) -> serializers.DateField:
    return serializers.DateField(allow_null=True, help_text=description)


def address(description: Any, **options: Any) -> serializers.URLField:
    return serializers.URLField(help_text=description, **options)


class PartialDate(Shape):
    """A date as precise as it is known."""

    date = text(_("ISO 8601: 2028, 2026-03 or 2026-02-25; null for words alone."), allow_null=True)
    words = text(_("How the source put it, where that matters; else empty."))
    precision = serializers.ChoiceField(PRECISIONS)


class Line(Shape):
    """A line of the log of changes."""

    seq = whole_number(_("Its number."), allow_null=True)
    recorded_at = serializers.DateTimeField(help_text=_("When it was written."), allow_null=True)


class Head(Shape):
    """The last line of the log at which the answer was made."""

    seq = whole_number(_("Its number; 0 while the log is empty."))
    hash = text(_("Its hash: 64 hexadecimal digits."))


class LogHead(Head):
    """The last line of the log."""

    recorded_at = serializers.DateTimeField(
        allow_null=True, help_text=_("When it was written; null while the log is empty.")
    )
