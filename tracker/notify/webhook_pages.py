"""The pages of webhooks: one to ask for one, and one behind a signed link to run it.

Every button is a POST whose answer is the page itself, with a sentence about what was done.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tracker.answers import today
from tracker.filters import ChangeFilter
from tracker.filters.words import log_sentence
from tracker.lib.network_hash import network_hash
from tracker.models import Outcome, Subscription, SubscriptionState
from tracker.notify import webhook_acts as acts
from tracker.notify.following import BrokenFilterError, filter_of, kept_query, lines_to_tell
from tracker.notify.messages import Attempt
from tracker.notify.webhook_forms import ReplayForm, WebhookForm
from tracker.notify.webhook_links import key_of, manage_url, new_key, webhook_of
from tracker.notify.webhooks import both_until
from tracker.queries.visibility import log_head

ATTEMPTS_SHOWN = 50


def _private(response: HttpResponse) -> HttpResponse:
    """Keep an address that is a key from other sites, and the page from caches and searches."""
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


# -- Asking for one -----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a webhook that follows the filter in the address."""
    found = ChangeFilter(request.GET, today=today(), follows=True)
    context: dict[str, Any] = {"filter": found, "self_service": settings.WEBHOOK_SELF_SERVICE}
    if not found.is_valid():
        return _form_page(request, context)
    context["sentence"] = log_sentence(found)
    if request.method != "POST":
        return _form_page(request, context | {"form": WebhookForm(initial={"key": new_key()})})
    typed = request.POST.copy()
    if key_of(typed.get("key", "")) is None:
        typed["key"] = new_key()
    form = WebhookForm(typed)
    if form.is_valid():
        try:
            return _private(_ask(request, form, query=kept_query(QueryDict(found.query[1:]))))
        except acts.RefusedError as refused:
            form.add_error(None, str(refused))
    return _form_page(request, context | {"form": form})


def _form_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    response = render(request, "webhooks/ask.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _ask(request: HttpRequest, form: WebhookForm, *, query: str) -> HttpResponse:
    now = timezone.now()
    webhook, is_new = acts.register(
        key=key_of(form.cleaned_data["key"]) or uuid.uuid4(),
        address=form.cleaned_data["address"],
        contact=form.cleaned_data["contact"],
        query=query,
        asked_from=network_hash(request),
        now=now,
    )
    if not is_new:
        sentence = _(
            "You have asked for this webhook already. If you did not see its secret, make a new "
            "one below."
        )
        return _page(request, webhook, Told(sentence))
    told = _test(webhook, {}) if acts.may_be_called(webhook) else Told("")
    webhook.refresh_from_db()
    context = {
        "webhook": webhook,
        "told": told,
        "manage_url": manage_url(request, webhook),
        "is_active": webhook.state == SubscriptionState.ACTIVE,
        "may_be_called": acts.may_be_called(webhook),
        "secret": webhook.secret,
    }
    return render(request, "webhooks/asked.html", context)


# -- Running one --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says of the button that was pressed."""

    sentence: str
    is_refusal: bool = False
    secret: str = ""
    form: ReplayForm | None = None


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """How a webhook does, and the buttons to run it."""
    webhook = webhook_of(token)
    if webhook is None:
        return _private(render(request, "webhooks/unknown.html", status=404))
    told = Told("")
    if request.method == "POST":
        press = BUTTONS.get(request.POST.get("press", ""))
        try:
            told = press(webhook, request.POST) if press else _no_such_button()
        except acts.RefusedError as refused:
            told = Told(str(refused), is_refusal=True)
        webhook = webhook_of(token)
        if webhook is None:
            return _private(render(request, "webhooks/deleted.html"))
    return _private(_page(request, webhook, told))


def _page(request: HttpRequest, webhook: Subscription, told: Told) -> HttpResponse:
    head = log_head().seq
    context = {
        "webhook": webhook,
        "told": told,
        "manage_url": manage_url(request, webhook),
        "sentence": "",
        "head": head,
        "attempts": _attempts(webhook, head=head),
        "replay": told.form or ReplayForm(head=head, initial={"after": webhook.cursor}),
        "fingerprint": acts.fingerprint(webhook),
        "may_be_called": acts.may_be_called(webhook),
        "both_until": both_until(webhook, now=timezone.now()),
    }
    try:
        context["sentence"] = log_sentence(filter_of(webhook, today=today()))
        context["waiting"] = _owed(webhook, after=webhook.cursor, head=head)
    except BrokenFilterError as broken:
        context["broken"] = str(broken)
    return render(request, "webhooks/webhook.html", context)


def _attempts(webhook: Subscription, *, head: int) -> list[dict[str, Any]]:
    """The last attempts, each with where its line stands among the changes.

    Lines are numbered without gaps, and shown newest first.
    """
    listed = reverse("changes")
    rows = []
    for attempt in webhook.deliveries.all()[:ATTEMPTS_SHOWN]:
        seq = attempt.first_seq or 0
        page = (head - seq) // settings.ROWS_PER_PAGE + 1
        rows.append({"attempt": attempt, "href": f"{listed}?page={page}#change-{seq}"})
    return rows


def _owed(webhook: Subscription, *, after: int, head: int) -> int:
    return lines_to_tell(webhook, today=today(), after=after, to=head).count()


def _no_such_button() -> Told:
    return Told(_("There is no such button: use those of this page."), is_refusal=True)


def _test(webhook: Subscription, data: Mapping[str, str]) -> Told:
    attempt = acts.try_out(webhook, now=timezone.now())
    if attempt.outcome != Outcome.DELIVERED:
        return Told(_not_taken(attempt), is_refusal=True)
    return Told(
        _("The test was answered with %(status)d: it arrived.") % {"status": attempt.status}
    )


def _not_taken(attempt: Attempt) -> str:
    if attempt.status is None:
        return _("The test did not arrive. %(why)s") % {"why": attempt.detail}
    return _("The test was not taken; only an answer of 200 to 299 says that it was: %(why)s") % {
        "why": attempt.detail
    }


def _rotate(webhook: Subscription, data: Mapping[str, str]) -> Told:
    secret = acts.rotate(webhook, seen=data.get("seen", ""), now=timezone.now())
    return Told(_("The secret is a new one."), secret=secret)


def _replay(webhook: Subscription, data: Mapping[str, str]) -> Told:
    head = log_head().seq
    form = ReplayForm(data, head=head)
    if not form.is_valid():
        return Told("", form=form)
    after = form.cleaned_data["after"]
    try:
        count = _owed(webhook, after=after, head=head)
    except BrokenFilterError as broken:
        return Told(str(broken), is_refusal=True, form=form)
    acts.replay(webhook, after=after, now=timezone.now())
    sentence = ngettext(
        "%(count)d change after change %(after)d is sent again, with the same id as before.",
        "%(count)d changes after change %(after)d are sent again, with the same ids as before.",
        count,
    )
    return Told(sentence % {"count": count, "after": after})


def _pause(webhook: Subscription, data: Mapping[str, str]) -> Told:
    acts.pause(webhook, now=timezone.now())
    return Told(_("It is paused. Resumed, it goes on where it was, and leaves nothing out."))


def _resume(webhook: Subscription, data: Mapping[str, str]) -> Told:
    acts.resume(webhook, now=timezone.now())
    return Told(_("It goes on where it was."))


def _delete(webhook: Subscription, data: Mapping[str, str]) -> Told:
    if not data.get("sure"):
        raise acts.RefusedError(_("Nothing was deleted: tick the box above “Delete” as well."))
    acts.delete(webhook, now=timezone.now())
    return Told("")


BUTTONS: Mapping[str, Callable[[Subscription, Mapping[str, str]], Told]] = {
    "test": _test,
    "rotate": _rotate,
    "replay": _replay,
    "pause": _pause,
    "resume": _resume,
    "delete": _delete,
}
