"""The pages behind the links in e-mails: confirm, manage and stop a subscription.

Opening a page changes nothing, since mail servers open links to scan them; a button does. Mail
programs, however, unsubscribe by a POST of their own (RFC 8058).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tracker.filters import ChangeFilter
from tracker.filters.words import log_sentence
from tracker.lib.erasure import empty_write_ahead_log
from tracker.models import Channel, Subscription, SubscriptionState
from tracker.notify.forms import OptionsForm
from tracker.notify.links import (
    BadLinkError,
    ExpiredLinkError,
    Purpose,
    key_of,
    key_to_confirm,
    lasting_token,
    path_of,
)
from tracker.notify.opt_in import forget
from tracker.notify.tidy import KEEP_STOPPED_EMAIL
from tracker.queries.visibility import log_head

_STATE_FIELDS = ["state", "next_attempt_at", "failures", "stopped_at", "stopped_because"]
_View = Callable[[HttpRequest, str], HttpResponse]


def _by_link(view: _View) -> _View:
    """Decorate a view for the holder of a link: not cached, and not listed by search engines."""

    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, token)
        except BadLinkError:
            response = _bad_link_page(request, because="bad", status=404)
        except ExpiredLinkError:
            response = _bad_link_page(request, because="expired", status=410)
        except Subscription.DoesNotExist:
            response = _bad_link_page(request, because="gone", status=404)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        # The address is a secret, which no other site may learn.
        response["Referrer-Policy"] = "same-origin"
        return response

    return require_http_methods(["GET", "HEAD", "POST"])(answer)


@_by_link
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    subscription = _by_key(key_to_confirm(token, now=now))
    if request.method == "POST" and subscription.state == SubscriptionState.PENDING:
        subscription.start(now=now, head=log_head().seq)
        subscription.save()
    is_open = subscription.state == SubscriptionState.PENDING
    template = "subscribe/confirm.html" if is_open else "subscribe/confirmed.html"
    return render(request, template, _link_context(subscription))


@_by_link
def manage(request: HttpRequest, token: str) -> HttpResponse:
    subscription = _by_key(key_of(token, Purpose.MANAGE))
    form = OptionsForm(
        request.POST if request.POST.get("do") == "change" else None,
        initial={
            "frequency": subscription.frequency,
            "with_overdue": subscription.with_overdue,
        },
    )
    if request.method == "POST":
        if request.POST.get("do") == "forget":
            forget(subscription.address)
            return render(request, "subscribe/forgotten.html")
        if _act(subscription, request.POST.get("do", ""), form, now=timezone.now()):
            return redirect(f"{request.path}?saved=1")
    context = {**_link_context(subscription), "form": form, "days_kept": KEEP_STOPPED_EMAIL.days}
    context["is_saved"] = request.method == "GET" and "saved" in request.GET
    return render(request, "subscribe/manage.html", context, status=400 if form.errors else 200)


@csrf_exempt
@_by_link
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Unsubscribe at once by POST, without a question; safe to repeat."""
    key = key_of(token, Purpose.STOP)
    subscriptions = Subscription.objects.filter(channel=Channel.EMAIL, key=key)
    if request.method == "POST":
        subscriptions.delete()
        empty_write_ahead_log()
    subscription = subscriptions.first()
    if subscription is None:
        return render(request, "subscribe/ended.html")
    return render(request, "subscribe/stop.html", _link_context(subscription))


def _act(subscription: Subscription, what: str, form: OptionsForm, *, now: dt.datetime) -> bool:
    """Change, pause or resume; return whether anything was done."""
    if what == "change" and form.is_valid():
        # Due at once, so that a weekly one that is now daily does not wait for Monday.
        Subscription.objects.filter(pk=subscription.pk).update(
            **form.cleaned_data, next_attempt_at=now
        )
    elif what == "pause" and subscription.state == SubscriptionState.ACTIVE:
        subscription.stop(now=now, because=gettext("Paused by whoever has the address."))
        subscription.save(update_fields=_STATE_FIELDS)
    elif what == "resume" and subscription.state == SubscriptionState.STOPPED:
        subscription.resume(now=now)
        subscription.save(update_fields=_STATE_FIELDS)
    else:
        return False
    return True


def _by_key(key: uuid.UUID) -> Subscription:
    return Subscription.objects.get(channel=Channel.EMAIL, key=key)


def _link_context(subscription: Subscription) -> dict[str, object]:
    params = QueryDict(subscription.query)
    filterset = ChangeFilter(params, today=timezone.localdate(), follows=True)
    return {
        "subscription": subscription,
        "sentence": log_sentence(filterset) if filterset.is_valid() else "",
        "query": f"?{subscription.query}" if subscription.query else "",
        "manage": path_of(Purpose.MANAGE, lasting_token(subscription, Purpose.MANAGE)),
        "stop": path_of(Purpose.STOP, lasting_token(subscription, Purpose.STOP)),
    }


def _bad_link_page(request: HttpRequest, *, because: str, status: int) -> HttpResponse:
    return render(request, "subscribe/no_way.html", {"because": because}, status=status)
