"""Status updates with their citations in the admin, and the acts on an update."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Unpack

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from tracker.actions.amend import add_evidence
from tracker.actions.correct import retract_update
from tracker.actions.log.append import ByStaff
from tracker.actions.review.states import note_edit
from tracker.admin.editing.acts import Act, Done, ReasonForm, Retract
from tracker.admin.editing.display import in_full
from tracker.admin.editing.drafts import DraftsAdmin
from tracker.admin.editing.fields import LinesField, RecordForm, RecordSelect
from tracker.admin.editing.inlines import InlineFieldsMixin
from tracker.admin.editing.long_lists import FewRecordsFilter, subject_q
from tracker.admin.editing.publication import UpdatePublicationFilter, publication_of, revision_of
from tracker.admin.importing.pages import FilesMixin
from tracker.admin.review.acts import PublishDraft, stages_of
from tracker.models import Citation, StatusUpdate

_CITATION_HELP = {
    "source": _("The document that says so; commentary does not count as evidence."),
    "quotation": _("The few words that fix the wording, in the language of the source."),
    "locator": _("Where in the source: “paragraph 8” or “Annex, item 2”."),
    "language": _("Language of the quotation, a BCP 47 tag such as en, fr or ko."),
}
_HAPPENED_HELP = _(
    "When, as far as it is known: 2026, 2026-03 or 2026-02-25. Not the day of the report."
)
_TARGET_HELP = _("By when it is to be done, as restated then: a date, the source’s words, or both.")
# The fields that a correction copies from the update that it corrects.
_CARRIED = (
    *("commitment", "happened", "meeting", "party", "stage", "assessment"),
    *("firmness", "target", "rationale", "significance"),
)


class PublishUpdate(PublishDraft):
    label = _("Publish the update")
    explanation = _(
        "The update becomes public at once and moves its commitment to where it now stands. "
        "It is never altered afterwards: a mistake is put right by a correction."
    )

    def is_offered(self, record: StatusUpdate) -> bool:
        return record.commitment.is_public and super().is_offered(record)


class ActOnPublished(Act):
    """An act on an update that is public and in effect."""

    def is_offered(self, record: StatusUpdate) -> bool:
        return record.is_published and revision_of(record) is None


class CorrectUpdate(ActOnPublished):
    name = "correct"
    label = _("Correct")
    explanation = _(
        "Makes a draft that starts as a copy, citations included. Change in it what is wrong, "
        "then publish it: it takes the place of this update, and both stay to be read. Nothing "
        "becomes public before that."
    )
    form_class = ReasonForm
    trial_data = {"reason": "…"}

    def perform(self, record: StatusUpdate, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        begun = record.corrections.draft().first()
        if begun is not None:
            return Done(record=begun, message=_text("A correction was already begun: this draft."))
        carried = {name: getattr(record, name) for name in _CARRIED}
        draft = StatusUpdate.objects.create(corrects=record, reason=data["reason"], **carried)
        for citation in record.citations.all():
            citation.pk, citation.update, citation.added_seq = None, draft, None
            citation.save(force_insert=True)
        note_edit(draft, **stamp)
        message = _text("A draft of the correction: change what is wrong, then publish it.")
        return Done(record=draft, message=message)


class RetractUpdate(ActOnPublished, Retract):
    label = _("Retract")
    explanation = _(
        "For an update that should not have been published. It no longer counts, and the "
        "commitment stands where it stood without it; what was published stays to be read, with "
        "the reason beside it. It cannot be undone."
    )
    action = staticmethod(retract_update)


class EvidenceForm(RecordForm):
    quotation = LinesField(
        label=_("Quotation"),
        required=False,
        help_text=_CITATION_HELP["quotation"],
        rows=3,
    )

    class Meta:
        model = Citation
        fields = ("source", "quotation", "locator", "language")
        widgets = {"source": RecordSelect(Citation._meta.get_field("source"), admin.site)}
        help_texts = _CITATION_HELP


class AddEvidence(ActOnPublished):
    name = "add-evidence"
    label = _("Add evidence")
    explanation = _(
        "Adds a further source to this update, at once and in the open. The update itself stays "
        "as it was published."
    )
    form_class = EvidenceForm
    trial_data = None

    def perform(self, record: StatusUpdate, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        change = add_evidence(Citation(update=record, **data), **stamp)
        return Done(record=record, changes=[change])


class UpdateForm(RecordForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        happened = cleaned.get("happened")
        if happened is not None and happened.first_day is None:
            self.add_error(
                "happened",
                _text("Say when it happened, at least the year: words alone are not enough."),
            )
        if "reason" in self.fields and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _text("Say why: readers see it beside what it corrects."))
        return cleaned


class CitationForm(RecordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.source_id and "source" in self.fields:
            # Read with the citation, so that it costs no query.
            self.fields["source"].widget.widget.known = self.instance.source


class CitationInline(InlineFieldsMixin, admin.StackedInline):  # type: ignore[type-arg]
    model = Citation
    form = CitationForm
    fields = ("source", "quotation", "locator", "language")
    autocomplete_fields = ("source",)
    help_texts = _CITATION_HELP

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if obj is None else 0

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("source")


@admin.register(StatusUpdate)
class StatusUpdateAdmin(FilesMixin, DraftsAdmin):
    noun = "updates"
    form = UpdateForm
    acts = (*stages_of(PublishUpdate()), CorrectUpdate(), RetractUpdate(), AddEvidence())
    inlines = (CitationInline,)
    list_display = ("name", "title", "happened_on", "publication", "stage", "assessment")
    list_filter = (
        *(UpdatePublicationFilter, "stage", "assessment", "firmness"),
        *("significance", ("party", FewRecordsFilter)),
    )
    # In the order of the register, a page of a million rows would be sorted first.
    ordering = ("-pk",)
    search_fields = (
        *("commitment__reference", "commitment__title", "rationale"),
        *("meeting__title", "citations__quotation"),
    )
    search_help_text = _(
        "Words of the commitment, its quotations or the meeting’s title; of drafts, the rationale."
    )
    autocomplete_fields = ("commitment", "meeting", "party")
    help_texts = {
        "commitment": _("The promise that moved, stood still or was only mentioned."),
        "happened": _HAPPENED_HELP,
        "happened_in_full": _HAPPENED_HELP,
        "meeting": _("The meeting that did it; empty for an event outside any meeting."),
        "party": _("Only when this is one party’s own step, not what all of them did together."),
        "stage": _(
            "How far it had come then: a fact that the source bears out. The page “Methodology” "
            "defines each stage."
        ),
        "assessment": _("How it was going: our judgement, explained in the rationale."),
        "firmness": _("How firmly the words bind; empty where the source gives no wording."),
        "target": _TARGET_HELP,
        "target_in_full": _TARGET_HELP,
        "rationale": _("Why this stage and this assessment, for a reader who doubts it."),
        "corrects": _("The published update whose place this one takes."),
        "reason": _("Public: readers see it beside what it corrects."),
        "published_at": _("When this register recorded it, which is not when it happened."),
    }

    def is_frozen(self, obj: StatusUpdate) -> bool:
        return obj.is_published

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("commitment", "corrects") if obj is not None and obj.corrects_id else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        is_draft = obj is None or not obj.is_published
        suffix = "" if is_draft else "_in_full"
        happened, target = f"happened{suffix}", f"target{suffix}"
        fieldsets: list[Any] = [
            (None, {"fields": ("commitment", happened, "meeting", "party")}),
            (_("Where it stood then"), {"fields": ("stage", "assessment", "firmness", target)}),
            (_("Why"), {"fields": ("rationale", "significance")}),
        ]
        if obj is not None and obj.corrects_id:
            fieldsets.insert(0, (_("Correction"), {"fields": ("corrects", "reason")}))
        if not is_draft:
            fieldsets.append((_("In the register"), {"fields": ("number", "published_at")}))
        return fieldsets

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("commitment", "revision", "review")

    def search_condition(self, word: str) -> Q:
        own = Citation.objects.filter(quotation__icontains=word, update__published_seq=None)
        is_mine = Q(rationale__icontains=word) | Q(pk__in=own.order_by().values("update"))
        return subject_q(StatusUpdate, word, Q(published_seq=None) & is_mine)

    def view_on_site(self, obj: StatusUpdate) -> str | None:
        is_shown = obj.is_published and obj.commitment.is_public
        return obj.commitment.get_absolute_url() if is_shown else None

    def notice(self, obj: StatusUpdate) -> Any:
        revision = revision_of(obj)
        if revision is not None:
            message = _text("Corrected by change #%(seq)s: %(reason)s")
            if revision.is_retraction:
                message = _text("Retracted by change #%(seq)s: %(reason)s")
            return message % {"seq": revision.seq, "reason": revision.reason}
        if obj.is_published:
            return _text(
                "Public since change #%(seq)s, and never altered. If something is wrong: Correct "
                "makes a draft that takes its place, Retract says that it should not have been. "
                "Add evidence names a further source."
            ) % {"seq": obj.published_seq}
        return format_html_join(" ", "{}", ((message,) for message in self._of_draft(obj)))

    def _of_draft(self, obj: StatusUpdate) -> Iterator[Any]:
        if not obj.commitment.is_public:
            page = reverse("admin:tracker_commitment_change", args=[obj.commitment_id])
            yield format_html(
                _text(
                    'A draft. It can be published with <a href="{}">its commitment</a>, '
                    "or once that is public."
                ),
                page,
            )
        else:
            yield _text("A draft. Nothing of it is public before it is published.")
        for name in obj.names.all():
            message = _text("With it the other name “%(name)s” (%(language)s) becomes public.")
            yield message % {"name": name.name, "language": name.language}

    @admin.display(description=_("update"), ordering="commitment__reference")
    def name(self, obj: StatusUpdate) -> str:
        number = obj.number if obj.number is not None else publication_of(obj).label
        return f"{obj.commitment.reference}/{number}"

    @admin.display(description=_("commitment"), ordering="commitment__title")
    def title(self, obj: StatusUpdate) -> str:
        return obj.commitment.title

    @admin.display(description=_("happened"), ordering="happened_first_day")
    def happened_on(self, obj: StatusUpdate) -> str:
        return str(obj.happened)

    @admin.display(description=_("happened"))
    def happened_in_full(self, obj: StatusUpdate) -> str:
        return in_full(obj.happened)

    @admin.display(description=_("target"))
    def target_in_full(self, obj: StatusUpdate) -> str:
        return in_full(obj.target)
