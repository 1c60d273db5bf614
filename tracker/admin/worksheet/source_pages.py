"""The statements beside the rows of a worksheet, and the page that takes in their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.admin.editing.pages import RegisterAdmin, editor
from tracker.admin.editing.refusals import REFUSED, as_refusal, show_refusal
from tracker.admin.worksheet.access import may_record, worksheet_url
from tracker.admin.worksheet.feedback import Texts
from tracker.admin.worksheet.row_views import RowView
from tracker.admin.worksheet.source_text import ShownParagraph, SourceTextForm, shown, take_in
from tracker.models import PUBLISH, Meeting, Source


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source beside the rows; `paragraphs` is empty without a stored text."""

    source: Source
    paragraphs: list[ShownParagraph]
    form: SourceTextForm | None = None
    may_take_in: bool = False


class SourcePages(RegisterAdmin):
    """The page for the text of a meeting's source; `WorksheetPages` gives it its URL."""

    def recorded_meeting(self, request: HttpRequest, object_id: str) -> Meeting | None:
        """Return the meeting of a worksheet; 403 for who may not fill it in."""
        if not may_record(request):
            raise PermissionDenied
        meeting: Meeting | None = self.get_object(request, unquote(object_id))
        return meeting

    def sources(
        self, request: HttpRequest, meeting: Meeting, texts: Texts, views: Sequence[RowView]
    ) -> list[SourceView]:
        source_views = []
        for source in meeting.sources.order_by("pk").defer("text"):
            text = texts.get(str(source.pk))
            places = [
                view.check.place
                for view in views
                if view.check and view.check.place and view.values["source"] == str(source.pk)
            ]
            source_views.append(
                SourceView(
                    source,
                    shown(text, places) if text is not None else [],
                    SourceTextForm(auto_id=f"source_{source.pk}_%s"),
                    self.may_take_in(request, source),
                )
            )
        return source_views

    def may_take_in(self, request: HttpRequest, source: Source) -> bool:
        """Whether the user may store the text; for a public source that is an amendment."""
        needed = PUBLISH if source.is_public else "tracker.change_source"
        return editor(request).has_perm(needed)

    def source_text_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        meeting = self.recorded_meeting(request, object_id)
        if meeting is None:
            return HttpResponseRedirect("../change/")
        worksheet = worksheet_url(meeting)
        source = _source_of(request.POST.get("source", request.GET.get("source", "")), meeting)
        if source is None:
            return HttpResponseRedirect(worksheet)
        if not self.may_take_in(request, source):
            raise PermissionDenied
        form = SourceTextForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            try:
                text = form.cleaned_data["text"]
                take_in(source, text, now=timezone.now(), by=editor(request))
                message = _("The text is held; quotations are checked against it from now on.")
                self.message_user(request, message, messages.SUCCESS)
                return HttpResponseRedirect(worksheet)
            except REFUSED as error:
                show_refusal(form, as_refusal(error))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Text of the source"),
            "subtitle": str(source),
            "original": meeting,
            "opts": self.opts,
            "meeting": meeting,
            "source": source,
            "form": form,
            "worksheet_url": worksheet,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/tracker/worksheet/source_text.html", context)


def _source_of(key: str, meeting: Meeting) -> Source | None:
    """Return a source of the meeting by its key, or the first if the key is empty."""
    sources = meeting.sources.order_by("pk").defer("text")
    if not key:
        return sources.first()
    return sources.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
