"""Downloads of the filtered register, and the page that documents them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import IO

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from tracker.answers import public_answer
from tracker.exports import as_csv, as_json, as_xlsx
from tracker.exports.data_package import data_package
from tracker.exports.extract import COMMITMENT_TABLE, TABLES, Extract, Table
from tracker.filters import CommitmentFilter
from tracker.filters.parameter_docs import MEANINGS
from tracker.lib import csv_lines, workbook_files
from tracker.lib.problem_details import Errors, parameter_errors, problem
from tracker.lib.snapshot import snapshot
from tracker.queries.visibility import log_head
from tracker.whole_files import Check, streamed, workbook

# By extension: the content type, and the generator of a format that is streamed.
CONTENT_TYPES = {
    "csv": csv_lines.CONTENT_TYPE,
    "xlsx": workbook_files.CONTENT_TYPE,
    "json": "application/json",
}
STREAMS = {"csv": as_csv.csv_parts, "json": as_json.json_parts}


def _file_response(request: HttpRequest, extract: Extract, ending: str) -> HttpResponseBase:
    """Return the file; raises BusyError if too many are being made."""

    # The file names the log head of the snapshot that its rows come from, not of the request.
    def current() -> Extract:
        return replace(extract, head=log_head())

    def workbook_file(check: Check) -> IO[bytes]:
        with snapshot():
            return as_xlsx.xlsx_file(current(), check=check)

    if ending in STREAMS:
        return streamed(request, lambda: STREAMS[ending](current()))
    return workbook(request, workbook_file)


def _errors(filterset: CommitmentFilter) -> Errors:
    """Return error sentences by parameter; empty if the file can be written.

    A page can show beside a field that it was ignored, but a file that silently held every row
    would be believed. So every doubt is an error here.
    """
    errors = parameter_errors(filterset.params, filterset.filters, filterset.errors)
    for name in filterset.page_parameters & errors.keys():
        errors[name] = [_("A file holds every row and every column; leave “%s” out.") % name]
    return errors


def _refusal(request: HttpRequest, *, detail: str, errors: Errors | None = None) -> HttpResponse:
    """Return 400 as Problem Details, with a link to the help on files and parameters."""
    return problem(
        status=400,
        title=_("This file cannot be made as asked for"),
        detail=detail,
        kind=request.build_absolute_uri(f"{reverse('data-dictionary')}#errors"),
        errors=errors,
    )


def _requested(request: HttpRequest, table: Table, today: dt.date) -> Extract | HttpResponse:
    """Return the requested extract, or the response that explains why there is none."""
    filterset = CommitmentFilter(request.GET, today=today)
    if errors := _errors(filterset):
        detail = _("The address has parameters that cannot be followed, so there is no file.")
        return _refusal(request, detail=detail, errors=errors)
    site = request.build_absolute_uri("/").rstrip("/")
    return Extract(table, filterset, log_head(), site, request.build_absolute_uri())


@partial(public_answer, is_file=True)
def file(request: HttpRequest, table: Table, ending: str, *, today: dt.date) -> HttpResponseBase:
    """Serve one table for a filter, with all of its rows."""
    extract = _requested(request, table, today)
    if isinstance(extract, HttpResponse):
        return extract
    if ending == "xlsx" and extract.count() > workbook_files.MAX_ROWS:
        detail = _("An Excel sheet has no room for so many rows. Take the CSV file, or filter.")
        return _refusal(request, detail=detail)
    # A HEAD request does not wait for a file that nobody reads.
    is_read = request.method == "GET"
    response = _file_response(request, extract, ending) if is_read else StreamingHttpResponse(())
    if response.status_code != 200:
        return response
    response["Content-Type"] = CONTENT_TYPES[ending]
    response["Content-Disposition"] = content_disposition_header(True, f"{extract.stem}.{ending}")
    return response


@public_answer
def datapackage(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    extract = _requested(request, COMMITMENT_TABLE, today)
    if isinstance(extract, HttpResponse):
        return extract
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return JsonResponse(
        data_package(extract, query=query), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )


@public_answer
def data_dictionary(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    parameters = [
        {"name": name, "label": declared.label, "values": MEANINGS[name]}
        for name, declared in CommitmentFilter.base_filters.items()
    ]
    return render(request, "exports/data.html", {"tables": TABLES, "parameters": parameters})
