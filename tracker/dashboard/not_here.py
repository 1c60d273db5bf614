"""Responses for a missing record: it moved to another address, or was not recorded yet."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from tracker.queries.log.renamed_addresses import current_slug
from tracker.queries.viewpoint import Viewpoint


def following_renames(noun: str) -> Callable[..., Callable[..., HttpResponse]]:
    """Decorate a view of one record by `slug`: redirect (301) a missing slug to its current one.

    Only requests that would be 404 cost the extra query. The query string is preserved.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, slug=slug, **kwargs)
            except Http404:
                current = current_slug(noun, slug)
                match = request.resolver_match
                if current is None or match is None:
                    raise
                address = reverse(match.view_name, kwargs={**match.kwargs, "slug": current})
                query = request.META.get("QUERY_STRING", "")
                return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)

        return answer

    return decorate


def not_yet(request: HttpRequest, is_there_today: bool, viewpoint: Viewpoint) -> HttpResponse:
    """Say that a record was not known at the requested moment, without its current name.

    Raise Http404 if it is not public today either, or if the moment is the present.
    """
    if not is_there_today or not viewpoint.is_past:
        raise Http404
    context = {"viewpoint": viewpoint}
    return render(request, "dashboard/not_yet.html", context, status=404)
