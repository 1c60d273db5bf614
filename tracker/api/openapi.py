"""The OpenAPI 3.1 schema, generated from the descriptions beside the views."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api.base import ReadOnlyView
from tracker.api.describing import ETAG, IF_NONE_MATCH, query, refusals
from tracker.api.parameters import refuse_unknown
from tracker.lib.licences import read_licence


@cache
def schema() -> dict[str, Any]:
    """Return the schema, generated once because it contains no record."""
    generator: Any = SchemaGenerator
    document: dict[str, Any] = generator().get_schema(request=None, public=True)
    licence = read_licence(settings.REGISTER_LICENCE)
    document["info"]["license"] = {"name": licence.name, "url": licence.url}
    return document


class Schema(ReadOnlyView):
    renderer_classes = (OpenApiJsonRenderer2, OpenApiYamlRenderer2)

    @extend_schema(
        operation_id="schema",
        tags=["Entrance"],
        summary=_("This description"),
        description=_("OpenAPI 3.1, as JSON or YAML."),
        parameters=[
            query(
                "format",
                {"type": "string", "enum": ["json", "yaml"]},
                _("The form of the answer, in place of the header Accept."),
            ),
            IF_NONE_MATCH,
            ETAG,
        ],
        responses={
            (200, "application/json"): OpenApiResponse({"type": "object"}, description="OpenAPI"),
            (200, "application/yaml"): OpenApiResponse({"type": "object"}, description="OpenAPI"),
            **refusals(()),
        },
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        refuse_unknown(request.query_params, "format")
        return Response(schema())
