"""Forms as browsers post them: what a field would send as it stands, and rows put in and out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.http import QueryDict

# What one field of a form sends: its names with their values.
Sent = dict[str, list[str]]


def _texts(widget: forms.Widget, value: Any) -> list[str]:
    told: Any = widget.format_value(value)
    # A select tells all that is chosen, and nothing as an empty text.
    if isinstance(told, list | tuple):
        return [str(one) for one in told if one not in ("", None)]
    return [str(told) if told is not None else ""]


def as_sent(bound: forms.BoundField) -> Sent:
    """What a browser would send for the field as it stands."""
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
    """The rows of a formset by their number, each by its fields' names without the prefix."""
    total = data.get(f"{prefix}-TOTAL_FORMS") or ""
    # As many as Django itself takes.
    rows: list[Sent] = [{} for _row in range(min(int(total), 2000) if total.isdecimal() else 0)]
    for name in data:
        found = re.fullmatch(rf"{re.escape(prefix)}-([0-9]{{1,4}})-(.+)", name)
        if found and int(found[1]) < len(rows):
            rows[int(found[1])][found[2]] = data.getlist(name)
    return rows


def key_of(row: Sent) -> str:
    """The key of the record that a row stands for; empty for a new one."""
    return (row.get("id") or [""])[-1]


def write_rows(data: QueryDict, prefix: str, rows: Sequence[Sent]) -> list[Sent]:
    """Put these rows in the place of the formset's; return them as numbered: old ones first."""
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
