"""Files of the filtered register, and the page that documents them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from django.http import (
    FileResponse,
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


# A file names the head of the state that its rows are of, not that of the request.
def _csv(extract: Extract) -> HttpResponseBase:
    return StreamingHttpResponse(
        parts_of_one_state(lambda: as_csv.csv_parts(replace(extract, head=log_head())))
    )


def _json(extract: Extract) -> HttpResponseBase:
    return StreamingHttpResponse(
        parts_of_one_state(lambda: as_json.json_parts(replace(extract, head=log_head())))
    )


def _xlsx(extract: Extract) -> HttpResponseBase:
    with one_state():
        return FileResponse(as_xlsx.xlsx_file(replace(extract, head=log_head())))


# By the ending of the address: what is sent and how it is written.
WRITERS: dict[str, tuple[str, Callable[[Extract], HttpResponseBase]]] = {
    "csv": (as_csv.CONTENT_TYPE, _csv),
    "xlsx": (as_xlsx.CONTENT_TYPE, _xlsx),
    "json": (as_json.CONTENT_TYPE, _json),
}


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
    content_type, write = WRITERS[ending]
    # Who asks for the head alone is not made to wait for a file that nobody reads.
    response = write(asked) if request.method == "GET" else StreamingHttpResponse(())
    response["Content-Type"] = content_type
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
