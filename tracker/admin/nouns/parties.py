"""Parties in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from tracker.admin.editing.publication import DraftOrPublicFilter
from tracker.admin.editing.records import PublicRecordAdmin
from tracker.models import Party


@admin.register(Party)
class PartyAdmin(PublicRecordAdmin):
    list_display = ("name", "code", "kind", "publication")
    list_filter = (DraftOrPublicFilter, "kind")
    search_fields = ("name", "short_name", "code", "slug")
    fields = ("code", "name", "short_name", "slug", "kind")
    prepopulated_fields = {"slug": ("name",)}
    permanent_fields = ("code", "slug")
    draft_notice = _("A draft. It becomes public with the first record that names it.")
    help_texts = {
        "code": _("A state’s ISO 3166-1 alpha-3 code, such as CAN, or an organisation’s own."),
        "name": _("In full, as on its own page: Republic of Korea."),
        "short_name": _("As in tables and headings: Korea."),
        "slug": _("Last part of its public address; permanent once it is public."),
        "kind": _("States sign treaties; organisations take part in them."),
    }
