"""The content of the data page: formats, columns, parameters and a JSON example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from tracker.exports.extract import TABLES
from tracker.filters import CommitmentFilter
from tracker.filters.parameter_docs import MEANINGS


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    label: str
    values: str | Promise


def dictionary() -> dict[str, Any]:
    """Return the context of the page, which contains no record."""
    return {
        "tables": TABLES,
        "parameters": [
            Parameter(name, str(declared.label), MEANINGS[name])
            for name, declared in CommitmentFilter.base_filters.items()
        ],
    }
