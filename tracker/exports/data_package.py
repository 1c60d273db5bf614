"""Describe the CSV files for programs: a Data Package descriptor (Frictionless, version 2.0)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tracker.exports.as_json import metadata
from tracker.exports.cells import Column, Kind
from tracker.exports.extract import COMMITMENT_TABLE, TABLES, UPDATE_TABLE, Extract, Table
from tracker.filters.words import sentence
from tracker.lib.licences import read_licence

SCHEMA = "https://datapackage.org/profiles/2.0/datapackage.json"
_PARTIAL_DATE = "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"
_TYPES = {
    Kind.TEXT: "string",
    Kind.LIST: "string",
    Kind.PARTIAL_DATE: "string",
    Kind.DATE: "date",
    Kind.DATE_TIME: "datetime",
    Kind.NUMBER: "integer",
    Kind.YES_NO: "boolean",
}


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.is_required:
        constraints["required"] = True
    if column.kind is Kind.PARTIAL_DATE:
        constraints["pattern"] = _PARTIAL_DATE
    if column.choices is not None and column.kind is not Kind.LIST:
        constraints["enum"] = column.choices.values
    return {
        "name": column.name,
        "title": str(column.title),
        "description": str(column.description),
        "type": _TYPES[column.kind],
        **({"constraints": constraints} if constraints else {}),
    }


def _schema(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
    if table is UPDATE_TABLE:
        schema["foreignKeys"] = [
            {
                "fields": ["commitment"],
                "reference": {"resource": COMMITMENT_TABLE.name, "fields": ["reference"]},
            }
        ]
    return schema


def _licence() -> dict[str, str]:
    licence = read_licence(settings.REGISTER_LICENCE)
    name = {"name": licence.identifier} if licence.identifier else {}
    return {**name, "path": licence.url}


def data_package(extract: Extract, *, query: str) -> dict[str, Any]:
    """Describe both CSV files for a filter, which `query` repeats as a query string."""
    recorded_at = extract.head.recorded_at
    return {
        "$schema": SCHEMA,
        "name": slugify(settings.REGISTER_NAME) or "register",
        "title": settings.REGISTER_NAME,
        "description": sentence(extract.filterset),
        "licenses": [_licence()],
        "homepage": extract.site + reverse("data-dictionary"),
        **({"created": recorded_at.isoformat(timespec="seconds")} if recorded_at else {}),
        "register": metadata(extract),
        "resources": [
            {
                "name": table.name,
                "title": _("Commitments") if table is COMMITMENT_TABLE else _("Updates"),
                "type": "table",
                "path": extract.site + reverse(f"{table.name}-csv") + query,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"header": True, "delimiter": ",", "lineTerminator": "\r\n"},
                "schema": _schema(table),
            }
            for table in TABLES
        ],
    }
