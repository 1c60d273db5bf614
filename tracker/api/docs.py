"""The API documentation page, generated from the schema so that the two cannot differ."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tracker.answers import public_answer
from tracker.api.openapi import schema

Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a value: "list of" `shape`, `shape` "or null", or words alone in `before`."""

    before: str = ""
    shape: str = ""
    after: str = ""


@public_answer
def docs(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    document = schema()
    operations = list(_operations(document))
    parameters = {p["name"]: p for operation in operations for p in operation["parameters"]}
    context = {
        "site": request.build_absolute_uri("/").rstrip("/"),
        "operations": operations,
        "parameters": list(parameters.values()),
        "shapes": list(_shapes(document)),
    }
    return render(request, "api/docs.html", context)


def _operations(document: Part) -> Iterator[Part]:
    """Yield the operations of OpenAPI; `shape` is the shape of the response."""
    for path, methods in document["paths"].items():
        operation = methods["get"]
        content = operation["responses"]["200"]["content"]
        example = content["application/json"].get("examples", {}).get("Example")
        yield {
            **operation,
            "path": path,
            "tag": operation["tags"][0],
            "parameters": [_parameter(part) for part in operation.get("parameters", ())],
            "media_types": list(content),
            "shape": _kind(content["application/json"]["schema"]).shape,
            "request": operation.get("x-request", path),
            "example": example and json.dumps(example["value"], ensure_ascii=False, indent=2),
        }


def _parameter(part: Part) -> Part:
    of = part["schema"].get("items", part["schema"])
    return {**part, "kind": _kind(part["schema"]).before, "choices": of.get("enum", [])}


def _shapes(document: Part) -> Iterator[Part]:
    shapes: dict[str, Part] = document["components"]["schemas"]
    for name, part in shapes.items():
        fields = []
        for field, value in part.get("properties", {}).items():
            kind = _kind(value)
            of_shape = shapes.get(kind.shape, {})
            # The values of a vocabulary are listed with its shape.
            fallback = "" if "enum" in of_shape else of_shape.get("description", "")
            fields.append({"description": fallback, **value, "name": field, "kind": kind})
        if name != _NULL:
            yield {**part, "name": name, "fields": fields}


# drf-spectacular's name for an enum of null alone.
_NULL = "NullEnum"


def _kind(part: Part) -> Kind:
    if "$ref" in part:
        name = part["$ref"].rsplit("/", 1)[-1]
        return Kind("null") if name == _NULL else Kind(shape=name)
    for joined in ("allOf", "oneOf", "anyOf"):
        if joined in part:
            parts = [_kind(inner) for inner in part[joined]]
            or_null = "or null" if Kind("null") in parts else ""
            return Kind(shape=next((kind.shape for kind in parts if kind.shape), ""), after=or_null)
    if part.get("type") == "array":
        of = _kind(part["items"])
        return Kind(f"list of {of.before}".rstrip(), of.shape)
    kinds = part.get("type", "")
    words = " or ".join(kinds) if isinstance(kinds, list) else kinds
    return Kind(f"{words}, {part['format']}" if "format" in part else words)
