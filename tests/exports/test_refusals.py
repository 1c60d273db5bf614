"""Bad parameters: no file, and a sentence for each of them, as Problem Details."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.test_bad_input import SENTENCES
from tests.thorough import examples
from tracker.filters import CommitmentFilter

FILES = [f"/{t}.{e}" for t in ("commitments", "updates") for e in ("csv", "xlsx", "json")]
ADDRESSES = [*FILES, "/datapackage.json"]


def problem(client: Client, address: str) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Content-Disposition" not in answer.headers
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("query", SENTENCES, ids=lambda q: q[:30])
@pytest.mark.parametrize("address", ["/commitments.csv", "/updates.xlsx", "/datapackage.json"])
def test_a_bad_value_gets_its_sentence(client: Client, address: str, query: str) -> None:
    told = problem(client, f"{address}?{query}")
    [error] = told["errors"]
    assert error["parameter"] == query.split("=", maxsplit=1)[0]
    assert SENTENCES[query] in error["detail"]


ORDER = ["stage", "page", "stagee", "per_page"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_whole_problem(client: Client, db: None, address: str) -> None:
    told = problem(client, f"{address}?stage=late&page=2&stagee=signed&per_page=10")
    told["errors"].sort(key=lambda error: ORDER.index(error["parameter"]))
    assert told == {
        "type": "http://testserver/data/#errors",
        "title": "This file cannot be made as asked for",
        "status": 400,
        "detail": "The address has parameters that cannot be followed, so there is no file.",
        "errors": [
            {"parameter": "stage", "detail": "There is no “late” here. Choose from the list."},
            {
                "parameter": "page",
                "detail": "A file holds every row and every column; leave “page” out.",
            },
            {"parameter": "stagee", "detail": "There is no parameter “stagee” here."},
            {
                "parameter": "per_page",
                "detail": "A file holds every row and every column; leave “per_page” out.",
            },
        ],
    }


@pytest.mark.parametrize("query", ["=x", "%00=1", "😀=1", f"{'x' * 5_000}=1", "stage[]=signed"])
def test_an_odd_name_is_no_parameter(client: Client, db: None, query: str) -> None:
    [error] = problem(client, f"/commitments.csv?{query}")["errors"]
    assert error["detail"].startswith("There is no parameter “")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_files_only_answer_questions(client: Client, db: None, method: str) -> None:
    assert getattr(client, method)("/commitments.csv").status_code == 405


@pytest.mark.usefixtures("shipped_register")
class AnyQueryString(TestCase):
    """Any values for any parameters give a file or a problem, and never the whole by mistake."""

    @hypothesis_settings(max_examples=examples(20, thorough=100))
    @given(
        st.dictionaries(
            st.sampled_from([*CommitmentFilter.base_filters, "page", "other"])
            | st.text(max_size=5),
            st.lists(st.text(max_size=20) | st.sampled_from(["signed", "2026", "1"]), max_size=3),
            max_size=4,
        )
    )
    def test_gives_a_file_or_a_problem(self, parameters: dict[str, list[str]]) -> None:
        seen = set()
        for address in ADDRESSES:
            answer = self.client.get(address, parameters)
            seen.add(answer.status_code)
            if answer.status_code == 400:
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert answer.json()["errors"]
            else:
                assert b"".join(answer)
        assert len(seen) == 1
        assert seen <= {200, 400}
        # Without a value it says nothing.
        given = {name for name, values in parameters.items() if any(v.strip() for v in values)}
        if given - set(CommitmentFilter.base_filters):
            assert seen == {400}
