"""Read and rewrite posted form data: the values of a field, and the rows of a formset."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.http import QueryDict

# The posted names of one field or row, with their values.
Sent = dict[str, list[str]]


def _texts(widget: forms.Widget, value: Any) -> list[str]:
    formatted: Any = widget.format_value(value)
    # A select returns a list, whose order means nothing, nor does an empty text.
    if isinstance(formatted, list | tuple):
        return sorted(str(one) for one in formatted if one not in ("", None))
    return [str(formatted) if formatted is not None else ""]


def as_sent(bound: forms.BoundField) -> Sent:
    """Return what a browser would post for a field's current value."""
    widget: Any = bound.field.widget
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget = widget.widget
    name, value = bound.html_name, bound.value()
    if not isinstance(widget, forms.MultiWidget):
        return {name: _texts(widget, value)}
    several: Any = widget
    texts = value if isinstance(value, list) else several.decompress(value)
    parts = zip(several.widgets_names, several.widgets, texts, strict=True)
    return {f"{name}{suffix}": _texts(one, part) for suffix, one, part in parts}


def put(data: QueryDict, sent: Sent) -> None:
    for name, values in sent.items():
        data.setlist(name, values)


def read_rows(data: QueryDict, prefix: str) -> list[Sent]:
    """Return the rows of a formset in order, their field names without the prefix."""
    total = data.get(f"{prefix}-TOTAL_FORMS") or ""
    # Django's own limit.
    rows: list[Sent] = [{} for _row in range(min(int(total), 2000) if total.isdecimal() else 0)]
    for name in data:
        match = re.fullmatch(rf"{re.escape(prefix)}-([0-9]{{1,4}})-(.+)", name)
        if match and int(match[1]) < len(rows):
            rows[int(match[1])][match[2]] = data.getlist(name)
    return rows


def key_of(row: Sent) -> str:
    """Return the key of a row's record; empty for a new one."""
    return (row.get("id") or [""])[-1]


def write_rows(data: QueryDict, prefix: str, rows: Sequence[Sent]) -> list[Sent]:
    """Replace the rows of a formset; return them in their new order, existing ones first."""
    for name in list(data):
        if re.fullmatch(rf"{re.escape(prefix)}-[0-9]+-.+", name):
            del data[name]
    ordered = sorted(filter(None, rows), key=lambda row: not key_of(row))
    for index, row in enumerate(ordered):
        for name, values in row.items():
            data.setlist(f"{prefix}-{index}-{name}", values)
    data[f"{prefix}-TOTAL_FORMS"] = str(len(ordered))
    data[f"{prefix}-INITIAL_FORMS"] = str(sum(bool(key_of(row)) for row in ordered))
    return ordered
