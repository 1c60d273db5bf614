"""Sources in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from tracker.admin.importing import FilesMixin
from tracker.admin.publication import DraftOrPublicFilter
from tracker.admin.records import PublicRecordAdmin
from tracker.admin.work import SourceWorkFilter
from tracker.models import Source


@admin.register(Source)
class SourceAdmin(FilesMixin, PublicRecordAdmin):
    noun = "sources"
    list_display = ("title", "kind", "publisher", "published", "language", "publication")
    list_filter = (DraftOrPublicFilter, SourceWorkFilter, "kind", "language")
    search_fields = ("title", "publisher", "identifier", "slug", "url")
    prepopulated_fields = {"slug": ("title",)}
    draft_notice = _("A draft. It becomes public with the first record that rests on it.")
    fieldsets = (
        (None, {"fields": ("title", "slug", "kind", "publisher", "identifier")}),
        (_("Where"), {"fields": ("url", "archived_url", "language")}),
        (_("When"), {"fields": ("published_on", "retrieved_on")}),
        (_("What it says"), {"fields": ("summary", "text")}),
    )
    help_texts = {
        "title": _("As the document calls itself."),
        "slug": _("Last part of its public address; permanent once it is public."),
        "kind": _("A stage may rest on any kind but an analyst’s note, which is commentary."),
        "publisher": _("Who put it out: a ministry, a newspaper, a person."),
        "identifier": _("The publisher’s own number for the document, if it has one."),
        "url": _("Where it was read."),
        "archived_url": _("A copy in a web archive, for the day when the first address is dead."),
        "language": _("A BCP 47 tag, such as en, fr or ko."),
        "published_on": _("As far as it is known: 2028, 2026-03 or 2026-02-25."),
        "retrieved_on": _("The day on which somebody here read it at that address."),
        "summary": _("What it is, in a sentence or two of our own."),
        "text": _(
            "The whole text, for checking quotations: not shown to the public, but its SHA-256 is."
        ),
    }

    @admin.display(description=_("published"), ordering="published_first_day")
    def published(self, obj: Source) -> str:
        return str(obj.published_on)
