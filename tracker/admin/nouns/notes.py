"""Analysts' notes in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from tracker.actions.correct import retract_note
from tracker.admin.editing.acts import Retract
from tracker.admin.editing.publication import PublicationFilter
from tracker.admin.editing.records import PublicRecordAdmin, PublicRecordForm
from tracker.admin.review.acts import PublishDraft, stages_of
from tracker.models import Note


class PublishNote(PublishDraft):
    label = _("Publish the note")
    explanation = _(
        "The note becomes public at once beside the meeting or commitment that it is about, under "
        "its author’s name. It is commentary, and no stage rests on it."
    )


class RetractNote(Retract):
    label = _("Retract the note")
    explanation = _(
        "For a note that should not have been published. It is shown no more; the log keeps what "
        "was published, with the reason beside it. It cannot be undone."
    )
    action = staticmethod(retract_note)


class NoteForm(PublicRecordForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not {"meeting", "commitment"} & self.errors.keys() and (
            bool(cleaned.get("meeting")) == bool(cleaned.get("commitment"))
        ):
            self.add_error(
                "commitment", _text("Name what the note is about: one meeting or one commitment.")
            )
        return cleaned


@admin.register(Note)
class NoteAdmin(PublicRecordAdmin):
    form = NoteForm
    acts = (*stages_of(PublishNote()), RetractNote())
    list_display = ("key", "author", "about", "language", "publication")
    list_filter = (PublicationFilter, "language")
    list_select_related = ("meeting", "commitment", "review")
    search_fields = ("key", "author", "text", "commitment__reference", "meeting__title")
    autocomplete_fields = ("meeting", "commitment", "source")
    permanent_fields = ("key",)
    draft_notice = _("A draft. Publish it once what it is about is public.")
    fieldsets = (
        (None, {"fields": ("key", "author", "language", "text")}),
        (_("What it is about"), {"fields": ("meeting", "commitment", "source")}),
    )
    help_texts = {
        "key": _("A short name for it in addresses and files; permanent once it is public."),
        "author": _("Whose remark it is; readers always see the name beside it."),
        "language": _("A BCP 47 tag, such as en, fr or ko."),
        "text": _("CommonMark: *emphasis*, lists and links; images and HTML are left out."),
        "meeting": _("The meeting it is about, or else a commitment."),
        "commitment": _("The commitment it is about, or else a meeting."),
        "source": _("Where the remark was published, if it was."),
    }

    @admin.display(description=_("about"))
    def about(self, obj: Note) -> str:
        return str(obj.meeting or obj.commitment)
