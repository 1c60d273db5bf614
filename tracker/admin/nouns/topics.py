"""Topics in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from tracker.admin.editing.publication import DraftOrPublicFilter
from tracker.admin.editing.records import PublicRecordAdmin
from tracker.models import Topic


@admin.register(Topic)
class TopicAdmin(PublicRecordAdmin):
    list_display = ("name", "slug", "publication")
    list_filter = (DraftOrPublicFilter,)
    search_fields = ("name", "slug")
    fields = ("name", "slug", "summary")
    prepopulated_fields = {"slug": ("name",)}
    draft_notice = _("A draft. It becomes public with the first commitment that has it.")
    help_texts = {
        "name": _("A field of work, such as Defence or Cyber security."),
        "slug": _("Its name in addresses and filters; permanent once it is public."),
        "summary": _("What belongs to it, in a sentence."),
    }
