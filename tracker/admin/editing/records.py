"""The ModelAdmin base class of records that are amended in place once they are public.

The form of a public record also asks why, and how significant the change is. Each save writes one
line to the log, or none when nothing would change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Unpack

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.actions.amend import amend
from tracker.actions.log.append import ByStaff, open_log
from tracker.admin.editing.acts import significance_field
from tracker.admin.editing.drafts import DraftsAdmin, outcome
from tracker.admin.editing.fields import LinesField, RecordForm
from tracker.admin.editing.pages import editor, page_url
from tracker.admin.editing.refusals import locked
from tracker.admin.editing.versions import refuse_outdated
from tracker.models import PUBLISH, Change, Commitment, Meeting, Significance
from tracker.models.records import PublicRecord


class PublicRecordForm(RecordForm):
    """A form with a reason and a significance, which only public records have."""

    why = LinesField(
        rows=2,
        label=gettext_lazy("Why (shown in the log)"),
        required=False,
        help_text=gettext_lazy(
            "One sentence for readers of the log, who see what it said before and what it says now."
        ),
    )

    significance = significance_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not isinstance(self.instance, Commitment | Meeting):
            self.fields["significance"] = significance_field(Significance.MINOR)
        if not self.instance.is_public:
            del self.fields["why"], self.fields["significance"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        if "why" in self.fields and self.add_prefix("why") not in self.data:
            raise ValidationError(
                _(
                    "It was published while you were editing the draft. Nothing is saved yet: look "
                    "again, because what you save from here on is public at once."
                )
            )
        return self.cleaned_data


def may_publish(request: HttpRequest) -> bool:
    return editor(request).has_perm(PUBLISH)


class PublicRecordAdmin(DraftsAdmin):
    form = PublicRecordForm
    permanent_fields: Sequence[str] = ("slug",)
    draft_notice: Any = ""

    def is_frozen(self, obj: Any) -> bool:
        return bool(obj.is_retracted)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow amending public records only to those who may publish."""
        may_amend = obj is None or not obj.is_public or may_publish(request)
        return may_amend and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = super().get_readonly_fields(request, obj)
        return (*names, *self.permanent_fields) if obj is not None and obj.is_published else names

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        is_permanent = obj is not None and obj.is_published
        return {} if is_permanent else super().get_prepopulated_fields(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and obj.is_public and self.has_change_permission(request, obj):
            return [*fieldsets, (None, {"fields": ("why", "significance")})]
        return fieldsets

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not obj.is_public:
            super().save_model(request, obj, form, change)
            return
        result, by = outcome(request), editor(request)
        now, data = result.now, form.cleaned_data
        changed = [name for name in form.changed_data if name not in {"why", "significance"}]
        # Lock the log before the row, as every action does.
        with open_log(now=now, by=by):
            locked(obj)
            refuse_outdated(self, request, obj.pk, token=result.version)
            if changed:
                # The action refuses an amendment that changes nothing public.
                line = amend(
                    obj,
                    values={name: data[name] for name in changed},
                    reason=data["why"],
                    significance=data["significance"],
                    now=now,
                    by=by,
                )
                result.changes.append(line)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Publish the added parts of a public record, and retract the removed ones."""
        record, result = form.instance, outcome(request)
        if not record.is_public:
            super().save_related(request, form, formsets, change)
            return
        # The action has saved the record's own relations.
        for formset in formsets:
            added = [part for part in formset.save(commit=False) if not part.is_published]
            removed = [part for part in formset.deleted_objects if part.is_published]
            for part in formset.deleted_objects:
                if not part.is_published:
                    part.delete()
            if added or removed:
                reason, stamp = (
                    form.cleaned_data["why"],
                    ByStaff(now=result.now, by=editor(request)),
                )
                result.changes += self.publish_parts(record, added, removed, reason=reason, **stamp)

    def publish_parts(
        self, record: Any, added: Any, removed: Any, *, reason: str, **stamp: Unpack[ByStaff]
    ) -> Iterable[Change]:
        """Save and publish parts of a public record, and retract others; return the lines."""
        raise NotImplementedError

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        changes = outcome(request).changes
        if not obj.is_public:
            return super().response_change(request, obj)
        if changes:
            numbers = ", ".join(f"#{change.seq}" for change in changes)
            written = _("Public now; written to the log as %(numbers)s.") % {"numbers": numbers}
            self.message_user(request, written, messages.SUCCESS)
            return super().response_change(request, obj)
        nothing = _("Nothing was changed, so nothing was written to the log.")
        self.message_user(request, nothing, messages.INFO)
        if "_continue" in request.POST:
            return HttpResponseRedirect(page_url(obj))
        return self.response_post_save_change(request, obj)

    def view_on_site(self, obj: Any) -> str | None:
        """Return the public page; None for a draft, or a noun without pages."""
        has_page = hasattr(obj, "get_absolute_url") and obj.is_public
        return str(obj.get_absolute_url()) if has_page else None

    def notice(self, obj: PublicRecord) -> Any:
        if not obj.is_published:
            return self.draft_notice
        if obj.is_public:
            return _(
                "Public since change #%(seq)s. What you save here is public at once, and "
                "the log keeps what it said before."
            ) % {"seq": obj.published_seq}
        return _("Retracted by change #%(seq)s. It stays to be read and is never edited again.") % {
            "seq": obj.retracted_seq
        }
