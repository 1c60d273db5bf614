"""Commitments with their other names in the admin; the acts on a commitment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Unpack

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminRadioSelect
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from tracker.actions.aliases import publish_aliases, retract_alias
from tracker.actions.check import check_commitment
from tracker.actions.correct import retract_commitment
from tracker.actions.log.append import ByStaff
from tracker.actions.review.edits import rows_in_form
from tracker.admin.editing.acts import Act, Done, Retract
from tracker.admin.editing.fields import WordsForm
from tracker.admin.editing.inlines import PartInline
from tracker.admin.editing.long_lists import FewRecordsFilter
from tracker.admin.editing.publication import PublicationFilter
from tracker.admin.editing.records import PublicRecordAdmin, PublicRecordForm
from tracker.admin.editing.refusals import locked
from tracker.admin.editing.warnings import commitment_warnings
from tracker.admin.importing.pages import FilesMixin
from tracker.admin.review.acts import PublishDraft, stages_of
from tracker.admin.todo.filters import CommitmentWorkFilter
from tracker.models import Alias, Change, Commitment, StatusUpdate
from tracker.models.updates import StatusUpdateQuerySet


class FirstUpdateField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: StatusUpdate) -> str:
        text = f"{obj.happened}: {obj.get_stage_display()}. {obj.rationale}"
        return Truncator(text).chars(120)


class FirstUpdateForm(WordsForm):
    first_update = FirstUpdateField(
        queryset=StatusUpdate.objects.none(),
        label=_("First update"),
        widget=AdminRadioSelect(attrs={"class": "radiolist"}),
        empty_label=None,
        help_text=_("Published with the commitment: there is no status without its source."),
    )


def _drafts(commitment: Commitment) -> StatusUpdateQuerySet:
    return StatusUpdate.objects.draft().filter(commitment=commitment).chronological()


class PublishCommitment(PublishDraft):
    label = _("Publish the commitment")
    explanation = _(
        "The commitment becomes public at once, under its permanent reference, with the draft "
        "update that is chosen here and with the names drafted with either. Further drafts stay "
        "drafts, with theirs."
    )

    def form(self, record: Commitment, data: Any = None) -> forms.BaseForm:
        drafts = _drafts(record)
        form = FirstUpdateForm(data, initial={"first_update": drafts.first()})
        form.fields["first_update"].queryset = drafts  # type: ignore[attr-defined]
        return form

    def trial(self, record: Commitment) -> dict[str, Any]:
        return {"first_update": _drafts(record).first()}

    def has_other_answers(self, form: Any) -> bool:
        return len(form.fields["first_update"].queryset) > 1

    def rehearse(self, record: Commitment, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        done = super().rehearse(record, data, **stamp)
        return replace(done, warnings=[*done.warnings, *commitment_warnings([record])])

    def first_update(self, data: dict[str, Any]) -> StatusUpdate | None:
        chosen: StatusUpdate | None = data["first_update"]
        return locked(chosen) if chosen is not None else None


class RetractCommitment(Retract):
    label = _("Retract the commitment")
    explanation = _(
        "Only for what should never have been recorded: its page goes, its address answers that "
        "it was retracted and why, and the log keeps what was published. It cannot be undone. "
        "A commitment that was given up is not retracted: record an update that says so."
    )
    action = staticmethod(retract_commitment)


class CheckedToday(Act):
    name = "checked-today"
    label = _("Checked today, nothing new")
    explanation = _(
        "Records, in the open, that somebody looked for news of it today and found none. The log "
        "gets one minor line a day; nobody is notified."
    )

    def is_offered(self, record: Commitment) -> bool:
        return record.is_public

    def perform(self, record: Commitment, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        change = check_commitment(record, reason=_text("Nothing new."), **stamp)
        if change is None:
            done = _text("“%(record)s” was checked today already.") % {"record": record}
            return Done(record=record, message=done, notes=[done])
        return Done(record=record, changes=[change])


class AliasFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        super().clean()
        given = set()
        for form in self.forms:
            cleaned = getattr(form, "cleaned_data", {})
            name = (cleaned.get("name"), cleaned.get("language"))
            if not cleaned or cleaned.get("DELETE") or form.instance.is_retracted or None in name:
                continue
            if name in given:
                # Form validation does not see the constraint, which is conditional.
                message = _text("“%(name)s” is given twice in one language; keep one.")
                raise ValidationError(message, params={"name": name[0]})
            given.add(name)

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.is_retracted and "DELETE" in form.fields:
            form.fields["DELETE"].disabled = True


class AliasInline(PartInline):
    model = Alias
    formset = AliasFormSet
    fields = ("name", "language", "note", "publication")
    help_texts = {
        "name": _("Another name for the same commitment, in any language or script."),
        "language": _("A BCP 47 tag, such as en, fr or ko."),
        "note": _("Where the name comes from, or how sure it is that it means the same."),
    }

    def get_queryset(self, request: HttpRequest) -> Any:
        return rows_in_form(super().get_queryset(request))


class CommitmentForm(PublicRecordForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        named = [(name, cleaned.get(name)) for name in ("part_of", "supersedes")]
        named += [("related", other) for other in cleaned.get("related") or ()]
        for name, other in named:
            if other is not None and other.pk == self.instance.pk:
                self.add_error(name, _text("Name another commitment, not this one."))
            elif other is not None and self.instance.is_public and not other.is_public:
                message = _text("Publish “%(record)s” first.")
                self.add_error(name, ValidationError(message, params={"record": other}))
        return cleaned


@admin.register(Commitment)
class CommitmentAdmin(FilesMixin, PublicRecordAdmin):
    noun = "commitments"
    form = CommitmentForm
    acts = (*stages_of(PublishCommitment()), CheckedToday(), RetractCommitment())
    inlines = (AliasInline,)
    list_display = ("reference", "title", "publication", "stage", "assessment", "target")
    list_filter = (
        *(PublicationFilter, CommitmentWorkFilter, "stage", "assessment", "instrument"),
        *(("topics", FewRecordsFilter), ("parties", FewRecordsFilter), "has_slipped"),
    )
    list_select_related = ("review",)
    search_fields = ("reference", "title", "slug", "aliases__name")
    autocomplete_fields = (
        *("topics", "parties", "first_stated_at", "series", "part_of", "supersedes", "related"),
    )
    prepopulated_fields = {"slug": ("title",)}
    permanent_fields = ("reference", "slug")
    draft_notice = _("A draft. It is published together with its first update.")
    fieldsets = (
        (None, {"fields": ("reference", "title", "slug", "summary", "instrument")}),
        (_("Who and about what"), {"fields": ("parties", "topics", "first_stated_at", "series")}),
        (_("Other commitments"), {"fields": ("part_of", "supersedes", "related")}),
        (_("Upkeep"), {"fields": ("last_checked_on",)}),
    )
    help_texts = {
        "title": _("What was promised, in a few plain words."),
        "slug": _("Last part of its public address; permanent once it is public."),
        "summary": _("What exactly the parties said they would do, in our own words."),
        "instrument": _("What it comes to when it is delivered."),
        "parties": _("Who made the promise."),
        "topics": _("The fields of work that it belongs to, for filters."),
        "first_stated_at": _("The meeting at which it was first said; public before this is."),
        "series": _(
            "The forum, where the promise is to hold it again and again. Silence on it counts only "
            "once its cadence says that it is due."
        ),
        "part_of": _("The wider commitment of which this is a piece."),
        "supersedes": _("The earlier commitment that this one takes the place of."),
        "related": _("Others that a reader of this one should know."),
        "last_checked_on": _("The day on which somebody last looked for news of it."),
    }

    def publish_parts(
        self,
        record: Commitment,
        added: Sequence[Alias],
        removed: Sequence[Alias],
        *,
        reason: str,
        **stamp: Unpack[ByStaff],
    ) -> Iterator[Change]:
        for alias in removed:
            yield retract_alias(alias, **stamp)
        for alias in added:
            alias.save()
        if added:
            yield publish_aliases(record, added, **stamp)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for sentence in commitment_warnings([form.instance]):
            self.message_user(request, sentence, messages.WARNING)

    def tools(self, request: HttpRequest, obj: Commitment) -> list[dict[str, Any]]:
        updates = reverse("admin:tracker_statusupdate_changelist")
        add = reverse("admin:tracker_statusupdate_add")
        return [
            {"label": _text("Its updates"), "url": f"{updates}?commitment__id__exact={obj.pk}"},
            {"label": _text("Add an update"), "url": f"{add}?commitment={obj.pk}"},
        ]
