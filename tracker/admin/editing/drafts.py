"""The ModelAdmin base class of every noun that starts as a draft.

Drafts are edited and deleted directly. A refused save is rolled back, and the form is shown again
with the refusal on it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as delete_selected_objects
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.actions.review.approval import end_changed_reviews, waiting_on
from tracker.actions.review.edits import remember_before
from tracker.actions.review.states import note_edit
from tracker.admin.editing.acts_admin import ActsAdmin
from tracker.admin.editing.conflicts import VERSION, OutdatedError
from tracker.admin.editing.fields import FieldsMixin
from tracker.admin.editing.history import MAX_VERSIONS, edits_of, last_edit
from tracker.admin.editing.merging import as_new, merge, take_theirs
from tracker.admin.editing.pages import editor, page_url
from tracker.admin.editing.publication import publication_of, show_as_drafts
from tracker.admin.editing.refusals import REFUSED, as_refusal, lock_drafts
from tracker.admin.editing.versions import parts_of, refuse_outdated, token_of
from tracker.admin.review.acts import changed_since_sent, review_notice
from tracker.models import Change


@dataclass(slots=True)
class Outcome:
    """The state of one request, stored on it since requests share a ModelAdmin."""

    # One timestamp for the log and the histories.
    now: dt.datetime = field(default_factory=timezone.now)
    refusal: ValidationError | None = None
    changes: list[Change] = field(default_factory=list)
    # The version that the page shows, and what it says where another person's differs.
    version: str = ""
    conflict: dict[str, Any] = field(default_factory=dict)


def outcome(request: HttpRequest) -> Outcome:
    stored: Outcome = vars(request).setdefault("tracker_outcome", Outcome())
    return stored


class DraftsAdmin(FieldsMixin, ActsAdmin):
    """Base class for nouns that start as drafts; subclasses handle public records."""

    actions = ("delete_selected",)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = outcome(request).refusal
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the initial values in the query string, without the invalid ones."""
        valid = {}
        for name, value in super().get_changeform_initial_data(request).items():
            model_field = next((f for f in self.opts.get_fields() if f.name == name), None)
            try:
                if model_field is not None and not model_field.many_to_many:
                    model_field.to_python(value)  # type: ignore[union-attr]
            except (ValidationError, AttributeError):
                continue
            valid[name] = value
        return valid

    # -- Who may do what ------------------------------------------------------------------------

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow deleting drafts only: public records are never deleted."""
        is_draft = obj is None or not obj.is_published
        return is_draft and super().has_delete_permission(request, obj)

    def is_frozen(self, obj: Any) -> bool:
        """Whether the record is read-only."""
        raise NotImplementedError

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_frozen = obj is not None and self.is_frozen(obj)
        return not is_frozen and super().has_change_permission(request, obj)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        show_as_drafts(list(changelist.result_list))
        return changelist

    # -- Saving ---------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        obj = None
        if object_id is not None:
            obj = self.get_object(request, unquote(object_id))
        if (
            request.method == "POST"
            and object_id is not None
            and self.has_change_permission(request)
        ):
            if obj is None:
                return self._offer_as_new(request, extra_context)
            # Editors of this kind of record get a message; everybody else gets a 403.
            if not self.has_change_permission(request, obj):
                sentence = _("Nothing was saved: only an editor changes what is public.")
                if self.is_frozen(obj):
                    sentence = _(
                        "Nothing was saved: it is not edited any more. See what can be done."
                    )
                self.message_user(request, sentence, messages.ERROR)
                return HttpResponseRedirect(page_url(obj))
        try:
            if obj is not None and self.has_view_or_change_permission(request, obj):
                self._compare(request, obj)
            return super().changeform_view(request, object_id, form_url, extra_context)
        except REFUSED as error:
            # Everything was rolled back. Show the form again, with the input and the refusal,
            # which makes the form invalid.
            result = outcome(request)
            if result.refusal is not None:
                raise
            result.refusal = as_refusal(error)
            return self.changeform_view(request, object_id, form_url, extra_context)

    def _compare(self, request: HttpRequest, obj: Any) -> None:
        """Raise `OutdatedError` for an outdated form, or merge both versions once it was raised."""
        result = outcome(request)
        if request.method != "POST" or not self.has_change_permission(request, obj):
            return
        result.version = request.POST.get(VERSION, "")
        if isinstance(result.refusal, OutdatedError):
            token = result.version
            differences, result.version = merge(self, request, obj.pk, token=token)
            result.conflict = {"differences": differences, "last_edit": last_edit(obj)}
        elif result.refusal is None:
            theirs = refuse_outdated(self, request, obj.pk, token=result.version)
            take_theirs(request, theirs)

    def _offer_as_new(self, request: HttpRequest, extra_context: dict[str, Any] | None) -> Any:
        """Show the input in the form of a new draft, since this one was deleted meanwhile."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        outcome(request).refusal = ValidationError(
            _("Somebody deleted this draft meanwhile. To keep what you typed, save it anew.")
        )
        as_new(self, request)
        form_url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add")
        return super().changeform_view(request, None, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            lock_drafts(self.model, [obj.pk])
            refuse_outdated(self, request, obj.pk, token=outcome(request).version)
            remember_before(self.model._base_manager.get(pk=obj.pk), now=outcome(request).now)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        was_edited = not change or form.has_changed() or any(f.has_changed() for f in formsets)
        if was_edited and note_edit(form.instance, now=outcome(request).now, by=editor(request)):
            text = _("It was changed after it was sent, so it is a draft again: send it once more.")
            self.message_user(request, text, messages.WARNING)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj, result = kwargs.get("obj"), outcome(request)
        form = context["adminform"].form
        if obj is not None and not form.is_bound:
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            result.version = token_of(parts_of(form, formsets))
        context |= {"version": result.version, **result.conflict}
        if obj is not None and not obj.is_published:
            context["review_notice"] = review_notice(obj)
            context["since_sent"] = changed_since_sent(obj)
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is not None and self.has_view_or_change_permission(request, obj):
            extra_context = {**(extra_context or {}), "edits": edits_of(obj), "most": MAX_VERSIONS}
        return super().history_view(request, object_id, extra_context)

    # -- Deleting drafts ------------------------------------------------------------------------

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        lock_drafts(self.model, [obj.pk])
        waiting = waiting_on(obj)
        super().delete_model(request, obj)
        end_changed_reviews(waiting, by=editor(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        waiting = {key for obj in queryset for key in waiting_on(obj)}
        super().delete_queryset(request, queryset)
        end_changed_reviews(waiting, by=editor(request))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        try:
            return super().delete_view(request, object_id, extra_context)
        except REFUSED as error:
            for sentence in as_refusal(error).messages:
                self.message_user(request, sentence, messages.ERROR)
            return HttpResponseRedirect("../change/")

    @admin.action(permissions=["delete"], description=gettext_lazy("Delete selected drafts"))
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        try:
            with transaction.atomic():
                lock_drafts(self.model, queryset.values_list("pk", flat=True))
                return delete_selected_objects(self, request, queryset)
        except REFUSED as error:
            message = _("Nothing was deleted. Select drafts only: what is public is never deleted.")
            if getattr(error, "code", None) != "public":
                message = " ".join(as_refusal(error).messages)
            self.message_user(request, message, messages.ERROR)
            return None

    @admin.display(description=gettext_lazy("publication"), ordering="published_seq")
    def publication(self, obj: Any) -> str:
        return str(publication_of(obj).label)
