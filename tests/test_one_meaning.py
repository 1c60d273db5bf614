"""One meaning of a filter: page, files and counts agree with a plain-Python evaluation of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests import plain
from tracker import answers, response_cache
from tracker.models import Assessment, Firmness, Forum, Instrument, Meeting, Party, Stage, Topic
from tracker.schema.vocabulary import Flag

TODAY = dt.date(2026, 11, 22)
WORDS = ["agreement", "GSOMIA", "사이버", "co-operation", "AI", "defence security", "2+2", "zzz"]
DATES = ["2025", "2026-03", "2026-06", "2026-12-31", "2028"]
DAYS = ["2023-05-01", "2024-12-01", "2025-10-02", "2025-11-01", "2026-02-25", "2026-11-22"]


def any_of(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


def one_of(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.sampled_from(values).map(lambda value: [value])


def filters() -> st.SearchStrategy[plain.Params]:
    """Valid parameters over what is in the register."""
    return st.fixed_dictionaries(
        {},
        optional={
            "q": one_of(WORDS),
            "stage": any_of(Stage.values),
            "assessment": any_of(Assessment.values),
            "firmness": any_of(Firmness.values),
            "instrument": any_of(Instrument.values),
            "flag": any_of(Flag.values),
            "topic": any_of(list(Topic.objects.values_list("slug", flat=True))),
            "party": any_of(list(Party.objects.values_list("slug", flat=True))),
            "forum": any_of(list(Forum.objects.values_list("slug", flat=True))),
            "meeting": any_of(list(Meeting.objects.values_list("slug", flat=True))),
            "target_after": one_of(DATES),
            "target_before": one_of(DATES),
            "updated_since": one_of(DAYS),
            "as_of": one_of(DAYS),
        },
    )


def body(client: Client, address: str, params: plain.Params) -> str:
    response = client.get(address, params)
    assert response.status_code == 200, (address, params)
    return response.getvalue().decode("utf-8-sig")


def check(client: Client, register: plain.Register, params: plain.Params) -> None:
    expected = [told.commitment.reference for told in register.found(params, TODAY)]
    answers._FINISHED.clear()  # an answer from the cache has no context
    response_cache._IN_THIS_PROCESS.clear()
    context = client.get("/", params).context
    assert [r.record.commitment.reference for r in context["table"].rows] == expected
    assert context["headline"].total == len(expected)
    rows = list(csv.DictReader(io.StringIO(body(client, "/commitments.csv", params))))
    assert [row["reference"] for row in rows] == expected
    records = json.loads(body(client, "/commitments.json", params))["commitments"]
    assert [record["reference"] for record in records] == expected
    for facet in context["facets"]:
        others = {name: values for name, values in params.items() if name != facet.name}
        within = register.found(others, TODAY)
        for choice in facet.choices:
            count = sum(plain.holds(told, facet.name, [choice.value]) for told in within)
            assert choice.count == count, (params, facet.name, choice.value)


@pytest.mark.usefixtures("shipped_register")
def test_page_files_and_counts_agree_with_a_plain_evaluation(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "today", lambda: TODAY)

    register = plain.register()

    @hypothesis_settings(max_examples=40, deadline=None)
    @given(filters())
    def for_any_filter(params: plain.Params) -> None:
        check(client, register, params)

    for_any_filter()
