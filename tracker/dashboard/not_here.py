"""Responses for what cannot be shown: a record elsewhere or not recorded yet, an invalid day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from tracker.filters import ViewpointForm
from tracker.lib.query_strings import with_query
from tracker.queries.log.renamed_addresses import current_slug, is_there_today
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
                return HttpResponsePermanentRedirect(with_query(address, query))

        return answer

    return decorate


def at_viewpoint(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view to take the requested `viewpoint` in place of `today`; 400 if invalid."""

    @wraps(view)
    def answer(request: HttpRequest, *, today: dt.date, **kwargs: Any) -> HttpResponse:
        form = ViewpointForm(request.GET, today=today)
        if not form.is_valid():
            return render(request, "dashboard/invalid_viewpoint.html", {"form": form}, status=400)
        return view(request, **kwargs, viewpoint=form.viewpoint)

    return answer


def not_yet(request: HttpRequest, noun: str, slug: str, viewpoint: Viewpoint) -> HttpResponse:
    """Say that a record was not known at the requested viewpoint, without its current name.

    Raise Http404 if it is not public today either, or if the viewpoint is today's.
    """
    if not viewpoint.is_past or not is_there_today(noun, slug):
        raise Http404
    return render(request, "dashboard/not_yet.html", {"viewpoint": viewpoint}, status=404)
