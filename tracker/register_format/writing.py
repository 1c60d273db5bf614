"""Write register files in one fixed form, so that a diff of two dumps shows what changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from tracker.lib.partial_dates import PartialDate
from tracker.schema.fields import Noun, Type

_WIDTH = 96
# White space that a YAML block scalar would lose or change.
_NEEDS_ESCAPES = re.compile("[\r\t\x85\u2028\u2029\ufeff]| \n|\n ")


class _Dumper(yaml.SafeDumper):
    """Indent lists inside a mapping, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    if text != text.strip() or _NEEDS_ESCAPES.search(text):
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
    if "\n" in text:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
    style = ">" if len(text) > _WIDTH - 16 else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


class _Names(list[str]):
    """A short list to write on one line."""


def _represent_names(dumper: yaml.SafeDumper, names: _Names) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", names, flow_style=True)


class _Quoted(str):
    """A date to quote, which YAML would otherwise read as a number or a date."""


def _represent_quoted(dumper: yaml.SafeDumper, text: _Quoted) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(_Quoted, _represent_quoted)
_Dumper.add_representer(_Names, _represent_names)


def _date(value: PartialDate) -> str | dict[str, str]:
    if not value.words:
        return _Quoted(value.iso)
    words = {"words": value.words}
    return {"date": _Quoted(value.iso), **words} if value.iso else words


def plain(values: Mapping[str, Any], noun: Noun) -> dict[str, Any]:
    """Return a record ready to write: fields in order, without empty and default values."""
    written: dict[str, Any] = {}
    for spec in noun.in_file:
        value = values.get(spec.key)
        if value in (None, "", [], ()) or (value == spec.empty and not spec.is_needed):
            continue
        if spec.type is Type.RECORDS and spec.record is not None:
            written[spec.key] = [plain(inner, spec.record) for inner in value]
        elif spec.type is Type.KEYS:
            written[spec.key] = _Names(str(name) for name in value)
        elif spec.type is Type.DATE:
            written[spec.key] = _date(value)
        elif spec.type is Type.DAY:
            written[spec.key] = _Quoted(value.isoformat())
        elif spec.type in (Type.NUMBER, Type.YES_NO):
            written[spec.key] = value
        else:
            written[spec.key] = str(value)
    return written


def to_yaml(content: object) -> str:
    """Serialise plain content as YAML."""
    return yaml.dump(
        content,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=_WIDTH,
    )
