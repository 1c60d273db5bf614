"""What is answered where a record is not: it moved to another address, or was not there yet."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from tracker.queries.moments import Moment
from tracker.queries.renames import current_slug


def following_renames(noun: str) -> Callable[..., Callable[..., HttpResponse]]:
    """For views of one record by `slug`: where it finds nothing, ask the log (301, or 404 still).

    Only the path that would be 404 pays for the question. The query string goes along.
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


def not_yet(request: HttpRequest, is_there_today: bool, moment: Moment) -> HttpResponse:
    """Say that a record was not known at the moment asked for, and not what it is called today.

    Raises Http404 where it never is, and for the present, in which what is public is found.
    """
    if not is_there_today or not moment.is_past:
        raise Http404
    context = {"moment": moment}
    return render(request, "dashboard/not_yet.html", context, status=404)
