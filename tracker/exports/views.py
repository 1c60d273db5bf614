"""Files of the filtered register, and the page that documents them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import IO

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from tracker.answers import public_answer
from tracker.exports import as_csv, as_json, as_xlsx
from tracker.exports.data_package import data_package
from tracker.exports.dictionary import dictionary
from tracker.exports.extract import COMMITMENT_TABLE, Extract, Table
from tracker.exports.refusals import faults, refusal
from tracker.filters import CommitmentFilter
from tracker.lib.one_state import one_state, parts_of_one_state
from tracker.queries.visibility import log_head
from tracker.whole_files import Check, busy_answer, streamed, workbook

# By the ending of the address: what is sent, and how it is written where that goes piece by piece.
CONTENT_TYPES = {
    "csv": as_csv.CONTENT_TYPE,
    "xlsx": as_xlsx.CONTENT_TYPE,
    "json": as_json.CONTENT_TYPE,
}
STREAMS = {"csv": as_csv.csv_parts, "json": as_json.json_parts}


def _written(request: HttpRequest, extract: Extract, ending: str) -> HttpResponseBase:
    """The file, or the answer that says that too many are made just now."""

    # A file names the head of the state that its rows are of, not that of the request.
    def now() -> Extract:
        return replace(extract, head=log_head())

    def workbook_file(check: Check) -> IO[bytes]:
        with one_state():
            return as_xlsx.xlsx_file(now(), check=check)

    answer: HttpResponseBase | None
    if ending in STREAMS:
        answer = streamed(parts_of_one_state(lambda: STREAMS[ending](now())))
    else:
        answer = workbook(request, workbook_file)
    return busy_answer() if answer is None else answer


def _asked(request: HttpRequest, table: Table, today: dt.date) -> Extract | HttpResponse:
    """What is to be written, or the answer that says why it is not."""
    found = CommitmentFilter(request.GET, today=today)
    errors = faults(found)
    if errors:
        detail = _("The address has parameters that cannot be followed, so there is no file.")
        return refusal(request, detail=detail, errors=errors)
    site = request.build_absolute_uri("/").rstrip("/")
    return Extract(table, found, log_head(), site, request.build_absolute_uri())


@public_answer
def file(request: HttpRequest, table: Table, ending: str, *, today: dt.date) -> HttpResponseBase:
    """One table for a filter; every row of it, whatever their number."""
    asked = _asked(request, table, today)
    if isinstance(asked, HttpResponse):
        return asked
    if ending == "xlsx" and asked.count() > as_xlsx.MOST_ROWS:
        detail = _("An Excel sheet has no room for so many rows. Take the CSV file, or filter.")
        return refusal(request, detail=detail)
    # Who asks for the head alone is not made to wait for a file that nobody reads.
    is_read = request.method == "GET"
    response = _written(request, asked, ending) if is_read else StreamingHttpResponse(())
    if response.status_code != 200:
        return response
    response["Content-Type"] = CONTENT_TYPES[ending]
    response["Content-Disposition"] = content_disposition_header(True, f"{asked.stem}.{ending}")
    return response


@public_answer
def datapackage(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    asked = _asked(request, COMMITMENT_TABLE, today)
    if isinstance(asked, HttpResponse):
        return asked
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return JsonResponse(
        data_package(asked, query=query), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )


@public_answer
def data_dictionary(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    return render(request, "exports/data.html", dictionary())
