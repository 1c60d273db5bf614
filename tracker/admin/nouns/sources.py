"""Sources and the passages left out of them, in the admin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Unpack

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tracker.actions.amend import amend_passages
from tracker.actions.log.append import ByStaff
from tracker.admin.editing.inlines import PartInline
from tracker.admin.editing.publication import DraftOrPublicFilter
from tracker.admin.editing.records import PublicRecordAdmin
from tracker.admin.importing.pages import FilesMixin
from tracker.admin.todo.filters import SourceWorkFilter
from tracker.models import Change, PassageLeftOut, Source


class PassageInline(PartInline):
    model = PassageLeftOut
    fields = ("locator", "quotation", "subject", "reason", "publication")
    verbose_name_plural = _("What we read and left out, and why")
    help_texts = {
        "locator": _("Such as “paragraph 8” or “Annex, item 2”."),
        "quotation": _("A few words of it, exactly as they stand there."),
        "subject": _("What it is about, in our own words, where the quotation does not show it."),
        "reason": _("Why it is no commitment."),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[PassageLeftOut]:
        return super().get_queryset(request).filter(retracted_seq=None)


@admin.register(Source)
class SourceAdmin(FilesMixin, PublicRecordAdmin):
    noun = "sources"
    list_display = ("title", "kind", "publisher", "published", "language", "publication")
    list_filter = (DraftOrPublicFilter, SourceWorkFilter, "kind", "language")
    inlines = (PassageInline,)
    search_fields = ("title", "publisher", "identifier", "slug", "url")
    prepopulated_fields = {"slug": ("title",)}
    draft_notice = _("A draft. It becomes public with the first record that rests on it.")
    fieldsets = (
        (None, {"fields": ("title", "slug", "kind", "publisher", "identifier")}),
        (_("Where"), {"fields": ("url", "archived_url", "language", "licence")}),
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
        "licence": _("Under which its publisher lets others use it, such as CC-BY-4.0."),
        "published_on": _("As far as it is known: 2028, 2026-03 or 2026-02-25."),
        "retrieved_on": _("The day on which somebody here read it at that address."),
        "summary": _("What it is, in a sentence or two of our own."),
        "text": _(
            "The whole text, for checking quotations: not shown to the public, but its SHA-256 is."
        ),
    }

    def publish_parts(
        self,
        record: Source,
        added: Sequence[PassageLeftOut],
        removed: Sequence[PassageLeftOut],
        *,
        reason: str,
        **stamp: Unpack[ByStaff],
    ) -> Iterator[Change]:
        for passage in added:
            passage.save()
        yield amend_passages(record, added=added, removed=removed, reason=reason, **stamp)

    @admin.display(description=_("published"), ordering="published_first_day")
    def published(self, obj: Source) -> str:
        return str(obj.published_on)
