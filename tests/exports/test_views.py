"""The files against the dashboard: the same rows, streamed, with the same ETag as every answer."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.exports.reading import body, csv_rows, json_object, workbook
from tests.make import published_commitment, published_update
from tracker.models import Assessment, Firmness, Instrument, Stage
from tracker.schema.vocabulary import Flag

FILES = [f"/{t}.{e}" for t in ("commitments", "updates") for e in ("csv", "xlsx", "json")]
TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def on_the_dashboard(client: Client, query: str) -> list[str]:
    table = client.get(f"/{query}").context["table"]
    return [row.record.commitment.reference for row in table.rows]


def headers(client: Client, address: str) -> dict[str, str]:
    response = client.get(address)
    list(response)  # read, so that it is closed: it may hold a temporary file
    return dict(response.headers)


def in_files(client: Client, query: str) -> list[list[str]]:
    told = json_object(client, f"/commitments.json{query}")
    assert told["count"] == len(told["commitments"])
    return [
        [row["reference"] for row in csv_rows(client, f"/commitments.csv{query}")],
        [record["reference"] for record in told["commitments"]],
    ]


@pytest.mark.usefixtures("no_response_cache")
@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    "query",
    [
        "",
        "?q=GSOMIA",
        "?q=nothing-at-all",
        "?stage=signed&stage=announced",
        "?assessment=not_assessed",
        "?flag=not_mentioned&flag=overdue",
        "?instrument=dialogue",
        "?topic=economic-security",
        "?party=canada",
        "?forum=nothing",
        "?meeting=2026-02-25-second-2plus2-ministerial",
        "?firmness=firm&sort=-target",
        "?target_after=2026&target_before=2026-12",
        "?updated_since=2026-11-22",
        "?updated_since=2026-11-22&stage=",
        "?as_of=2025-11-01&sort=stage",
        "?as_of=2025-11-01&known_at=2026-11-22&flag=quiet",
        "?known_at=2026-11-21",
        "?sort=-happened",
    ],
)
def test_a_file_holds_what_the_dashboard_shows(client: Client, query: str) -> None:
    if client.get(f"/{query}").context["filter"].errors:
        assert client.get(f"/commitments.csv{query}").status_code == 400
        return
    shown = on_the_dashboard(client, query)
    assert in_files(client, query) == [shown, shown]
    rows = list(workbook(client, f"/commitments.xlsx{query}")["commitments"].values)
    assert [row[0] for row in rows[1:]] == shown
    updates = csv_rows(client, f"/updates.csv{query}")
    assert list(dict.fromkeys(row["commitment"] for row in updates)) == shown
    assert json_object(client, f"/updates.json{query}")["count"] == len(updates)
    assert workbook(client, f"/updates.xlsx{query}")["updates"].max_row == 1 + len(updates)


def some(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=2)


@pytest.mark.usefixtures("no_response_cache")
@pytest.mark.usefixtures("shipped_register")
class AnyValidFilter(TestCase):
    @hypothesis_settings(max_examples=20)
    @given(
        st.fixed_dictionaries(
            {},
            optional={
                "stage": some(Stage.values),
                "assessment": some(Assessment.values),
                "instrument": some(Instrument.values),
                "firmness": some(Firmness.values),
                "flag": some(Flag.values),
                "q": st.sampled_from(["2+2", "대화", "agreement", "a"]),
                "party": st.sampled_from(["canada", "republic-of-korea"]),
                "as_of": st.sampled_from(["2023-06-01", "2025-11-01", "2026-02-24"]),
                "known_at": st.sampled_from(["2026-11-21", "2026-11-22"]),
                "sort": st.sampled_from(["-title", "target", "-stage", "happened"]),
            },
        )
    )
    def test_finds_the_same_everywhere(self, parameters: dict[str, str | list[str]]) -> None:
        query = f"?{urlencode(parameters, doseq=True)}"
        shown = on_the_dashboard(self.client, query)
        assert in_files(self.client, query) == [shown, shown]


@pytest.mark.parametrize("address", FILES)
def test_says_what_it_is_and_how_it_is_called(client: Client, db: None, address: str) -> None:
    published_commitment()
    told = headers(client, f"{address}?stage=announced&as_of=2026-11-01")
    table, _, ending = address.strip("/").partition(".")
    prefix = "updates-" if table == "updates" else ""
    name = f"{prefix}commitments-at-the-stage-announced-as-things-stood-on-1-november-2026"
    assert told["Content-Type"] == TYPES[ending]
    assert told["Content-Disposition"] == (f'attachment; filename="{name}-2026-11-22.{ending}"')
    assert told["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        *(("a%0Ab", "a-b"), ("a%0D%0Ab", "a-b"), ("a%E2%80%A8b", "a-b")),
        *(("a%22%3Bb", "ab"), ("%C2%85a%5Cb", "ab"), ("a%2F..%2Fb", "ab")),
    ],
)
def test_no_search_breaks_the_name_of_a_file(
    client: Client, db: None, typed: str, words: str
) -> None:
    published_commitment()
    told = headers(client, f"/commitments.csv?q={typed}")
    name = f"commitments-that-mention-{words}-2026-11-22.csv"
    assert told["Content-Disposition"] == f'attachment; filename="{name}"'


def test_csv_begins_with_the_mark_that_excel_needs(client: Client, db: None) -> None:
    published_commitment(title="사이버정책협의회")
    content = body(client, "/commitments.csv")
    assert content.startswith(b"\xef\xbb\xbfreference,")
    assert "사이버정책협의회".encode() in content
    assert content.count(b"\xef\xbb\xbf") == 1


@pytest.mark.parametrize("address", [*FILES, "/datapackage.json", "/data/"])
def test_an_unchanged_answer_is_304_after_one_query(client: Client, db: None, address: str) -> None:
    commitment = published_commitment()
    tag = headers(client, address)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, headers={"if-none-match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert len(queries) == 1
    published_update(commitment)
    assert headers(client, address)["ETag"] != tag


@pytest.mark.parametrize("address", FILES)
def test_the_head_alone_writes_nothing(client: Client, db: None, address: str) -> None:
    published_commitment()
    whole, head = headers(client, address), client.head(address)
    assert head.status_code == 200
    assert head.getvalue() == b""
    for name in ("Content-Type", "Content-Disposition", "ETag"):
        assert head.headers[name] == whole[name]


@pytest.mark.usefixtures("shipped_register")
def test_the_dashboard_leads_to_its_files(client: Client) -> None:
    page = client.get("/?stage=signed&sort=title&per_page=25&stagee=x").content.decode()
    for address in FILES:
        assert f'href="{address}?sort=title&amp;stage=signed"' in page
    assert 'href="/data/"' in page
    assert 'href="/commitments.csv"' in client.get("/?page=1").content.decode()


def test_a_record_stays_on_its_line(client: Client, db: None) -> None:
    """The JSON file has a record to a line, also for readers that know more line ends than LF."""
    words = "one\u2028two\u2029three\x85four"
    published_commitment(summary=words, quotation=words)
    lines = body(client, "/updates.json").decode().splitlines()
    [record] = [json.loads(line) for line in lines if line.startswith('{"')]
    assert words in json.dumps(record, ensure_ascii=False)
    assert json_object(client, "/commitments.json")["commitments"][0]["summary"] == words
