"""The page with every channel for following a filter, and its form for e-mail."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tracker.filters import ChangeFilter
from tracker.filters.words import log_sentence
from tracker.lib.network_hash import network_hash
from tracker.models import Frequency
from tracker.notify.channels import addresses_of
from tracker.notify.forms import EmailOptInForm
from tracker.notify.opt_in import EmailOptIn, request_opt_in
from tracker.queries.visibility import log_head

# It is indexed with the address, and PostgreSQL limits an index entry to about 2,700 bytes.
_LONGEST_QUERY = 2_000


@require_safe
def subscribe(request: HttpRequest) -> HttpResponse:
    filterset = ChangeFilter(request.GET, today=timezone.localdate(), follows=True)
    return _page(request, filterset, EmailOptInForm(initial={"frequency": Frequency.DAILY}))


@require_POST
def opt_in_by_email(request: HttpRequest) -> HttpResponse:
    """Take the form; a valid one always redirects to the same page, whatever the outcome."""
    now = timezone.now()
    filterset = ChangeFilter(request.GET, today=timezone.localdate(now), follows=True)
    form = EmailOptInForm(request.POST)
    is_possible = bool(settings.EMAIL_URL) and filterset.is_valid() and not _is_too_long(filterset)
    if not form.is_valid() or not is_possible:
        return _page(request, filterset, form, status=400)
    data = form.cleaned_data
    if not data.pop("website"):
        opt_in = EmailOptIn(query=filterset.canonical_query, **data)
        request_opt_in(opt_in, asked_from=network_hash(request), now=now)
    return redirect(reverse("subscribe-asked"))


@require_safe
def requested(request: HttpRequest) -> HttpResponse:
    return render(request, "subscribe/asked.html")


def _is_too_long(filterset: ChangeFilter) -> bool:
    return len(filterset.canonical_query) > _LONGEST_QUERY


def _page(
    request: HttpRequest, filterset: ChangeFilter, form: EmailOptInForm, *, status: int = 200
) -> HttpResponse:
    context = {"filter": filterset, "form": form, "register_sends_email": bool(settings.EMAIL_URL)}
    if filterset.is_valid():
        query = filterset.canonical_query
        context |= {
            "sentence": log_sentence(filterset),
            "query": f"?{query}" if query else "",
            "channels": addresses_of(request, filterset, head=log_head().seq),
            "is_too_long": _is_too_long(filterset),
            "hub": settings.WEBSUB_HUB,
        }
    response = render(request, "subscribe/subscribe.html", context, status=status)
    # The form holds the CSRF token of this reader.
    response["Cache-Control"] = "private, no-cache"
    return response
