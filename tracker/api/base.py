"""The base of the API's views: read-only, public, and JSON unless another format is requested."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from tracker.api.problems import bad_parameters
from tracker.models import LogHead
from tracker.schema import payloads
from tracker.schema.payloads import Payload


class ByFormat(DefaultContentNegotiation):
    """Choose by `?format=` if a view has several formats, otherwise by the Accept header."""

    def select_renderer(  # type: ignore[override]  # the stubs ask for an iterator
        self,
        request: Request,
        renderers: Sequence[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        requested = request.query_params.get("format")
        if len(renderers) > 1 and requested is not None:
            for renderer in renderers:
                if renderer.format == requested:
                    return renderer, renderer.media_type
            known = ", ".join(renderer.format for renderer in renderers)
            sentence = _("There is no format “%(asked)s” here. Choose from: %(known)s.")
            raise bad_parameters({"format": [sentence % {"asked": requested[:40], "known": known}]})
        if not request.headers.get("Accept", "*/*").strip():
            # An empty Accept header rules nothing out.
            return renderers[0], renderers[0].media_type
        chosen: tuple[BaseRenderer, str] = super().select_renderer(
            request, renderers, format_suffix
        )
        return chosen


class ReadOnlyView(APIView):
    """A view for GET and HEAD; REST_FRAMEWORK turns authentication and permissions off."""

    http_method_names = ["get", "head"]
    content_negotiation_class = ByFormat

    @property
    def default_response_headers(self) -> dict[str, str]:
        """None of DRF's: `edge` says which methods are allowed and which headers matter."""
        return {}


def head_of_log(head: LogHead) -> Payload:
    """Return the number, hash and time of the log's last line."""
    line = payloads.recorded(head.seq, head.recorded_at)
    return {"seq": line["seq"], "hash": head.hash, "recorded_at": line["recorded_at"]}


def update_with_page(request: Request, record: Payload) -> Payload:
    """Add the absolute address of an update on the page of its commitment."""
    page = reverse("commitment", args=[record["commitment"]["slug"]])
    return {**record, "url": request.build_absolute_uri(f"{page}#update-{record['number']}")}


def with_address(request: Request, noun: str, record: Payload, *, key: str = "url") -> Payload:
    """Add the absolute address of the page for people."""
    page = reverse(noun, args=[record["slug"]])
    return {**record, key: request.build_absolute_uri(page)}
