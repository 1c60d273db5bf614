"""The pages of acts: a ModelAdmin that shows what an act would do, and performs it.

The page rehearses the act in a transaction that is rolled back, shows what would become public, and
has a form for the input. Only a POST performs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.actions.log.append import ByStaff, open_log
from tracker.actions.review.approval import ChangedError, Shown, changes_since, lock_drafts
from tracker.admin.editing.acts import Act
from tracker.admin.editing.pages import RegisterAdmin, editor, page_url
from tracker.admin.editing.refusals import REFUSED, as_refusal, locked, show_refusal
from tracker.admin.review.shown import FIELD, SHOWN, contents_of, packed, unpacked, version_of
from tracker.queries.drafts.differences import SaidDifference
from tracker.queries.drafts.submissions import submissions
from tracker.queries.log.change_summary import ChangeSummary, summarise

# In a form posted from the front page, which is shown again afterwards.
FROM_FRONT_PAGE = "_front_page"


@dataclass(frozen=True, slots=True)
class Preview:
    """What an act would publish, or why it would be refused."""

    lines: list[ChangeSummary] = field(default_factory=list)
    # The names of records that become public because a published one refers to them.
    introduced: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    notes: Sequence[str] = ()
    warnings: Sequence[str] = ()
    # The content of the drafts as shown, and its differences from what an earlier page showed.
    shown: Shown = field(default_factory=dict)
    differences: Sequence[SaidDifference] = ()


class ActsAdmin(RegisterAdmin):
    """A ModelAdmin whose record pages have acts."""

    acts: Sequence[Act] = ()

    def may_act(self, request: HttpRequest, act: Act) -> bool:
        """Whether the user has the permission that an act requires."""
        needed = act.permission.format(noun=self.opts.model_name)
        return editor(request).has_perm(needed) and self.has_view_permission(request)

    def act_url(self, act: Act, record: Model) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{act.name}"
        return reverse(name, args=[quote(record.pk)])

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/{act.name}/",
                self.admin_site.admin_view(partial(self.act_view, act=act)),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{act.name}",
            )
            for act in self.acts
        ]
        return [*own, *super().get_urls()]

    def act_view(self, request: HttpRequest, object_id: str, *, act: Act) -> HttpResponse:
        if not self.may_act(request, act):
            raise PermissionDenied
        record = self.get_object(request, unquote(object_id))
        if record is None:
            # The admin's own page reports a missing record.
            return HttpResponseRedirect("../change/")
        if not act.is_for(record, editor(request)):
            raise PermissionDenied
        if request.method == "POST":
            return self._act(request, act, record)
        if not self.is_offered(request, act, record):
            return self._not_offered(request, act, record, {})
        preview = _rehearse(act, record, now=timezone.now(), by=editor(request))
        return self._act_page(request, act, record, act.form(record), preview)

    def _act(self, request: HttpRequest, act: Act, record: Model) -> HttpResponse:
        now, by = timezone.now(), editor(request)
        form, shown = act.form(record, request.POST), unpacked(request.POST.get(FIELD, ""))
        try:
            # Lock the log before the row, as actions do, so that there are no deadlocks.
            with open_log(now=now, by=by):
                current = locked(record)
                if not self.is_offered(request, act, current):
                    return self._not_offered(request, act, current, shown)
                form = act.form(current, request.POST)
                if not form.is_valid():
                    return self._retry_page(request, act, record, form, shown)
                data = form.cleaned_data
                if act.drafts(current) is not None:
                    data = {**data, SHOWN: shown}
                done = act.perform(current, data, now=now, by=by)
        except REFUSED as error:
            show_refusal(form, as_refusal(error))
            may_retry = isinstance(error, ChangedError)
            return self._retry_page(request, act, record, form, shown, may_retry=may_retry)
        self.log_change(request, record, f"{act.label}: {done.summary()}")
        self.message_user(request, done.summary(), messages.SUCCESS)
        is_from_front_page = FROM_FRONT_PAGE in request.POST
        after = reverse("admin:index") if is_from_front_page else page_url(done.record)
        return HttpResponseRedirect(after)

    def is_offered(self, request: HttpRequest, act: Act, record: Model) -> bool:
        """Whether the act makes sense for this record and user."""
        return act.is_offered(record) and act.is_for(record, editor(request))

    def _retry_page(
        self,
        request: HttpRequest,
        act: Act,
        record: Model,
        form: Any,
        shown: Shown,
        *,
        may_retry: bool = False,
    ) -> HttpResponse:
        """Show the page again, with the input and with what would become public now."""
        if act.drafts(record) is None:
            return self._act_page(request, act, record, form, Preview())
        fresh = _rehearse(act, record, now=timezone.now(), by=editor(request))
        shown_errors = set(form.non_field_errors())
        preview = replace(
            fresh,
            refusals=[refusal for refusal in fresh.refusals if refusal not in shown_errors],
            differences=changes_since(shown),
        )
        can_try = bool(form.fields) or (may_retry and not fresh.refusals)
        return self._act_page(request, act, record, form, preview, can_try=can_try)

    def _not_offered(
        self, request: HttpRequest, act: Act, record: Model, shown: Shown
    ) -> HttpResponse:
        message = _("“%(act)s” is not possible as it stands now; see below.") % {"act": act.label}
        differences = changes_since(shown)
        if not differences:
            self.message_user(request, message, messages.ERROR)
            return HttpResponseRedirect(page_url(record))
        changed = _("It was changed after this page showed it. Nothing was done.")
        preview = Preview(refusals=[changed, message], differences=differences)
        return self._act_page(request, act, record, forms.Form(), preview, can_try=False)

    def _act_page(
        self,
        request: HttpRequest,
        act: Act,
        record: Model,
        form: Any,
        preview: Preview,
        *,
        can_try: bool | None = None,
    ) -> HttpResponse:
        shown = preview.shown
        if can_try is None:
            can_try = (
                act.has_other_answers(form)
                if preview.refusals
                else bool(form.fields) or not form.errors
            )
        fieldsets = [(None, {"fields": list(form.fields)})] if form.fields else []
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "subtitle": str(record),
            "act": act,
            "original": record,
            "page_url": page_url(record),
            "opts": self.opts,
            "form": form,
            "adminform": helpers.AdminForm(form, fieldsets, {}, model_admin=self),
            "media": self.media + form.media,
            "preview": preview,
            "shown": packed(shown) if shown else "",
            "shown_version": version_of(shown) if shown else "",
            "can_try": can_try,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/tracker/act.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None:
            context["acts"] = [
                {"act": act, "url": self.act_url(act, obj), "saves": act.save_button(obj)}
                for act in self.acts
                if self.may_act(request, act) and self.is_offered(request, act, obj)
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Redirect to the page of an act after a button such as "Save and publish…"."""
        response = super().response_change(request, obj)
        for act in self.acts:
            if f"_{act.name}" in request.POST:
                return HttpResponseRedirect(self.act_url(act, obj))
        return response


def _rehearse(act: Act, record: Model, **stamp: Unpack[ByStaff]) -> Preview:
    """Perform an act, preview what it wrote, and roll it back."""
    shown: Shown = {}
    try:
        with transaction.atomic():
            data = act.trial(record)
            if data is None:
                return Preview(shown=contents_of(submissions(act.drafts(record) or ())))
            with open_log(**stamp):
                current = locked(record)
                # Locked, so that the form and the lines show the same content.
                shown = contents_of(lock_drafts(act.drafts(current) or ()))
                done = act.rehearse(current, data, **stamp)
            preview = Preview(
                summarise(done.changes),
                [
                    str(record.get("title") or record.get("name"))
                    for change in done.changes
                    for records in change.payload.get("introduces", {}).values()
                    for record in records
                ],
                notes=done.notes,
                warnings=done.warnings,
                shown=shown,
            )
            transaction.set_rollback(True)
            return preview
    except REFUSED as error:
        return Preview(refusals=as_refusal(error).messages, shown=shown)
