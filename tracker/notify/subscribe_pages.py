"""The page that explains each way of following a filter, and its form for e-mail."""

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
from tracker.notify.channels import query_of, ways
from tracker.notify.email_forms import AskForm
from tracker.notify.opt_in import Wish, ask
from tracker.queries.visibility import log_head

# With the address it stands in an index, whose entries PostgreSQL limits to about 2,700 bytes.
_LONGEST_QUERY = 2_000


@require_safe
def subscribe(request: HttpRequest) -> HttpResponse:
    found = ChangeFilter(request.GET, today=timezone.localdate(), follows=True)
    return _page(request, found, AskForm(initial={"frequency": Frequency.DAILY}))


@require_POST
def ask_by_email(request: HttpRequest) -> HttpResponse:
    """Take the form; whoever fills it in well is sent to the same page, whatever comes of it."""
    now = timezone.now()
    found = ChangeFilter(request.GET, today=timezone.localdate(now), follows=True)
    form = AskForm(request.POST)
    is_possible = bool(settings.EMAIL_URL) and found.is_valid() and not _is_too_long(found)
    if not form.is_valid() or not is_possible:
        return _page(request, found, form, status=400)
    asked = form.cleaned_data
    if not asked.pop("website"):
        ask(Wish(query=query_of(found), **asked), asked_from=network_hash(request), now=now)
    return redirect(reverse("subscribe-asked"))


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "subscribe/asked.html")


def _is_too_long(found: ChangeFilter) -> bool:
    return len(query_of(found)) > _LONGEST_QUERY


def _page(
    request: HttpRequest, found: ChangeFilter, form: AskForm, *, status: int = 200
) -> HttpResponse:
    context = {"filter": found, "form": form, "register_sends_email": bool(settings.EMAIL_URL)}
    if found.is_valid():
        query = query_of(found)
        context |= {
            "sentence": log_sentence(found),
            "query": f"?{query}" if query else "",
            "ways": ways(request, found, head=log_head().seq),
            "is_too_long": _is_too_long(found),
            "hub": settings.WEBSUB_HUB,
        }
    response = render(request, "subscribe/subscribe.html", context, status=status)
    # The form holds a token of this reader alone.
    response["Cache-Control"] = "private, no-cache"
    return response
