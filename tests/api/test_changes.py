"""The cursor: each line once and in order, with any filter, in either form."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.asking import body, faults, ndjson, problem
from tests.make import NOW, published_commitment, published_meeting, published_update
from tests.test_bad_input import SENTENCES
from tracker.api import changes
from tracker.filters import ChangeFilter
from tracker.lib.canonical_json import sha256_hex
from tracker.models import GENESIS_HASH, Change
from tracker.schema import payloads

FILTERS = [
    "",
    "q=dialogue",
    "stage=signed",
    "stage=announced&stage=signed",
    "party=canada",
    "meeting=2026-02-25-second-2plus2-ministerial",
    "commitment=CAN-KOR-2025-004",
    "kind=status&kind=mention",
    "kind=meeting",
    "significance=minor",
    "flag=slipped",
    "updated_since=2026-11-22",
    "topic=space",
    "target_before=2026-12",
]


def follow(client: Client, query: str, *, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Read from the beginning by `next_after` until there is no more; the lines, and the cursor."""
    found: list[dict[str, Any]] = []
    after, more = 0, True
    while more:
        told = body(client, f"/api/v1/changes/?{query}&after={after}&limit={limit}")
        assert told["after"] == after
        assert len(told["results"]) <= limit
        assert not told["more"] or told["next_after"] == told["results"][-1]["seq"]
        found += told["results"]
        after, more = told["next_after"], told["more"]
    return found, after


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("query", FILTERS)
def test_the_filtered_cursor_is_the_filtered_log(client: Client, query: str) -> None:
    found = ChangeFilter(QueryDict(query), today=NOW.date())
    assert found.is_valid()
    expected = [payloads.change(change) for change in reversed(found.log)]
    head = Change.objects.latest("seq").seq
    for limit in (1, 7, 1000):
        if limit == 1 and len(expected) > 10:
            continue
        assert follow(client, query, limit=limit) == (expected, head)
    assert ndjson(client, f"/api/v1/changes/?{query}&format=ndjson") == expected
    assert ndjson(client, f"/api/v1/changes/?{query}", accept="application/x-ndjson") == expected


@pytest.mark.usefixtures("shipped_register")
def test_the_chain_can_be_checked_with_what_is_told(client: Client) -> None:
    lines, _after = follow(client, "", limit=30)
    previous = GENESIS_HASH
    for line in lines:
        hashed = {name: value for name, value in line.items() if name not in {"id", "hash"}}
        assert line["previous_hash"] == previous
        assert line["hash"] == sha256_hex(hashed)
        previous = line["hash"]
    assert body(client, "/api/v1/")["log_head"]["hash"] == previous


def test_a_filter_does_not_search_again_what_it_has_searched(client: Client, db: None) -> None:
    published_commitment()
    for _number in range(5):
        published_meeting()
    told = body(client, "/api/v1/changes/?kind=deadline&after=0&limit=1")
    assert (told["results"], told["next_after"], told["more"]) == ([], 7, False)
    told = body(client, "/api/v1/changes/?kind=meeting&limit=2")
    assert (told["next_after"], told["more"]) == (4, True)
    told = body(client, "/api/v1/changes/?kind=meeting&limit=5")
    assert (told["next_after"], told["more"]) == (7, False)


def test_an_empty_log(client: Client, db: None) -> None:
    assert body(client, "/api/v1/changes/") == {
        "head": {"seq": 0, "hash": GENESIS_HASH, "recorded_at": None},
        "after": 0,
        "next_after": 0,
        "more": False,
        "results": [],
    }
    assert ndjson(client, "/api/v1/changes/?format=ndjson") == []


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_no_text_ends_a_line(client: Client, db: None, separator: str) -> None:
    """As httpx and requests read lines: by every line end that Unicode has."""
    words = f"one{separator}two"
    published_commitment(summary=words, quotation=words)
    response = client.get("/api/v1/changes/?format=ndjson")
    text = response.getvalue().decode()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert words in {line["payload"].get("commitment", {}).get("summary") for line in lines}


def test_the_header_names_the_address_to_go_on_with(client: Client, db: None) -> None:
    published_commitment()
    published_meeting()
    for query, after in (
        ("kind=meeting", 3),
        ("limit=2", 2),
        ("format=ndjson&limit=1", 1),
        ("format=ndjson&limit=3", 3),
        ("format=ndjson&kind=meeting&limit=1", 3),
        ("format=ndjson", 3),
    ):
        link = client.get(f"/api/v1/changes/?{query}").headers["Link"]
        assert link == f'<http://testserver/api/v1/changes/?after={after}&{query}>; rel="next"'


def test_lines_stream_in_parts(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "LINES_PER_PART", 2)
    for _number in range(6):
        published_meeting()
    response = client.get("/api/v1/changes/?format=ndjson&after=1")
    published_meeting()  # after the head was read: not in this answer
    with CaptureQueriesContext(connection) as queries:
        parts = [[json.loads(line)["seq"] for line in part.splitlines()] for part in response]
    assert parts == [[2, 3], [4, 5], [6]]
    assert len(queries) == 1


def test_a_page_of_many_lines_takes_the_queries_of_one(client: Client, db: None) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/api/v1/changes/")
        return len(asked)

    commitment = published_commitment()
    before = queries()
    for _number in range(20):
        published_update(commitment)
    # The head for the ETag, the head for the answer, and the lines.
    assert queries() == before == 3


def test_one_line(client: Client, db: None) -> None:
    published_meeting(slug="first")
    [line] = body(client, "/api/v1/changes/")["results"]
    assert body(client, "/api/v1/changes/1/") == line
    for seq in ("2", "0", "9" * 30):
        told = problem(client, f"/api/v1/changes/{seq}/", 404)
        assert told["detail"] == "There is no such line: the log ends at line 1."
    assert list(faults(client, "/api/v1/changes/1/?as_of=2026-01-01")) == ["as_of"]


# -- What cannot be followed --------------------------------------------------------------------


def test_a_cursor_ahead_of_the_log_is_that_of_another_log(client: Client, db: None) -> None:
    published_meeting()
    head = body(client, "/api/v1/changes/?after=1")["head"]
    for query in ("after=2", "after=9223372036854775807", "after=2&format=ndjson"):
        told = problem(client, f"/api/v1/changes/?{query}", 409)
        assert told["type"] == "/api/docs/#cursor-ahead"
        assert told["head"] == head
        assert "this log ends at line 1" in told["detail"]


@pytest.mark.parametrize(
    "text", ["-1", "x", "1.5", "٣", "1e3", " 1", "9223372036854775808", "9" * 5000]
)
def test_a_number_that_is_none(client: Client, db: None, text: str) -> None:
    for name, last in (("after", 2**63 - 1), ("limit", 1000), ("wait", 25)):
        first = 1 if name == "limit" else 0
        told = faults(client, f"/api/v1/changes/?{urlencode({name: text})}")
        assert told == {name: f"“{text[:40]}” is not a whole number from {first} to {last}."}


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "wait=26"])
def test_a_number_out_of_bounds(client: Client, db: None, query: str) -> None:
    assert list(faults(client, f"/api/v1/changes/?{query}")) == [query.partition("=")[0]]


def test_leading_zeros_are_no_number_of_their_own(client: Client, db: None) -> None:
    assert body(client, f"/api/v1/changes/?after={'0' * 5000}&limit=007")["after"] == 0


def test_what_has_no_meaning_for_a_cursor_is_refused(client: Client, db: None) -> None:
    told = faults(
        client,
        "/api/v1/changes/?as_of=2026-01-01&known_at=2026-01-01&sort=title&page=1&per_page=5&to=1",
    )
    by_cursor = "The log is read by cursor: use “after” and “limit” instead."
    looking_back = (
        "What follows the log as it grows cannot look back. Leave this out here; "
        "/changes/ and the files take it."
    )
    assert told == {
        "as_of": looking_back,
        "known_at": looking_back,
        "sort": "Lines come in the order of their numbers; leave “sort” out.",
        "page": by_cursor,
        "per_page": by_cursor,
        "to": "There is no parameter “to” here.",
    }


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("query", SENTENCES, ids=lambda q: q[:30])
def test_a_bad_value_gets_its_sentence(client: Client, query: str) -> None:
    name = query.partition("=")[0]
    for form in ("json", "ndjson"):
        told = faults(client, f"/api/v1/changes/?{query}&format={form}")
        assert list(told) == [name]
        if name not in {"as_of", "known_at", "sort"}:
            assert SENTENCES[query] in told[name]
