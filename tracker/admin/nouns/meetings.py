"""Forums and meetings in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from tracker.admin.editing.long_lists import FewRecordsFilter
from tracker.admin.editing.publication import DraftOrPublicFilter, ReviewedPublicationFilter
from tracker.admin.editing.records import PublicRecordAdmin, PublicRecordForm
from tracker.admin.importing.pages import FilesMixin
from tracker.admin.review.acts import PublishDraft, stages_of
from tracker.admin.review.meeting_acts import MarkFullyRecorded, PublishItsUpdates, SendItsUpdates
from tracker.admin.todo.filters import MeetingWorkFilter
from tracker.admin.worksheet.access import may_record, worksheet_url
from tracker.admin.worksheet.pages import WorksheetPages
from tracker.models import Forum, Meeting, MeetingState


@admin.register(Forum)
class ForumAdmin(PublicRecordAdmin):
    list_display = ("name", "level", "cadence_months", "publication")
    list_filter = (DraftOrPublicFilter, "level", ("parties", FewRecordsFilter))
    search_fields = ("name", "slug")
    fields = ("name", "slug", "level", "parties", "cadence_months", "summary")
    autocomplete_fields = ("parties",)
    prepopulated_fields = {"slug": ("name",)}
    draft_notice = _("A draft. It becomes public with its first meeting.")
    help_texts = {
        "name": _("The standing series, such as Foreign and Defence (2+2) Ministerial Meeting."),
        "slug": _("Its name in addresses and files; permanent once it is public."),
        "level": _("How high it meets; “not mentioned” looks at the same level and higher ones."),
        "parties": _("Who meets there."),
        "cadence_months": _("How often it should meet: 24 for every two years, empty for no rule."),
        "summary": _("What it is for, in a sentence or two."),
    }


class PublishMeeting(PublishDraft):
    label = _("Publish the meeting")
    explanation = _(
        "The meeting becomes public at once, with its forum, parties and sources where these are "
        "still drafts. From then on its address stays and each change to it is written to the log."
    )


class MeetingForm(PublicRecordForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.instance.is_fully_recorded:
            return cleaned
        if cleaned.get("state", MeetingState.HELD) != MeetingState.HELD:
            self.add_error("state", _text("A fully recorded meeting was held, and stays so."))
        if cleaned.get("date") and cleaned["date"].first_day is None:
            self.add_error("date", _text("A fully recorded meeting keeps at least its year."))
        return cleaned


@admin.register(Meeting)
class MeetingAdmin(WorksheetPages, FilesMixin, PublicRecordAdmin):
    noun = "meetings"
    form = MeetingForm
    together = (SendItsUpdates(), PublishItsUpdates(), MarkFullyRecorded())
    acts = (*stages_of(PublishMeeting()), *together)
    list_display = ("title", "day", "forum", "state", "is_recorded", "publication")
    list_filter = (
        ReviewedPublicationFilter,
        MeetingWorkFilter,
        "state",
        "level",
        ("forum", FewRecordsFilter),
        ("parties", FewRecordsFilter),
    )
    list_select_related = ("forum", "review")
    search_fields = ("title", "slug", "place")
    autocomplete_fields = ("forum", "parties", "sources")
    prepopulated_fields = {"slug": ("title",)}
    draft_notice = _("A draft. Publish it before the updates that rest on it.")
    fieldsets = (
        (None, {"fields": ("title", "slug", "forum", "level", "parties")}),
        (_("When and where"), {"fields": ("state", "date", "place")}),
        (_("What is known of it"), {"fields": ("summary", "sources")}),
    )
    help_texts = {
        "title": _("How readers know it: First 2+2 Ministerial Meeting."),
        "slug": _("Last part of its public address; permanent once it is public."),
        "forum": _("The series it belongs to; empty for a meeting that stands alone."),
        "level": _("How high it was held, which may differ from the forum’s."),
        "parties": _("Who met; fixed once updates rest on the meeting."),
        "state": _("Planned until it is known to have been held or cancelled."),
        "date": _("As far as it is known: 2028, 2026-03 or 2026-02-25."),
        "place": _("The city, or “videoconference”."),
        "summary": _("What it was about, in a sentence or two."),
        "sources": _("The statements and reports that say so; one at least to publish it."),
    }

    @admin.display(description=_("date"), ordering="first_day")
    def day(self, obj: Meeting) -> str:
        return str(obj.date)

    @admin.display(description=_("fully recorded"), boolean=True)
    def is_recorded(self, obj: Meeting) -> bool:
        return obj.is_fully_recorded

    def next_steps(self, request: HttpRequest, meeting: Meeting) -> list[dict[str, Any]]:
        return [
            {"label": f"{act.label}…", "url": self.act_url(act, meeting)}
            for act in self.together
            if self.may_act(request, act) and self.is_offered(request, act, meeting)
        ]

    def tools(self, request: HttpRequest, obj: Meeting) -> list[dict[str, Any]]:
        updates = reverse("admin:tracker_statusupdate_changelist")
        tools = [{"label": _text("Its updates"), "url": f"{updates}?meeting__id__exact={obj.pk}"}]
        if may_record(request):
            tools.insert(0, {"label": _text("Worksheet"), "url": worksheet_url(obj)})
        return tools
