"""The log of deliveries in the admin, read-only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from tracker.admin.editing.pages import ReadOnlyAdmin, page_url
from tracker.models import Delivery, Subscription


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        *("started_at", "subscription", "change_numbers", "attempt", "outcome", "status"),
        *("milliseconds", "detail"),
    )
    list_filter = ("outcome", "is_test", "subscription__channel")
    list_select_related = ("subscription",)
    search_fields = ("=message_id", "subscription__address", "detail")
    fieldsets = (
        (None, {"fields": ("subscription", "message_id", "first_seq", "last_seq", "is_test")}),
        (_("How it ended"), {"fields": ("started_at", "attempt", "outcome", "status", "detail")}),
    )
    help_texts = {
        "subscription": _("Whose message it is."),
        "message_id": _("The message’s permanent id; sent again, it has the same."),
        "first_seq": _("The first change in the message."),
        "last_seq": _("The last change in the message."),
        "is_test": _("Whether it was a test message, without a change."),
        "started_at": _("When the attempt began."),
        "attempt": _("Which attempt to send this message it was, from 1."),
        "outcome": _("Delivered, to be tried again, refused, or come back."),
        "status": _("The number with which the receiver answered, such as 200."),
        "detail": _("What the receiver said, or what went wrong."),
    }

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Require the right to view subscriptions, since deliveries show their addresses."""
        may_see_addresses = self.admin_site._registry[Subscription].has_view_permission(request)
        return may_see_addresses and super().has_view_permission(request, obj)

    def tools(self, request: HttpRequest, obj: Delivery) -> list[dict[str, Any]]:
        return [{"label": _text("The subscription"), "url": page_url(obj.subscription)}]

    @admin.display(description=_("changes"), ordering="first_seq")
    def change_numbers(self, obj: Delivery) -> str:
        if obj.is_test:
            return _text("test")
        first, last = obj.first_seq, obj.last_seq
        return f"#{first}" if first == last else f"#{first}–#{last}"
