"""Export a noun's records as CSV and XLSX from its list, in the format of the import."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from tracker.lib import csv_lines, workbook_files
from tracker.lib.costly_work import BusyError
from tracker.spreadsheets.cells import SpreadsheetError
from tracker.spreadsheets.tables import TABLES
from tracker.spreadsheets.writing import csv_parts, xlsx_file
from tracker.whole_files import streamed, workbook

if TYPE_CHECKING:  # generic for the type checker only
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class ExportMixin(_ModelAdmin):
    """For a ModelAdmin whose records can be exported; `noun` is a key of TABLES."""

    noun: str

    def named(self, route: str, view: Callable[..., Any], name: str, **kwargs: Any) -> URLPattern:
        """Return a URL pattern for a view of this noun that requires signing in."""
        full = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        return path(route, self.admin_site.admin_view(view), kwargs, name=full)

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)

    def get_urls(self) -> list[URLPattern]:
        return [
            self.named("export.csv", self.export_view, "export-csv", ending="csv"),
            self.named("export.xlsx", self.export_view, "export-xlsx", ending="xlsx"),
            *super().get_urls(),
        ]

    def file_links(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the links for files on the list page."""
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return [
            {"label": _("Export CSV"), "url": self.url("export-csv") + query},
            {"label": _("Export XLSX"), "url": self.url("export-xlsx") + query},
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        context = {**(extra_context or {}), "file_links": self.file_links(request)}
        return super().changelist_view(request, context)

    def export_view(self, request: HttpRequest, *, ending: str) -> HttpResponseBase:
        """Export the records that the list shows with the same filters, drafts included."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        table = TABLES[self.noun]
        rows = table.rows()
        if request.GET:
            if any("\0" in value for _name, values in request.GET.lists() for value in values):
                # The list view reports it and drops the filters.
                return HttpResponseRedirect(f"{self.url('changelist')}?{request.GET.urlencode()}")
            try:
                listed = self.get_changelist_instance(request).get_queryset(request)
            except IncorrectLookupParameters:
                return HttpResponseRedirect(self.url("changelist"))
            rows = rows.filter(pk__in=listed.order_by().values("pk"))
        try:
            response = (
                streamed(request, lambda: csv_parts(table, rows))
                if ending == "csv"
                else workbook(request, lambda check: xlsx_file(table, rows, check=check))
            )
        except SpreadsheetError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(self.url("changelist"))
        except BusyError as error:
            self.message_user(request, error.detail, messages.WARNING)
            return HttpResponseRedirect(self.url("changelist"))
        name = f"{self.noun}-{timezone.localdate().isoformat()}.{ending}"
        kind = csv_lines if ending == "csv" else workbook_files
        response["Content-Type"] = kind.CONTENT_TYPE
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response
