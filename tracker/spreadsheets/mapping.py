"""Which column of a file holds what: matched by name or label, suggested, or chosen by a person.

A mapping gives the heading for each of our columns. It is stored as a small YAML or JSON file for
`manage.py import_commitments --mapping`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tracker.spreadsheets.cells import ENCODINGS, SpreadsheetError
from tracker.spreadsheets.dates import DateOrder

# How similar two names must be, from 0 to 1, for one to be suggested for the other.
_ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Headings by column: exact matches (`sure`), and similar ones to be confirmed (`close`)."""

    sure: dict[str, str] = field(default_factory=dict)
    close: dict[str, str] = field(default_factory=dict)
    # Headings that match no column.
    left: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every heading was matched, with nothing to confirm."""
        return not self.close and not self.left


def _folded(name: str) -> str:
    return " ".join(re.split(r"[\W_]+", name.casefold())).strip()


def _names(name: str, label: str | Promise) -> set[str]:
    """Return the names of a column: its own, and its label in each interface language."""
    names = {_folded(name)}
    for language, _language in settings.LANGUAGES:
        with translation.override(language):
            names.add(_folded(str(label)))
    return names


def suggest(headings: Sequence[str], columns: Mapping[str, str | Promise]) -> Suggestion:
    """Find the heading of each column; `columns` maps our names to their labels."""
    known = {name: _names(name, label) for name, label in columns.items()}
    folded = {_folded(heading): heading for heading in headings if heading}
    # A column's own name takes precedence over its labels.
    exact = {heading: heading for heading in headings if heading in columns}
    sure = {name: exact[name] for name in columns if name in exact}
    for name, names in known.items():
        matches = [folded[n] for n in names if n in folded and folded[n] not in sure.values()]
        if name not in sure and matches:
            sure[name] = matches[0]
    left = [heading for heading in headings if heading and heading not in sure.values()]
    close = {}
    for heading in left:
        open_names = {n: name for name in known if name not in sure for n in known[name]}
        match = difflib.get_close_matches(_folded(heading), list(open_names), 1, _ALIKE)
        if match and open_names[match[0]] not in close:
            close[open_names[match[0]]] = heading
    unknown = tuple(heading for heading in left if heading not in close.values())
    return Suggestion(sure, close, unknown)


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file: the heading of each column, the date order and the encoding."""

    columns: dict[str, str]
    dates: str = ""
    encoding: str = ""

    def places(self, headings: Sequence[str]) -> dict[str, int]:
        """Return the position of each column. Raise SpreadsheetError for a missing heading."""
        missing = [heading for heading in self.columns.values() if heading not in headings]
        if missing:
            raise SpreadsheetError(
                _("The file has no column “%(heading)s”; its columns are: %(headings)s.")
                % {"heading": missing[0], "headings": ", ".join(filter(None, headings))}
            )
        return {name: headings.index(heading) for name, heading in self.columns.items()}

    def as_yaml(self) -> str:
        mapping: dict[str, Any] = {"columns": self.columns}
        mapping |= {n: v for n, v in (("dates", self.dates), ("encoding", self.encoding)) if v}
        return yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False)


def read_mapping(text: str, *, names: Iterable[str]) -> Reading:
    """Parse the output of `Reading.as_yaml`, or the same as JSON. Raise SpreadsheetError."""
    try:
        mapping = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SpreadsheetError(_("The mapping is neither YAML nor JSON: %s") % error) from error
    columns = mapping.get("columns") if isinstance(mapping, dict) else None
    if not isinstance(columns, dict) or not all(isinstance(v, str) for v in columns.values()):
        raise SpreadsheetError(
            _("A mapping has “columns:” and below it lines such as “title: Name of the pledge”.")
        )
    unknown = sorted(set(columns) - set(names))
    if unknown:
        raise SpreadsheetError(
            _("There is no column “%(name)s”; there are: %(names)s.")
            % {"name": unknown[0], "names": ", ".join(names)}
        )
    options = {"dates": DateOrder.values, "encoding": list(ENCODINGS)}
    for name, choices in options.items():
        if mapping.get(name, "") not in ["", *choices]:
            raise SpreadsheetError(
                _("The mapping says “%(name)s: %(value)s”; write one of: %(choices)s.")
                % {"name": name, "value": mapping[name], "choices": ", ".join(choices)}
            )
    return Reading(columns, mapping.get("dates", ""), mapping.get("encoding", ""))
