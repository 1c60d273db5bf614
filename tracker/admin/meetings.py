"""Forums and meetings in the admin, and the acts upon a meeting."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tracker.actions.amend import amend_meeting
from tracker.actions.publish import mark_fully_recorded
from tracker.actions.publish_reviewed import drafts_of, in_review_of, publish_together
from tracker.admin.acts import Act, Done
from tracker.admin.importing import FilesMixin
from tracker.admin.publication import DraftOrPublicFilter, ReviewedPublicationFilter
from tracker.admin.records import PublicRecordAdmin, PublicRecordForm
from tracker.admin.reviewing import PublishDraft, stages_of
from tracker.models import Change, Forum, Meeting, MeetingState
from tracker.queries.carried_flags import Carried, carried_flags


@admin.register(Forum)
class ForumAdmin(PublicRecordAdmin):
    list_display = ("name", "level", "cadence_months", "publication")
    list_filter = (DraftOrPublicFilter, "level", "parties")
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
    save_label = _("Save and publish…")


class PublishItsUpdates(Act):
    name = "publish-updates"
    label = _("Publish its updates")
    explanation = _(
        "All drafts in review that name this meeting become public together: the updates of "
        "public commitments, and new commitments with their first update. When one of them is "
        "refused, none is published."
    )

    def is_offered(self, record: Meeting) -> bool:
        return record.is_public and in_review_of(record).exists()

    def perform(
        self, record: Meeting, data: dict[str, Any], *, now: dt.datetime, by: AbstractBaseUser
    ) -> Done:
        return Done(record=record, changes=publish_together(record, now=now, by=by))

    def rehearse(
        self, record: Meeting, data: dict[str, Any], *, now: dt.datetime, by: AbstractBaseUser
    ) -> Done:
        day = timezone.localdate(now)
        among = set(in_review_of(record).values_list("commitment_id", flat=True))
        left = drafts_of(record).exclude(pk__in=in_review_of(record)).count()
        before = carried_flags(among, day=day)
        done = self.perform(record, data, now=now, by=by)
        notes = _flags_told(before, carried_flags(among, day=day))
        if left:
            told = ngettext(
                "%(count)d further draft names this meeting; it is not in review and stays.",
                "%(count)d further drafts name this meeting; they are not in review and stay.",
                left,
            )
            notes.append(told % {"count": left})
        return replace(done, notes=notes)


def _flags_told(before: set[Carried], after: set[Carried]) -> list[str]:
    """The flags that begin and end, a sentence for each commitment and flag."""
    if before == after:
        return [_text("No flag of these commitments changes on this day.")]
    told = []
    for flag, reference, title in sorted(before ^ after, key=lambda carried: carried[1:]):
        sentence = (
            _text("From then on flagged “%(flag)s”: %(reference)s %(title)s.")
            if (flag, reference, title) in after
            else _text("No longer flagged “%(flag)s”: %(reference)s %(title)s.")
        )
        told.append(sentence % {"flag": flag.label, "reference": reference, "title": title})
    return told


class MarkFullyRecorded(Act):
    name = "fully-recorded"
    label = _("Mark as fully recorded")
    explanation = _(
        "Say so only when the whole text of the meeting was read and every commitment in it is "
        "recorded: from then on its silence counts, and open commitments of the same parties "
        "that it does not mention are shown as not mentioned. It cannot be taken back."
    )

    def is_offered(self, record: Meeting) -> bool:
        return (
            record.is_public and record.state == MeetingState.HELD and not record.is_fully_recorded
        )

    def perform(
        self, record: Meeting, data: dict[str, Any], *, now: dt.datetime, by: AbstractBaseUser
    ) -> Done:
        return Done(record=record, changes=[mark_fully_recorded(record, now=now, by=by)])


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
class MeetingAdmin(FilesMixin, PublicRecordAdmin):
    noun = "meetings"
    form = MeetingForm
    acts = (*stages_of(PublishMeeting()), PublishItsUpdates(), MarkFullyRecorded())
    list_display = ("title", "day", "forum", "state", "is_recorded", "publication")
    list_filter = (ReviewedPublicationFilter, "state", "level", "forum", "parties")
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

    def amend(self, record: Meeting, **told: Any) -> Change:
        return amend_meeting(record, **told)

    @admin.display(description=_("date"), ordering="first_day")
    def day(self, obj: Meeting) -> str:
        return str(obj.date)

    @admin.display(description=_("fully recorded"), boolean=True)
    def is_recorded(self, obj: Meeting) -> bool:
        return obj.is_fully_recorded

    def tools(self, request: HttpRequest, obj: Meeting) -> list[dict[str, Any]]:
        updates = reverse("admin:tracker_statusupdate_changelist")
        return [{"label": _text("Its updates"), "url": f"{updates}?meeting__id__exact={obj.pk}"}]
