"""The webhook pages: one to request a webhook, and one behind a signed link to manage it.

Every button is a POST that renders the page again, with a sentence about what was done.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
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
from tracker.models import Channel, Outcome, Subscription, SubscriptionState
from tracker.notify import webhook_acts as acts
from tracker.notify.following import BrokenFilterError, filter_of, followed_lines
from tracker.notify.forms import ReplayForm, WebhookForm
from tracker.notify.links import (
    BadLinkError,
    Purpose,
    form_key_of,
    key_of,
    lasting_token,
    new_form_key,
    path_of,
)
from tracker.notify.messages import Attempt
from tracker.notify.webhooks import both_until
from tracker.queries.visibility import log_head

ATTEMPTS_SHOWN = 50


def _private(response: HttpResponse) -> HttpResponse:
    """Keep a secret address from other sites, and its page from caches and search engines."""
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def manage_url(request: HttpRequest, webhook: Subscription) -> str:
    """Return the signed address of a webhook: its holder may do everything; it never expires."""
    token = lasting_token(webhook, Purpose.WEBHOOK)
    return request.build_absolute_uri(path_of(Purpose.WEBHOOK, token))


def _webhook_of(token: str) -> Subscription | None:
    """Return the webhook of a link; None if the link is not ours, or the webhook is gone."""
    try:
        key = key_of(token, Purpose.WEBHOOK)
    except BadLinkError:
        return None
    return Subscription.objects.filter(channel=Channel.WEBHOOK, key=key).first()


# -- Requesting one -----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def request_webhook(request: HttpRequest) -> HttpResponse:
    """Request a webhook that follows the filter in the address."""
    filterset = ChangeFilter(request.GET, today=today(), follows=True)
    context: dict[str, Any] = {"filter": filterset, "self_service": settings.WEBHOOK_SELF_SERVICE}
    if not filterset.is_valid():
        return _form_page(request, context)
    context["sentence"] = log_sentence(filterset)
    if request.method != "POST":
        return _form_page(request, context | {"form": WebhookForm(initial={"key": new_form_key()})})
    typed = request.POST.copy()
    if form_key_of(typed.get("key", "")) is None:
        typed["key"] = new_form_key()
    form = WebhookForm(typed)
    if form.is_valid():
        try:
            return _private(_register(request, form, query=filterset.canonical_query))
        except acts.RefusedError as refused:
            form.add_error(None, str(refused))
    return _form_page(request, context | {"form": form})


def _form_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    response = render(request, "webhooks/ask.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _register(request: HttpRequest, form: WebhookForm, *, query: str) -> HttpResponse:
    now = timezone.now()
    webhook, is_new = acts.register(
        key=form_key_of(form.cleaned_data["key"]) or uuid.uuid4(),
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
        return _page(request, webhook, Feedback(sentence))
    feedback = _test(webhook, {}) if acts.may_be_called(webhook) else Feedback("")
    webhook.refresh_from_db()
    context = {
        "webhook": webhook,
        "feedback": feedback,
        "manage_url": manage_url(request, webhook),
        "is_active": webhook.state == SubscriptionState.ACTIVE,
        "may_be_called": acts.may_be_called(webhook),
        "secret": webhook.secret,
    }
    return render(request, "webhooks/asked.html", context)


# -- Managing one -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the page says about the button that was pressed."""

    sentence: str
    is_refusal: bool = False
    secret: str = ""
    form: ReplayForm | None = None


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """Show a webhook's state, with the buttons to manage it."""
    webhook = _webhook_of(token)
    if webhook is None:
        return _private(render(request, "webhooks/unknown.html", status=404))
    feedback = Feedback("")
    if request.method == "POST":
        press = BUTTONS.get(request.POST.get("press", ""))
        try:
            feedback = press(webhook, request.POST) if press else _no_such_button()
        except acts.RefusedError as refused:
            feedback = Feedback(str(refused), is_refusal=True)
        webhook = _webhook_of(token)
        if webhook is None:
            return _private(render(request, "webhooks/deleted.html"))
    return _private(_page(request, webhook, feedback))


def _page(request: HttpRequest, webhook: Subscription, feedback: Feedback) -> HttpResponse:
    head = log_head().seq
    context = {
        "webhook": webhook,
        "feedback": feedback,
        "manage_url": manage_url(request, webhook),
        "sentence": "",
        "head": head,
        "attempts": _attempts(webhook, head=head),
        "replay": feedback.form or ReplayForm(head=head, initial={"after": webhook.cursor}),
        "fingerprint": acts.fingerprint(webhook),
        "may_be_called": acts.may_be_called(webhook),
        "both_until": both_until(webhook, now=timezone.now()),
    }
    try:
        context["sentence"] = log_sentence(filter_of(webhook.query, today=today()))
        context["waiting"] = _owed(webhook, after=webhook.cursor, head=head)
    except BrokenFilterError as broken:
        context["broken"] = str(broken)
    return render(request, "webhooks/webhook.html", context)


def _attempts(webhook: Subscription, *, head: int) -> list[dict[str, Any]]:
    """Return the last attempts, each with a link to its line among the changes.

    Lines are numbered without gaps and shown newest first, so the number gives the page.
    """
    listed = reverse("changes")
    rows = []
    for attempt in webhook.deliveries.all()[:ATTEMPTS_SHOWN]:
        seq = attempt.first_seq or 0
        page = (head - seq) // settings.ROWS_PER_PAGE + 1
        rows.append({"attempt": attempt, "href": f"{listed}?page={page}#change-{seq}"})
    return rows


def _owed(webhook: Subscription, *, after: int, head: int) -> int:
    filterset = filter_of(webhook.query, today=today())
    return followed_lines(filterset, after=after, to=head).count()


def _no_such_button() -> Feedback:
    return Feedback(_("There is no such button: use those of this page."), is_refusal=True)


def _test(webhook: Subscription, data: Mapping[str, str]) -> Feedback:
    attempt = acts.send_test(webhook, now=timezone.now())
    if attempt.outcome != Outcome.DELIVERED:
        return Feedback(_test_failure(attempt), is_refusal=True)
    return Feedback(
        _("The test was answered with %(status)d: it arrived.") % {"status": attempt.status}
    )


def _test_failure(attempt: Attempt) -> str:
    if attempt.status is None:
        return _("The test did not arrive. %(why)s") % {"why": attempt.detail}
    return _("The test was not taken; only an answer of 200 to 299 says that it was: %(why)s") % {
        "why": attempt.detail
    }


def _rotate(webhook: Subscription, data: Mapping[str, str]) -> Feedback:
    secret = acts.rotate(webhook, seen=data.get("seen", ""), now=timezone.now())
    return Feedback(_("The secret is a new one."), secret=secret)


def _replay(webhook: Subscription, data: Mapping[str, str]) -> Feedback:
    head = log_head().seq
    form = ReplayForm(data, head=head)
    if not form.is_valid():
        return Feedback("", form=form)
    after = form.cleaned_data["after"]
    try:
        count = _owed(webhook, after=after, head=head)
    except BrokenFilterError as broken:
        return Feedback(str(broken), is_refusal=True, form=form)
    acts.replay(webhook, after=after, now=timezone.now())
    sentence = ngettext(
        "%(count)d change after change %(after)d is sent again, with the same id as before.",
        "%(count)d changes after change %(after)d are sent again, with the same ids as before.",
        count,
    )
    return Feedback(sentence % {"count": count, "after": after})


def _pause(webhook: Subscription, data: Mapping[str, str]) -> Feedback:
    acts.pause(webhook, now=timezone.now())
    return Feedback(_("It is paused. Resumed, it goes on where it was, and leaves nothing out."))


def _resume(webhook: Subscription, data: Mapping[str, str]) -> Feedback:
    acts.resume(webhook, now=timezone.now())
    return Feedback(_("It goes on where it was."))


def _delete(webhook: Subscription, data: Mapping[str, str]) -> Feedback:
    if not data.get("sure"):
        raise acts.RefusedError(_("Nothing was deleted: tick the box above “Delete” as well."))
    acts.delete(webhook, now=timezone.now())
    return Feedback("")


BUTTONS: Mapping[str, Callable[[Subscription, Mapping[str, str]], Feedback]] = {
    "test": _test,
    "rotate": _rotate,
    "replay": _replay,
    "pause": _pause,
    "resume": _resume,
    "delete": _delete,
}
