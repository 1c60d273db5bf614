"""Subscriptions in the admin: staff view, approve, stop and resume them.

Personal data is shown only to those who may view subscriptions, and secrets to nobody.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Unpack

from django import forms
from django.contrib import admin
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.admin.utils import quote
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tracker.actions.log.append import ByStaff
from tracker.admin.editing.acts import Act, Done
from tracker.admin.editing.acts_admin import ActsAdmin
from tracker.admin.editing.fields import LinesField, WordsForm
from tracker.admin.editing.pages import ReadOnlyAdmin, editor
from tracker.filters import ChangeFilter
from tracker.filters.words import log_sentence
from tracker.models import Channel, Delivery, Subscription, SubscriptionState
from tracker.queries.visibility import log_head


def in_words(query: str, *, today: dt.date) -> str:
    """Describe a subscription's filter in words, or say what is wrong with it."""
    filterset = ChangeFilter(QueryDict(query), today=today, follows=True)
    if filterset.is_valid():
        return log_sentence(filterset)
    errors = " ".join(" ".join(messages) for messages in filterset.errors.values())
    return _text("Broken: %(why)s") % {"why": errors}


def conditions(query: str, *, offered: ChangeFilter) -> str:
    """Describe it in brief, for lists; `offered` is a filter whose choices all rows share."""
    parts = []
    for name, values in QueryDict(query).lists():
        field = offered.form.fields.get(name)
        labels = dict(offered.choices(name)) if hasattr(field, "choices") else {}
        chosen = ", ".join(labels.get(value, value) for value in values)
        parts.append(f"{field.label if field else name}: {chosen}")
    return "; ".join(parts) or _text("All changes")


class StopForm(WordsForm):
    reason = LinesField(
        label=_("Reason"),
        help_text=_("Its owner reads it on the webhook’s page."),
        rows=3,
    )


class SubscriptionAct(Act):
    """Base class of acts that write nothing to the log, so that there is nothing to rehearse."""

    permission = "tracker.change_subscription"
    trial_data = None


class Approve(SubscriptionAct):
    name = "approve"
    label = _("Approve…")
    explanation = _(
        "It becomes active, and its address is called with each change from now on. Nothing that "
        "was published before is sent."
    )

    def is_offered(self, record: Subscription) -> bool:
        return record.channel == Channel.WEBHOOK and record.state == SubscriptionState.PENDING

    def perform(self, record: Subscription, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        record.start(now=stamp["now"], head=log_head().seq)
        record.save()
        return Done(record=record, message=_text("It is active from here on."))


class Stop(SubscriptionAct):
    name = "stop"
    label = _("Stop…")
    explanation = _("Nothing more is sent, and only staff can start it again.")
    form_class: type[forms.Form] = StopForm

    def is_offered(self, record: Subscription) -> bool:
        # The hub is configured, and stopped, in the settings.
        if record.channel == Channel.HUB:
            return False
        return record.state != SubscriptionState.STOPPED or record.confirmed_at is not None

    def perform(self, record: Subscription, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        record.stop(now=stamp["now"], because=data["reason"])
        # Without a confirmation, only staff can resume it.
        record.confirmed_at = None
        record.save()
        return Done(record=record, message=_text("It is stopped."))


class Resume(SubscriptionAct):
    name = "resume"
    label = _("Resume…")
    explanation = _("It goes on where it stopped, and leaves nothing out.")

    def is_offered(self, record: Subscription) -> bool:
        if record.state != SubscriptionState.STOPPED:
            return False
        # Only the reader can resume e-mail. A webhook without a contact was deleted by its owner.
        is_deleted = record.channel == Channel.WEBHOOK and not record.contact
        return record.channel != Channel.EMAIL and not is_deleted

    def perform(self, record: Subscription, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        record.resume(now=stamp["now"])
        record.confirmed_at = record.confirmed_at or stamp["now"]
        record.save()
        return Done(record=record, message=_text("It goes on where it was."))


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin, ActsAdmin):
    acts = (Approve(), Stop(), Resume())
    list_display = (
        *("address", "channel", "filter_in_words", "state", "cursor", "failures"),
        *("next_attempt_at", "created_at"),
    )
    list_filter = ("channel", "state", "frequency")
    search_fields = ("address", "contact", "query", "stopped_because")
    fieldsets = (
        (None, {"fields": ("channel", "address", "filter_in_words", "query")}),
        (_("Request"), {"fields": ("contact", "created_at", "frequency", "with_overdue")}),
        (_("State"), {"fields": ("state", "confirmed_at", "stopped_at", "stopped_because")}),
        (_("Delivery"), {"fields": ("cursor", "failures", "next_attempt_at")}),
    )

    help_texts = {
        "channel": _("How its changes are delivered."),
        "address": _("Where messages go: an e-mail address, or the address that is called."),
        "filter_in_words": _("Which changes are sent."),
        "contact": _("The contact that its owner gave for questions; never public."),
        "created_at": _("When somebody filled in the form."),
        "frequency": _("Whether changes are sent at once, daily or weekly."),
        "state": _("Changes are sent only while it is active."),
        "confirmed_at": _("When its owner clicked the link, or staff approved it."),
        "stopped_at": _("When it stopped; nothing is lost, it can go on from there."),
        "stopped_because": _("Why it stopped; its owner reads it, too."),
        "cursor": _("The last change that was sent."),
        "next_attempt_at": _("When the next message is sent, or tried again."),
    }

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Describe the filters of all rows with choices that are read once."""
        offered = ChangeFilter(QueryDict(), today=timezone.localdate(), follows=True)

        @admin.display(description=_("filter"), ordering="query")
        def filter_in_brief(obj: Subscription) -> str:
            return conditions(obj.query, offered=offered)

        return [
            filter_in_brief if name == "filter_in_words" else name for name in self.list_display
        ]

    def notice(self, obj: Subscription) -> Any:
        if obj.state != SubscriptionState.PENDING:
            return ""
        if obj.channel == Channel.WEBHOOK:
            return _text("It waits for approval: see whose address it is, and ask if in doubt.")
        return _text("It waits for a click on the link in the message to its address.")

    def tools(self, request: HttpRequest, obj: Subscription) -> list[dict[str, Any]]:
        deliveries = reverse("admin:tracker_delivery_changelist")
        url = f"{deliveries}?subscription__id__exact={quote(obj.pk)}"
        return [{"label": _text("Deliveries"), "url": url}]

    def _log(self, request: HttpRequest, obj: Any, flag: int, message: Any = "") -> LogEntry:
        """Write to the admin history without the address, which would outlive the subscription."""
        return LogEntry.objects.create(
            user_id=editor(request).pk,
            content_type=ContentType.objects.get_for_model(obj),
            object_id=str(obj.pk),
            object_repr=f"{obj.get_channel_display()} {obj.pk}",
            action_flag=flag,
            change_message=message,
        )

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        return self._log(request, obj, CHANGE, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[LogEntry]:
        return [self._log(request, obj, DELETION) for obj in queryset]

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Count the deliveries that are deleted with a subscription, rather than list them."""
        rows = list(objs)
        count = Delivery.objects.filter(subscription__in=rows).count()
        deleted: list[Any] = [str(row) for row in rows]
        counts = {str(self.opts.verbose_name_plural): len(rows)}
        if count:
            deleted.append(
                ngettext("%(count)d delivery", "%(count)d deliveries", count) % {"count": count}
            )
            counts[str(Delivery._meta.verbose_name_plural)] = count
        refused = set() if self.has_delete_permission(request) else {str(self.opts.verbose_name)}
        return deleted, counts, refused, []

    @admin.display(description=_("filter"), ordering="query")
    def filter_in_words(self, obj: Subscription) -> str:
        return in_words(obj.query, today=timezone.localdate())
