"""OpenAPI descriptions of views: parameters, shapes, headers, errors and an example.

Examples are files in this folder, so that the documentation page and the schema share them; a test
checks them against the shapes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypedDict, TypeVar, Unpack

import django_filters
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)

from tracker.api import shapes
from tracker.api.parameters import MOST_PER_PAGE
from tracker.filters import CommitmentFilter
from tracker.filters.parameter_docs import MEANINGS
from tracker.lib.problem_details import CONTENT_TYPE as PROBLEM
from tracker.schema.fields import Noun

Words = str | Promise
_View = TypeVar("_View", bound=Callable[..., Any])


class Description(TypedDict):
    """What is said of an operation: the heading of its group, a line, and more."""

    tag: Words
    summary: Words
    description: Words


EXAMPLES = Path(__file__).resolve().parent / "examples"
# Parameters whose values are records, which a schema does not list.
_NAMED = {"topic", "party", "forum", "meeting", "commitment"}
_DAYS = {"updated_since", "as_of", "known_at"}

_STATUSES: dict[int, Words] = {
    301: _("It has another address now; Location names it."),
    304: _("Nothing has changed since the answer with that ETag."),
    400: _("A parameter means nothing here or has a bad value; each has its sentence."),
    404: _("Nothing public is there, or was at that moment."),
    406: _("The header Accept asks for none of what there is."),
    409: _("The cursor is ahead of the log."),
    410: _("It was retracted, and why."),
}


@cache
def example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))


def query(name: str, schema: dict[str, Any], description: Words) -> OpenApiParameter:
    return OpenApiParameter(name, type=schema, description=description)


def in_path(name: str, kind: type, description: Words) -> OpenApiParameter:
    return OpenApiParameter(
        name, type=kind, location=OpenApiParameter.PATH, description=description
    )


def header(name: str, description: Words, *, kind: type = str) -> OpenApiParameter:
    """Describe a header of the response."""
    return OpenApiParameter(
        name,
        type=kind,
        location=OpenApiParameter.HEADER,
        description=description,
        response=[200],
    )


def number(
    name: str, description: Words, *, least: int, most: int, default: int | None = None
) -> OpenApiParameter:
    schema = {"type": "integer", "minimum": least, "maximum": most}
    return query(name, schema if default is None else {**schema, "default": default}, description)


def filter_parameters(
    filters: type[CommitmentFilter], *, without: Iterable[str] = ()
) -> list[OpenApiParameter]:
    """Return a filter set's parameters in order: repeatable ones as arrays, choices as enums."""
    return [
        _filter_parameter(name, declared)
        for name, declared in filters.base_filters.items()
        if name not in set(without)
    ]


def _filter_parameter(name: str, declared: django_filters.Filter) -> OpenApiParameter:
    schema: dict[str, Any] = {"type": "string"}
    choices = declared.extra.get("choices", ())
    if name in _DAYS:
        schema["format"] = "date"
    listed: Iterable[tuple[Any, Any]] = ()
    if choices and name not in _NAMED:
        listed = choices() if callable(choices) else choices
        schema["enum"] = [str(value) for value, _label in listed]
    if name in _NAMED or isinstance(declared, django_filters.MultipleChoiceFilter):
        schema = {"type": "array", "items": schema}
    label = declared.label or name
    if listed:
        return query(name, schema, label)
    values = {"label": label, "meaning": MEANINGS[name]}
    return query(name, schema, _("%(label)s. %(meaning)s") % values)


# Of a list, and of the many that belong to one record.
PAGES = (number("page", _("Which page, from 1."), least=1, most=10**9, default=1),)
PAGING = (
    *PAGES,
    number(
        "per_page",
        _("How many records a page holds."),
        least=1,
        most=MOST_PER_PAGE,
        default=settings.ROWS_PER_PAGE,
    ),
)
VIEWPOINT = [
    _filter_parameter(name, CommitmentFilter.base_filters[name]) for name in ("as_of", "known_at")
]
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    location=OpenApiParameter.HEADER,
    description=_("The ETag of an answer that you have."),
)
ETAG = header("ETag", _("Moves with the log, the day and the release."))
LINK = header("Link", _("Where to go on (RFC 8288): first, prev, next and last."))


def refusals(statuses: Iterable[int]) -> dict[Any, OpenApiResponse]:
    """Return the responses other than 200; those with a body are Problem Details."""
    responses: dict[Any, OpenApiResponse] = {}
    for status in sorted({304, 400, 406, *statuses}):
        has_body = status >= 400
        key = (status, PROBLEM) if has_body else status
        shape = shapes.Problem if has_body else None
        responses[key] = OpenApiResponse(shape, description=_STATUSES[status])
    return responses


def describes(
    name: str,
    shape: Any,
    *,
    request_path: str,
    parameters: Iterable[OpenApiParameter] = (),
    statuses: Iterable[int] = (),
    forms: dict[str, Any] | None = None,
    **words: Unpack[Description],
) -> Callable[[_View], _View]:
    """Describe `get`. The response to `request_path`, maybe shortened, is the example `name`;
    `forms` maps further media types to their shapes."""
    as_json = OpenApiExample(
        "Example", value=example(name), response_only=True, media_type="application/json"
    )
    responses: dict[Any, Any] = {
        (200, media_type): OpenApiResponse(form, description=words["summary"])
        for media_type, form in {"application/json": shape, **(forms or {})}.items()
    }
    return extend_schema(
        operation_id=name,
        extensions={"x-request": request_path},
        tags=[str(words["tag"])],
        summary=words["summary"],
        description=words["description"],
        parameters=[*parameters, IF_NONE_MATCH, ETAG],
        responses={**responses, **refusals(statuses)},
        examples=[as_json],
    )


def describes_list(
    name: str,
    noun: Noun,
    *,
    example_query: str = "per_page=1",
    filtered_by: type[CommitmentFilter] | None = None,
    **words: Unpack[Description],
) -> Callable[[_View], _View]:
    """Describe a list in numbered pages, with a filter or for a moment."""
    narrowing = VIEWPOINT if filtered_by is None else filter_parameters(filtered_by)
    return describes(
        name,
        shapes.listing(shapes.shape(noun), is_filtered=filtered_by is not None),
        request_path=f"/api/v1/{name}/?{example_query}",
        parameters=[*narrowing, *PAGING, LINK],
        statuses=(404,),
        **words,
    )


def describes_record(
    name: str,
    noun: Noun,
    *,
    request_path: str,
    parameters: Iterable[OpenApiParameter] = (),
    statuses: Iterable[int] = (301, 404),
    **words: Unpack[Description],
) -> Callable[[_View], _View]:
    """Describe one record in detail, for a moment."""
    return describes(
        name,
        shapes.shape(noun),
        request_path=request_path,
        parameters=[
            in_path("slug", str, _("The last part of its address.")),
            *VIEWPOINT,
            *parameters,
        ],
        statuses=statuses,
        **words,
    )
