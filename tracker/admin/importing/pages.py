"""Import a noun's records from CSV and XLSX, starting from its list.

The state of the upload decides which page comes next: encoding, columns, dates, preview, result.
Each step checks the user's rights again.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from tracker.actions.imports.processing import is_free, is_small, process
from tracker.actions.imports.rights import choices, rights_of
from tracker.actions.imports.uploads import (
    DUE,
    queue_check,
    queue_import,
    reading_of,
    set_encoding,
    store_upload,
)
from tracker.admin.editing.pages import editor
from tracker.admin.importing.exporting import ExportMixin
from tracker.admin.importing.forms import (
    ColumnsForm,
    ConfirmForm,
    DatesForm,
    EncodingForm,
    UploadForm,
)
from tracker.admin.importing.preview import preview_of
from tracker.models import Upload, UploadState
from tracker.spreadsheets.cells import SpreadsheetError
from tracker.spreadsheets.mapping import Reading, suggest
from tracker.spreadsheets.tables import TABLES


class FilesMixin(ExportMixin):
    """For a ModelAdmin whose records can be imported and exported."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self.named("import/", self.import_view, "import"),
            self.named("import/<int:upload_id>/", self.file_view, "import-file"),
            self.named("import/<int:upload_id>/mapping.yaml", self.mapping_view, "import-mapping"),
            *super().get_urls(),
        ]

    def file_links(self, request: HttpRequest) -> list[dict[str, Any]]:
        links = super().file_links(request)
        if self.has_add_permission(request):
            links.insert(0, {"label": _("Import"), "url": self.url("import")})
        return links

    # -- Import: the file -----------------------------------------------------------------------

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(_posted(request), request.FILES if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                upload = store_upload(
                    file.chunks(),
                    noun=self.noun,
                    file_name=file.name,
                    now=timezone.now(),
                    by=editor(request),
                )
            except ValidationError as error:
                form.add_error("file", error)
            else:
                return self._begin(request, upload)
        recent = Upload.objects.filter(noun=self.noun, uploaded_by=request.user.pk)
        context = {
            "recent": recent.order_by("-pk")[:10],
            "columns": TABLES[self.noun].labels,
        }
        return self._page(request, "upload", _("Import"), form, **context)

    def _begin(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        """Check the file at once if every column is recognised, else ask for what is missing."""
        if "headings" in upload.head:
            suggestion = suggest(upload.head["headings"], TABLES[self.noun].labels)
            if suggestion.is_complete and TABLES[self.noun].key[0] in suggestion.sure:
                self._have_checked(request, upload, reading_of(upload, columns=suggestion.sure))
        return self._on(upload)

    def _on(self, upload: Upload) -> HttpResponse:
        return HttpResponseRedirect(self.url("import-file", upload.pk))

    def _upload(self, request: HttpRequest, upload_id: int) -> Upload:
        """Return an upload of the user's own, who may still add records."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        upload = Upload.objects.filter(pk=upload_id, noun=self.noun).first()
        if upload is None or upload.uploaded_by_id != request.user.pk:
            raise PermissionDenied
        return upload

    def mapping_view(self, request: HttpRequest, upload_id: int) -> HttpResponse:
        """Download the mapping of the file, for the command and for similar files."""
        upload = self._upload(request, upload_id)
        mapping = reading_of(upload).as_yaml()
        response = HttpResponse(mapping, content_type="application/yaml; charset=utf-8")
        name = f"{self.noun}-mapping.yaml"
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response

    # -- Import: step by step -------------------------------------------------------------------

    def file_view(self, request: HttpRequest, upload_id: int) -> HttpResponse:
        upload = self._upload(request, upload_id)
        if upload.state in DUE:
            return self._under_way(request, upload)
        if upload.state == UploadState.IMPORTED:
            return self._done(request, upload)
        step = request.POST.get("step", "") or request.GET.get("step", "")
        if "encodings" in upload.head or step == "encoding":
            return self._encoding(request, upload)
        if upload.state == UploadState.OPEN or step == "columns":
            return self._columns(request, upload)
        is_asked = upload.report.get("asked_count") or step == "dates"
        return self._dates(request, upload) if is_asked else self._preview(request, upload, step)

    def _under_way(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        may_go_on = is_small(upload) and is_free(upload, now=timezone.now())
        if request.method == "POST" and may_go_on:
            self._process(request, upload)
            return self._on(upload)
        context = {"upload": upload, "may_go_on": may_go_on}
        page = self._page(request, "under_way", _("Import"), None, **context)
        if not may_go_on:
            page["Refresh"] = "3"
        return page

    def _done(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        if request.method == "POST":
            message = _("It was imported already; nothing was done again.")
            self.message_user(request, message, messages.WARNING)
            return self._on(upload)
        context = {"upload": upload, "preview": preview_of(upload)}
        return self._page(request, "done", _("Imported"), None, **context)

    def _encoding(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        form = EncodingForm(_posted(request), samples=upload.head.get("encodings", []))
        if request.method == "POST" and form.is_valid():
            try:
                set_encoding(upload, form.cleaned_data["encoding"])
            except (ValidationError, SpreadsheetError) as error:
                form.add_error(None, str(getattr(error, "message", error)))
            else:
                return self._begin(request, upload)
        text = upload.head.get("asked", "")
        return self._page(request, "ask", _("Encoding"), form, upload=upload, question=text)

    def _columns(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        table, head = TABLES[self.noun], upload.head
        suggestion = suggest(head["headings"], table.labels)
        chosen = upload.reading.get("columns") or {**suggestion.sure, **suggestion.close}
        form = ColumnsForm(
            _posted(request),
            table=table,
            headings=head["headings"],
            samples=head["samples"],
            chosen=chosen,
            close=suggestion.close,
        )
        if request.method == "POST" and form.is_valid():
            self._have_checked(request, upload, reading_of(upload, columns=form.columns()))
            return self._on(upload)
        ignored = [h for h in head["headings"] if h and h not in chosen.values()]
        return self._page(request, "columns", _("Columns"), form, upload=upload, ignored=ignored)

    def _dates(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        form = DatesForm(_posted(request))
        if request.method == "POST" and form.is_valid():
            reading = reading_of(upload, dates=form.cleaned_data["dates"])
            self._have_checked(request, upload, reading)
            return self._on(upload)
        text = _("Some dates are two days. Which comes first in this file, the day or the month?")
        return self._page(request, "ask", _("Dates"), form, upload=upload, question=text)

    def _have_checked(self, request: HttpRequest, upload: Upload, reading: Reading) -> None:
        if not queue_check(upload, reading):
            message = _("It is being checked or imported already; see below.")
            self.message_user(request, message, messages.WARNING)
        elif is_small(upload):
            self._process(request, upload)

    def _process(self, request: HttpRequest, upload: Upload) -> None:
        try:
            process(upload.pk, clock=timezone.now)
        except OperationalError:
            text = _("The database is busy. The file is kept, and the deliverer goes on with it.")
            self.message_user(request, text, messages.WARNING)

    def _preview(self, request: HttpRequest, upload: Upload, step: str) -> HttpResponse:
        if step == "again":
            self._have_checked(request, upload, reading_of(upload))
            return self._on(upload)
        rights = rights_of(editor(request), self.noun)
        form = ConfirmForm(
            request.POST if step == "confirm" else None,
            upload=upload,
            choices=choices(self.noun, rights),
        )
        if request.method == "POST" and step == "confirm" and form.is_valid():
            try:
                is_first = queue_import(upload, **form.cleaned_data, by=editor(request))
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return self._confirmed(request, upload, is_first=is_first)
        context = {"upload": upload, "preview": preview_of(upload)}
        return self._page(request, "preview", _("Preview"), form, **context)

    def _confirmed(self, request: HttpRequest, upload: Upload, *, is_first: bool) -> HttpResponse:
        if not is_first:
            message = _("Another page was faster, or has changed what is asked; see how it stands.")
            self.message_user(request, message, messages.WARNING)
        elif is_small(upload):
            self._process(request, upload)
        return self._on(upload)

    def _page(
        self, request: HttpRequest, name: str, title: str, form: Any, **context: Any
    ) -> HttpResponse:
        fields = (
            [(None, {"fields": [f for f in form.fields if not form.fields[f].widget.is_hidden]})]
            if form is not None
            else []
        )
        context |= {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": str(context.get("upload", "")) or None,
            "opts": self.opts,
            "form": form,
            "adminform": helpers.AdminForm(form, fields, {}, model_admin=self) if fields else (),
            "media": self.media,
            "import_url": self.url("import"),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"admin/tracker/import/{name}.html", context)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None
