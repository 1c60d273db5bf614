"""The worksheet views, a mixin for the ModelAdmin of meetings."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, cast

from django.contrib import messages
from django.db.models import Q
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.actions.record_meeting import list_on_worksheet
from tracker.admin.editing.pages import editor
from tracker.admin.editing.refusals import REFUSED, as_refusal
from tracker.admin.worksheet.feedback import texts_of
from tracker.admin.worksheet.lost_sessions import forget, proof_of, restore, signed_out, wants_json
from tracker.admin.worksheet.row_views import payload_of, shown_row, unsaved_rows
from tracker.admin.worksheet.rows import Row
from tracker.admin.worksheet.saving import PostedRow, Result, save_rows
from tracker.admin.worksheet.sheets import PER_PAGE, sheet_of
from tracker.admin.worksheet.source_pages import SourcePages
from tracker.lib.text import without_control_characters
from tracker.models import Commitment, Meeting, WorksheetRow

# How many commitments are suggested for an ambiguous name.
_OFFERED = 8


class WorksheetPages(SourcePages):
    """Adds the worksheet to the pages of a meeting."""

    def get_urls(self) -> list[URLPattern]:
        page = "<path:object_id>"
        sheet = self._keep_input(self.admin_site.admin_view(self.worksheet_view))
        text = self.admin_site.admin_view(self.source_text_view)
        return [
            path(f"{page}/worksheet/", sheet, name="tracker_meeting_worksheet"),
            path(f"{page}/source-text/", text, name="tracker_meeting_source-text"),
            *super().get_urls(),
        ]

    def _keep_input(self, view: Callable[..., Any]) -> Callable[..., HttpResponse]:
        """Wrap a view so that input posted without a session survives the sign-in."""

        def surviving(request: HttpRequest, object_id: str) -> HttpResponse:
            if request.method == "POST" and not self.admin_site.has_permission(request):
                return signed_out(request, object_id)
            return cast(HttpResponse, view(request, object_id))

        return surviving

    def worksheet_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        meeting = self.recorded_meeting(request, object_id)
        if meeting is None:
            return HttpResponseRedirect("../change/")
        now = timezone.now()
        if request.method != "POST":
            return self._sheet_page(request, meeting, now=now, restored=restore(request, object_id))
        try:
            saved = save_rows(
                meeting, request.POST, today=timezone.localdate(now), now=now, by=editor(request)
            )
        except REFUSED as error:
            return self._refused(request, meeting, as_refusal(error).messages, now=now)
        # The page included the input of a lost session, so it was posted again.
        forget(request)
        if wants_json(request):
            texts = texts_of(meeting)
            rows = [payload_of(one, texts) for one in saved if one.result != Result.UNTOUCHED]
            return JsonResponse({"rows": rows})
        if "also-row" in request.POST:
            self._add_row(request, meeting, now=now)
        if "discard" in request.POST:
            self._discard(request, meeting)
        return self._after_saving(request, meeting, saved, now=now)

    def _discard(self, request: HttpRequest, meeting: Meeting) -> None:
        """Delete the row of a new commitment that has no record yet."""
        key = request.POST["discard"].removeprefix("n").replace("-", "")
        for row in WorksheetRow.objects.filter(meeting=meeting, commitment=None):
            if row.key.hex == key:
                row.delete()
                self.message_user(request, _("The row is gone."), messages.SUCCESS)

    def _refused(
        self, request: HttpRequest, meeting: Meeting, sentences: list[str], *, now: dt.datetime
    ) -> HttpResponse:
        if wants_json(request):
            return JsonResponse({"message": " ".join(sentences)}, status=409)
        for sentence in sentences:
            self.message_user(request, sentence, messages.ERROR)
        return self._sheet_page(request, meeting, now=now, restored=request.POST)

    def _add_row(self, request: HttpRequest, meeting: Meeting, *, now: dt.datetime) -> None:
        """Add a row for a commitment that was not open but that the meeting mentions."""
        name = without_control_characters(request.POST.get("also", "")).strip()
        public = Commitment.objects.public()
        matches = list(public.filter(reference__iexact=name)) or list(
            public.filter(Q(title__icontains=name) | Q(reference__icontains=name)).order_by(
                "reference"
            )[: _OFFERED + 1]
        )
        if not name:
            self.message_user(request, _("Type a reference or a title first."), messages.ERROR)
        elif len(matches) == 1:
            list_on_worksheet(meeting, matches[0], now=now, by=editor(request))
            message = _("Its row is listed: %(commitment)s.") % {"commitment": matches[0]}
            self.message_user(request, message, messages.SUCCESS)
        elif matches:
            named = "; ".join(f"{one.reference} {one.title}" for one in matches[:_OFFERED])
            message = _("Several are meant by “%(words)s”; type the reference of one: %(names)s.")
            self.message_user(request, message % {"words": name, "names": named}, messages.ERROR)
        else:
            message = _("No public commitment is called “%(words)s”.") % {"words": name[:100]}
            self.message_user(request, message, messages.ERROR)

    # -- After saving ---------------------------------------------------------------------------

    def _after_saving(
        self, request: HttpRequest, meeting: Meeting, saved: list[PostedRow], *, now: dt.datetime
    ) -> HttpResponse:
        counted = Counter(one.result for one in saved)
        written = counted[Result.SAVED] + counted[Result.UNFINISHED]
        unsaved = counted[Result.CONFLICT] + counted[Result.REFUSED]
        if written:
            message = ngettext("%(count)d row saved.", "%(count)d rows saved.", written)
            self.message_user(request, message % {"count": written}, messages.SUCCESS)
            self._warn_of_ended_reviews(request, saved)
        elif not unsaved and "also-row" not in request.POST:
            self.message_user(request, _("Nothing was changed."), messages.INFO)
        if unsaved:
            message = ngettext(
                "%(count)d row is not saved: see it below, with what you typed.",
                "%(count)d rows are not saved: see them below, with what you typed.",
                unsaved,
            )
            self.message_user(request, message % {"count": unsaved}, messages.ERROR)
        elif not any(one.refusal for one in saved):
            return HttpResponseRedirect(request.get_full_path())
        return self._sheet_page(request, meeting, now=now, saved=saved)

    def _warn_of_ended_reviews(self, request: HttpRequest, saved: list[PostedRow]) -> None:
        left = [str(one.row.commitment) for one in saved if one.left_review and one.row]
        if left:
            message = _("Out of review, as they were changed: %(rows)s. Send them once more.")
            self.message_user(request, message % {"rows": "; ".join(left)}, messages.WARNING)

    # -- The page -------------------------------------------------------------------------------

    def _sheet_page(
        self,
        request: HttpRequest,
        meeting: Meeting,
        *,
        now: dt.datetime,
        saved: Sequence[PostedRow] = (),
        restored: QueryDict | None = None,
    ) -> HttpResponse:
        number = request.GET.get("p", "1")
        page = int(number) if number.isdecimal() and 0 < int(number[:6]) < 100_000 else 1
        today = timezone.localdate(now)
        sheet = sheet_of(meeting, today=today, page=page)
        texts = texts_of(meeting)
        typed = unsaved_rows(meeting, sheet, saved, restored, today=today)
        views = [
            shown_row(row, f"r{number}", sheet, texts, typed.pop(row.identity, None))
            for number, row in enumerate([*sheet.rows, *sheet.new])
        ]
        split = len(sheet.rows)
        # With identities of their own, so that posting one twice creates one record.
        blank = [
            shown_row(Row(identity=f"n{uuid.uuid4()}", values=sheet.blank), prefix, sheet, texts)
            for prefix in (f"r{len(views)}", "r__number__")
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Worksheet"),
            "subtitle": str(meeting),
            "original": meeting,
            "opts": self.opts,
            "meeting": meeting,
            "rows": views[:split],
            "new_rows": views[split:],
            "lost": list(typed.values()),
            # One for input, and one as the script's template.
            "blank": blank[0],
            "blank_copy": blank[1],
            "counts": Counter(view.row.state for view in views[:split]),
            "sheet": sheet,
            "page": page,
            "pages": range(1, -(-sheet.total // PER_PAGE) + 1),
            "proof": proof_of(request.user, meeting.pk),
            "is_restored": restored is not None,
            "sources": self.sources(request, meeting, texts, views),
            "next_steps": self.next_steps(request, meeting),
            "is_nav_sidebar_enabled": False,
            "media": self.media,
        }
        request.current_app = self.admin_site.name
        status = 409 if any(one.result == Result.CONFLICT for one in saved) else 200
        return TemplateResponse(
            request, "admin/tracker/worksheet/worksheet.html", context, status=status
        )

    def next_steps(self, request: HttpRequest, meeting: Meeting) -> list[dict[str, Any]]:
        """Return the acts on everything recorded, each with label and url."""
        return []
