"""Rubbish in, a sentence out: no public address answers 500, or shows everything instead."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tracker.filters import CommitmentFilter

pytestmark = pytest.mark.usefixtures("shipped_register")

SENTENCES = {
    "stage=nonsense": "There is no “nonsense” here.",
    "stage=signed&stage=nonsense": "There is no “nonsense” here.",
    "assessment=%00": "here. Choose from the list.",
    "flag=late": "There is no “late” here.",
    "flag=dropped": "There is no “dropped” here.",  # the name of a flag before 1.0
    "party=atlantis": "There is no “atlantis” here.",
    "topic=%F0%9F%98%80": "here. Choose from the list.",
    "meeting=%00": "here. Choose from the list.",
    "target_after=2026-13": "There is no month 13; use 01 to 12.",
    "target_before=2026-02-30": "2026-02 has no day 30; its days are 01 to 28.",
    "target_after=02/03/2026": "is not a date. Write 2028, 2026-03 or 2026-02-25.",
    "as_of=2026-13": "Write the day as year-month-day, such as 2025-11-01.",
    "as_of=2999-01-01": "2999-01-01 has not come yet; today is",
    "known_at=2999-01-01": "2999-01-01 has not come yet; today is",
    "as_of=0001-01-01": "The register looks back to 1900 at the earliest.",
    "updated_since=soon": "Write the day as year-month-day, such as 2025-11-01.",
    "sort=colour": "Select a valid choice.",
    "q=a%00b": "Remove the invisible control characters from the search.",
    f"q={'x' * 10_000}": "The search takes at most 200 characters; this has 10000.",
}


@pytest.mark.parametrize("query", SENTENCES, ids=lambda q: q[:30])
@pytest.mark.parametrize(
    "page",
    [
        *("/", "/changes/", "/parties/canada/"),
        *("/topics/information-security/", "/forums/2plus2-ministerial/"),
    ],
)
def test_a_bad_value_gets_a_sentence_and_no_list(client: Client, page: str, query: str) -> None:
    response = client.get(f"{page}?{query}")
    told = response.content.decode()
    assert response.status_code == 200
    assert SENTENCES[query] in told
    assert "Nothing is shown, because the filter has an error:" in told
    assert 'class="register-table"' not in told
    assert 'class="line-title"' not in told


@pytest.mark.parametrize("query", SENTENCES, ids=lambda q: q[:30])
@pytest.mark.parametrize("address", ["/changes.atom", "/changes.json", "/calendar.ics"])
def test_a_feed_with_a_bad_value_answers_400(client: Client, address: str, query: str) -> None:
    response = client.get(f"{address}?{query}")
    assert response.status_code == 400
    assert SENTENCES[query] in response.content.decode()
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("999999", "There is no page 999999; this is the last one, page 1."),
        ("0", "“0” is not a page number; this is page 1."),
        ("-1", "“-1” is not a page number; this is page 1."),
        ("x", "“x” is not a page number; this is page 1."),
        ("٣", "“٣” is not a page number; this is page 1."),
        ("9" * 500, "is not a page number; this is page 1."),
    ],
)
def test_a_page_that_is_not_there_says_so(client: Client, page: str, sentence: str) -> None:
    response = client.get("/", {"page": page})
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert len(response.context["table"].rows) == 25


@pytest.mark.parametrize(
    "words",
    ['"', '""', '"open', "''", "%", "_", "\\", "*", "AND", "NOT x", "a OR b", "NEAR(a b)", "^a",
     "{}", ":", "(", "😀", "é", "x" * 200, "' OR 1=1 --", "<script>alert(1)</script>"],
)  # fmt: skip
def test_any_words_may_be_searched_for(client: Client, words: str) -> None:
    response = client.get("/", {"q": words})
    assert response.status_code == 200
    assert not response.context["filter"].errors
    assert b"<script>alert" not in response.content


def test_what_was_typed_is_kept(client: Client) -> None:
    page = client.get("/?q=cyber&as_of=2026-13&stage=signed").content.decode()
    assert re.search(r'name="q" value="cyber"', page)
    typed = re.search(r'<input[^>]*name="as_of"[^>]*>', page)
    # A calendar would show nothing for it.
    assert typed
    assert 'type="text"' in typed[0]
    assert 'value="2026-13"' in typed[0]
    assert 'aria-invalid="true"' in typed[0]
    assert re.search(r'value="signed"[^>]*checked', page)


def test_unknown_parameters_are_named(client: Client) -> None:
    page = client.get("/?stagee=signed&q=cyber").content.decode()
    assert "mean nothing here and were ignored: stagee" in page


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_public_pages_only_answer_questions(client: Client, method: str) -> None:
    assert getattr(client, method)("/").status_code == 405


@pytest.mark.parametrize(
    "address",
    [
        "/commitments/%00/",
        "/commitments/x/../",
        "/meetings/😀/",
        "/sources/%FF/",
        "/%00",
        "/x" * 400,
    ],
)
def test_an_address_that_is_not_there(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


MANY = [
    "&".join(f"p{n}=1" for n in range(5_000)),
    "&".join(f"stage=s{n}" for n in range(5_000)),
    "&".join(f"q={n}" for n in range(201)),
    "x" * 1_000_000,
    "q=" + "x" * 1_000_000,
    "&" * 1_000_000,
    "a=1&" * 250_000,
]


@pytest.mark.parametrize("query", MANY, ids=lambda query: query[:12])
@pytest.mark.parametrize("address", ["/", "/charts/", "/changes.atom", "/commitments.csv"])
def test_a_query_without_end_is_refused_before_anything_is_read(
    client: Client, django_assert_num_queries: Any, address: str, query: str
) -> None:
    with django_assert_num_queries(0):
        response = client.get(address, QUERY_STRING=query)
    assert response.status_code == 400
    told = response.content.decode()
    assert "holds too many values" in told or "is too long" in told
    assert len(told) < 10_000


def test_one_value_two_thousand_times_is_one_value(client: Client) -> None:
    once = client.get("/?stage=signed")
    repeated = client.get("/", QUERY_STRING="&".join(["stage=signed"] * 2_000))
    assert repeated.status_code == 200
    assert repeated.content == once.content


FILES = (
    *("/commitments.csv", "/commitments.json", "/commitments.xlsx", "/updates.csv"),
    *("/updates.json", "/updates.xlsx", "/calendar.ics", "/datapackage.json"),
    *("/changes.atom", "/changes.rss", "/changes.json", "/api/v1/changes/?format=ndjson"),
    *("/card.png", "/sitemap.xml", "/robots.txt"),
)


@pytest.mark.parametrize("address", FILES)
def test_head_has_the_headers_of_a_file_and_no_body(client: Client, address: str) -> None:
    whole, head = client.get(address), client.head(address)
    assert whole.getvalue()
    assert (head.status_code, head.getvalue()) == (200, b"")
    for name in ("Content-Type", "Content-Disposition", "ETag", "Cache-Control", "Vary"):
        assert head.headers.get(name) == whole.headers.get(name), name


@pytest.mark.parametrize("asked", ["bytes=0-9", "bytes=-1", "bytes=9-", "bytes=5-1", "lines=1-2"])
@pytest.mark.parametrize("address", FILES)
def test_a_range_of_a_file_gets_the_whole(client: Client, address: str, asked: str) -> None:
    """RFC 9110, section 14.2: a server may ignore Range, and a file is not made twice the same."""
    response = client.get(address, headers={"range": asked})
    assert response.status_code == 200
    assert "Content-Range" not in response.headers
    assert len(response.getvalue()) > 10


# Every public address, with what it may answer besides a page.
EVERY = {
    "/": {200},
    "/matrix/": {200, 400},
    "/charts/": {200, 400},
    "/compare/": {200, 400},
    "/changes/": {200},
    "/parties/canada/": {200, 404},
    "/topics/cyber-and-hybrid-threats/": {200, 404},
    "/forums/2plus2-ministerial/": {200, 404},
    "/commitments/cyber-policy-consultations/": {200, 400, 404},
    "/commitments/cyber-policy-consultations/cite.bib": {200, 400, 404},
    "/meetings/": {200, 400},
    "/meetings/2026-02-25-second-2plus2-ministerial/": {200, 400, 404},
    "/meetings/2028-third-2plus2-ministerial/brief/": {200, 400, 404},
    "/sources/": {200, 400},
    "/sources/2025-10-noah-note/": {200, 400, 404},
    "/parties/": {200, 400},
    "/topics/": {200, 400},
    "/forums/": {200, 400},
    "/embed/status/": {200, 400},
    "/card.png": {200, 400},
    "/changes.atom": {200, 400},
    "/changes.rss": {200, 400},
    "/changes.json": {200, 400},
    "/calendar.ics": {200, 400},
    "/commitments.csv": {200, 400},
    "/commitments.xlsx": {200, 400},
    "/commitments.json": {200, 400},
    "/updates.csv": {200, 400},
    "/updates.json": {200, 400},
    "/datapackage.json": {200, 400},
    "/data/": {200},
    "/subscribe/webhook/": {200},
    "/subscribe/webhook/TOKEN/": {404},
    "/api/v1/": {200, 400},
    "/api/v1/commitments/": {200, 400, 404},
    "/api/v1/commitments/cyber-policy-consultations/": {200, 400, 404},
    "/api/v1/updates/": {200, 400, 404},
    "/api/v1/meetings/": {200, 400, 404},
    "/api/v1/meetings/2026-02-25-second-2plus2-ministerial/": {200, 400, 404},
    "/api/v1/sources/": {200, 400, 404},
    "/api/v1/sources/2025-10-noah-note/": {200, 400, 404},
    "/api/v1/parties/": {200, 400, 404},
    "/api/v1/topics/": {200, 400, 404},
    "/api/v1/forums/": {200, 400, 404},
    "/api/v1/changes/": {200, 400, 409},
    "/api/v1/changes/1/": {200, 400},
    "/api/v1/schema/": {200, 400},
    "/api/docs/": {200},
    "/methodology/": {200},
    "/subscribe/": {200},
}
PARAMETERS = [
    *CommitmentFilter.base_filters,
    *("page", "per_page", "show", "columns", "columns_page", "from", "to", "other", "before"),
    *("after", "limit", "wait", "format"),
]
VALUES = ["signed", "2026", "2025-11-01", "1", "canada", "overdue", "2plus2-ministerial", "-stage"]


class AnyQueryString(TestCase):
    """Any values for any parameters give an answer in words at every address, never a 500."""

    @hypothesis_settings(max_examples=12, deadline=None)
    @given(
        st.dictionaries(
            st.sampled_from(PARAMETERS),
            st.lists(st.text(max_size=20) | st.sampled_from(VALUES), max_size=3),
            max_size=5,
        )
    )
    def test_gets_an_answer(self, parameters: dict[str, list[str]]) -> None:
        for address, statuses in EVERY.items():
            response = self.client.get(address, parameters)
            assert response.status_code in statuses, (address, parameters)
            assert response.getvalue()
