"""Caches of the register see each of their inputs: another state has another answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.http import QueryDict

from tests import make
from tracker.filters import CommitmentFilter, bitset_filter
from tracker.filters.bitset_filter import Matches
from tracker.models import LogHead
from tracker.queries.lists import facet_bitsets, update_pages
from tracker.queries.lists.facet_bitsets import facet_bitsets_at
from tracker.queries.lists.update_pages import update_counts
from tracker.queries.viewpoint import Viewpoint, state_key
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db

TODAY = make.NOW.date()
OF_THE_VIEWPOINT: dict[str, dict[str, Any]] = {
    "today": {"today": TODAY + dt.timedelta(days=1)},
    "as_of": {"as_of": TODAY},
    "known_at": {"known_at": TODAY},
}
INPUTS = ["seq", "hash", "generation", *OF_THE_VIEWPOINT]


def mutated(name: str, head: LogHead, viewpoint: Viewpoint) -> tuple[LogHead, Viewpoint]:
    """Return the same head and viewpoint with one input changed."""
    other_head = LogHead(
        seq=head.seq + (name == "seq"),
        hash="f" * 64 if name == "hash" else head.hash,
        generation=head.generation + (name == "generation"),
    )
    return other_head, replace(viewpoint, **OF_THE_VIEWPOINT.get(name, {}))


@pytest.mark.parametrize("looks_back", [False, True])
def test_each_input_makes_another_key(looks_back: bool) -> None:
    earlier = TODAY - dt.timedelta(days=9) if looks_back else None
    head, viewpoint = LogHead(seq=1), Viewpoint(TODAY, earlier, earlier)
    keys = [
        state_key(head, viewpoint, "word"),
        state_key(head, viewpoint, "other word"),
        *(state_key(*mutated(name, head, viewpoint), "word") for name in INPUTS),
    ]
    assert len(set(keys)) == len(keys)


def counts_of(head: LogHead, viewpoint: Viewpoint) -> None:
    update_counts(head, viewpoint)


def words_of(head: LogHead, viewpoint: Viewpoint, words: str = "promise") -> None:
    days = {"as_of": viewpoint.as_of, "known_at": viewpoint.known_at}
    params = QueryDict(mutable=True)
    params.update({"q": words} | {name: str(day) for name, day in days.items() if day})
    filterset = CommitmentFilter(params, today=viewpoint.today)
    assert filterset.viewpoint == viewpoint
    bitsets = facet_bitsets.FacetBitsets(head, viewpoint, 0, {}, {})
    Matches(filterset, bitsets)._matching(words)


def count_calls(monkeypatch: pytest.MonkeyPatch, module: object, *names: str) -> list[str]:
    """Note each call of these functions, which make what is cached."""
    calls: list[str] = []
    for name in names:
        make_anew = getattr(module, name)

        def noted(*args: Any, make_anew: Any = make_anew, name: str = name) -> Any:
            calls.append(name)
            return make_anew(*args)

        monkeypatch.setattr(module, name, noted)
    return calls


CACHES: dict[str, tuple[Callable[..., object], object, tuple[str, ...]]] = {
    "bitsets": (facet_bitsets_at, facet_bitsets, ("_updated_to",)),
    "words": (words_of, bitset_filter, ("keys_matching", "keys_matching_then")),
    "counts": (counts_of, update_pages, ("_count",)),
}


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("cache", CACHES)
def test_each_input_makes_another_answer(
    cache: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.published_commitment()
    read, module, made_by = CACHES[cache]
    calls = count_calls(monkeypatch, module, *made_by)
    head, viewpoint = log_head(), Viewpoint(TODAY)
    read(head, viewpoint)
    read(head, viewpoint)
    assert len(calls) == 1
    read(*mutated(name, head, viewpoint))
    assert len(calls) == 2


def test_other_words_make_another_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    make.published_commitment()
    calls = count_calls(monkeypatch, bitset_filter, "keys_matching")
    head, viewpoint = log_head(), Viewpoint(TODAY)
    for words in ("promise", "Promise", "other", "promise other"):
        words_of(head, viewpoint, words)
    assert len(calls) == 3  # capitals are folded


def test_a_plan_of_today_is_not_offered_tomorrow_for_today() -> None:
    make.published_meeting(slug="plan", state="planned", date="2027-03-01")
    head, day = log_head(), Viewpoint(TODAY, as_of=TODAY)
    assert "plan" in dict(facet_bitsets_at(head, day).choices["meeting"])
    tomorrow = replace(day, today=TODAY + dt.timedelta(days=1))
    assert "plan" not in dict(facet_bitsets_at(head, tomorrow).choices["meeting"])
