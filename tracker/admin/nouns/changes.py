"""The log of changes in the admin, read-only."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from tracker.admin.editing.fields import MAX_KEY_DIGITS
from tracker.admin.editing.long_lists import subject_q
from tracker.admin.editing.pages import ReadOnlyAdmin, page_url
from tracker.models import Change
from tracker.queries.log.change_summary import title_of


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ("seq", "recorded_at", "kind", "summary", "significance", "recorded_by")
    list_filter = ("kind", "significance", "is_backfill")
    list_select_related = ("commitment", "meeting", "recorded_by")
    search_fields = ("=seq", "commitment__reference", "commitment__title", "meeting__title")
    search_help_text = _("A number, or words of the commitment or of the meeting’s title.")
    ordering = ("-seq",)
    fieldsets = (
        (None, {"fields": ("seq", "recorded_at", "recorded_by", "kind", "significance")}),
        (_("What it is about"), {"fields": ("commitment", "update", "meeting", "source", "note")}),
        (_("As published"), {"fields": ("is_backfill", "published_text")}),
        (_("Chain"), {"fields": ("previous_hash", "hash")}),
    )

    help_texts = {
        "seq": _("Numbers have no gaps and follow the order in which lines were written."),
        "recorded_at": _("When this register wrote the line."),
        "recorded_by": _("Who published it; only staff see it. Empty for what was loaded."),
        "kind": _("What happened to what it is about."),
        "significance": _("Nobody is notified of a minor change."),
        "commitment": _("The commitment that it is about."),
        "update": _("The update that it published, corrected or retracted."),
        "meeting": _("The meeting that it is about, or at which it happened."),
        "source": _("The source that it is about."),
        "note": _("The note that it published or retracted."),
        "published_text": _("The published content, which the line’s hash covers."),
        "previous_hash": _("The hash of the line before, which this line’s own covers."),
        "hash": _("SHA-256 of the line; a line that was altered would not fit it any more."),
    }

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def search_condition(self, word: str) -> Q:
        is_number = word.isdecimal() and len(word) <= MAX_KEY_DIGITS
        return subject_q(Change, word, *([Q(seq=int(word))] if is_number else ()))

    def notice(self, obj: Change) -> Any:
        return _text(
            "A line of the log is never altered. If it is wrong, open the record that "
            "it is about: an update is corrected or retracted, anything else is amended, and that "
            "writes a further line."
        )

    def tools(self, request: HttpRequest, obj: Change) -> list[dict[str, Any]]:
        about = obj.update or obj.note or obj.commitment or obj.meeting or obj.source
        if about is None:
            return []
        return [{"label": _text("The record"), "url": page_url(about)}]

    @admin.display(description=_("summary"))
    def summary(self, obj: Change) -> str:
        return title_of(obj)

    @admin.display(description=_("as published"))
    def published_text(self, obj: Change) -> Any:
        return format_html("<pre>{}</pre>", json.dumps(obj.payload, ensure_ascii=False, indent=2))
