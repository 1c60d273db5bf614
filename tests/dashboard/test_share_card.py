"""The share card says of any filter what the register says, then as today."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.dashboard.conftest import OnDay
from tests.make import NOW, make_commitment, published_commitment, published_update
from tracker.dashboard.share_card import STAGE_COLOURS, card_of
from tracker.filters import CommitmentFilter
from tracker.filters.bitset_filter import Matches
from tracker.lib.share_cards import Card
from tracker.models import Stage
from tracker.queries.lists.facet_bitsets import facet_bitsets_at
from tracker.queries.visibility import log_head

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _day(on_day: OnDay) -> None:
    on_day(TODAY)


def card(query: str) -> Card:
    found = CommitmentFilter(QueryDict(query), today=TODAY)
    assert found.is_valid(), found.form.errors
    return card_of(found, Matches(found, facet_bitsets_at(log_head(), found.viewpoint)))


def test_the_shares_are_the_registers(db: None) -> None:
    for stage in (Stage.ANNOUNCED, Stage.ANNOUNCED, Stage.COMPLETED):
        published_commitment(stage=stage)
    make_commitment(title="A draft")
    shown = card("")
    assert shown.heading == "Commitment Tracker, as of 22 November 2026"
    assert (shown.title, shown.text) == ("All commitments", "3 commitments: 1 delivered.")
    assert shown.foot == "Announced 2, Completed 1"
    assert shown.bar == [(2, "#c9d3e3"), (1, "#2f7a52")]


def test_one_commitment_is_named_with_its_state_of_that_day(db: None) -> None:
    agreement = published_commitment(
        title="Sign the agreement", instrument="agreement", happened="2025-10-02"
    )
    published_update(agreement, stage=Stage.SIGNED, happened="2026-02-25")
    shown = card(f"commitment={agreement.reference}")
    assert (shown.title, shown.foot) == ("Sign the agreement", agreement.reference)
    assert shown.text == "Signed. Awaiting entry into force. Not assessed."
    before = card(f"commitment={agreement.reference}&as_of=2025-11-01")
    assert before.text == "Announced. Not assessed."
    assert before.heading.endswith("as of 1 November 2025")
    assert before.bar == [(1, "#c9d3e3")]


def test_what_was_not_known_then_is_not_drawn(db: None) -> None:
    published_commitment(title="Known since", now=NOW)
    assert card(f"known_at={NOW.date() - dt.timedelta(days=1)}").bar == []


def test_a_title_without_type_is_told_by_its_reference(db: None) -> None:
    dialogue = published_commitment(title="사이버정책협의회")
    assert card(f"commitment={dialogue.reference}").title == dialogue.reference


def test_drafts_and_nonsense(client: Client, db: None) -> None:
    draft = make_commitment()
    assert client.get(f"/card.png?commitment={draft.reference}").status_code == 400
    answer = client.get("/card.png?stage=nonsense")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.getvalue().decode() == (
        "The picture cannot be drawn as asked.\n"
        "stage: There is no “nonsense” here. Choose from the list.\n"
    )
    twice = client.get("/card.png?as_of=2025-11-01&as_of=2025-12-01&topic=zz").getvalue().decode()
    assert re.findall(r"^(\w+): ", twice, re.MULTILINE) == ["topic", "as_of"]
    assert client.get("/card.png?unknown=1").status_code == 200
    assert client.get("/card.png?q=nothing-matches-this").status_code == 200
    assert client.post("/card.png").status_code == 405


def test_it_is_cached_like_any_public_answer(
    client: Client, db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    published_commitment()
    first = client.get("/card.png?party=canada")
    assert first.headers["Content-Type"] == "image/png"
    assert first.headers["Cache-Control"] == "public, no-cache"
    with django_assert_max_num_queries(1):
        again = client.get(
            "/card.png?party=canada", headers={"if-none-match": first.headers["ETag"]}
        )
    assert again.status_code == 304
    published_commitment(stage=Stage.SIGNED)
    after = client.get("/card.png?party=canada")
    assert after.headers["ETag"] != first.headers["ETag"]
    assert after.getvalue() != first.getvalue()


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    ("address", "image"),
    [
        ("/", "/card.png"),
        ("/?stage=signed&page=1&sort=title&x=1", "/card.png?stage=signed"),
        ("/?as_of=2025-11-01", "/card.png?as_of=2025-11-01"),
        ("/parties/canada/?stage=signed", "/card.png?stage=signed&party=canada"),
        (
            "/meetings/2026-02-25-second-2plus2-ministerial/?known_at=2026-11-22",
            "/card.png?known_at=2026-11-22&meeting=2026-02-25-second-2plus2-ministerial",
        ),
        ("/forums/2plus2-ministerial/", "/card.png?forum=2plus2-ministerial"),
        ("/methodology/", "/card.png"),
    ],
)
def test_each_page_names_the_card_of_what_it_shows(
    client: Client, address: str, image: str
) -> None:
    page = client.get(address).content.decode().replace("&amp;", "&")
    assert re.findall(r'<meta property="og:image" content="([^"]*)">', page) == [
        f"http://testserver{image}"
    ]
    assert client.get(image).status_code == 200


def test_the_colours_are_those_of_the_pages() -> None:
    light = Path("static/css/tokens.css").read_text("utf-8").split("@media", maxsplit=1)[0]
    pairs = re.findall(r"--stage-(\w+): (#[0-9a-f]{6});", light)
    assert dict(pairs) == {stage.value: colour for stage, colour in STAGE_COLOURS.items()}
