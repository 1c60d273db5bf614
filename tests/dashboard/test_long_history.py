"""A long history in pages says of each update what one page of all would say."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.test import Client
from pytest_django import Settings

from tests.dashboard.conftest import OnDay
from tests.make import (
    NOW,
    both_parties,
    make_source,
    published_commitment,
    published_correction,
    published_update,
)
from tests.test_query_counts import counts
from tracker.actions.correct import retract_update
from tracker.models import Commitment, Instrument, Stage

pytestmark = pytest.mark.django_db
STAGES = [Stage.ANNOUNCED, Stage.NEGOTIATING, Stage.CONCLUDED, Stage.NEGOTIATING]
PARTS = {
    "steps": r'<li class="step" id="update-\d+">.*?\n          </li>',
    "revised": r'<details class="revised-update".*?</details>',
    "rungs": r'<li class="rung">.*?</li>',
    "targets": r'<tr>\s*<th scope="row" data-label="Said on">.*?</tr>',
}


@pytest.fixture(autouse=True)
def _day(on_day: OnDay, today: dt.date) -> None:
    on_day(today)


@pytest.fixture
def long(settings: Settings) -> Commitment:
    """Twenty-six updates: with targets, other languages, own steps, corrections, no quotation."""
    one = published_commitment(
        now=NOW - dt.timedelta(days=40),
        instrument=Instrument.DIALOGUE,
        happened="2024-01-01",
        target="2026",
        quotation="We will.",
    )
    source = make_source()
    for number in range(1, 26):
        update = published_update(
            one,
            now=NOW - dt.timedelta(days=30 - number) if number <= 8 else NOW,
            happened=f"2024-{1 + number // 3:02d}-{1 + number:02d}",
            stage=STAGES[number % 4],
            source=source,
            quotation="" if number in {5, 6, 19} else f"We will sign the {number} of them soon.",
            target=f"{2026 + number}" if number in {2, 9, 20} else None,
            party=both_parties()[0] if number in {3, 4} else None,
        )
        if number in {8, 17}:
            published_correction(update, stage=Stage.SIGNED)
        if number in {11, 12, 25}:
            retract_update(update, reason="Not so.", now=NOW)
    settings.HISTORY_PER_PAGE = 4
    return one


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def found(text: str) -> dict[str, list[str]]:
    return {name: re.findall(part, text, re.DOTALL) for name, part in PARTS.items()}


@pytest.mark.parametrize("look", ["", "as_of=2024-06-30", "known_at=2026-11-15"])
def test_its_pages_say_together_what_one_would_say(
    client: Client, settings: Settings, long: Commitment, look: str
) -> None:
    address = long.get_absolute_url()
    settings.HISTORY_PER_PAGE = 100
    whole = found(page(client, f"{address}?{look}"))
    settings.HISTORY_PER_PAGE = 4
    last = -(-len(whole["steps"]) // 4)
    assert last > 2
    assert all(len(parts) > 1 for name, parts in whole.items() if name != "revised")
    pages = [found(page(client, f"{address}?page={n}&{look}")) for n in range(1, last + 1)]
    assert [step for told in pages for step in told["steps"]] == whole["steps"]
    assert all(len(told["steps"]) == 4 for told in pages[:-1])
    # These run from the oldest to the newest on each page.
    for name in ("rungs", "targets", "revised"):
        assert [part for told in reversed(pages) for part in told[name]] == whole[name], name


@pytest.mark.parametrize("look", ["", "&as_of=2024-06-30"])
def test_every_update_has_its_place_on_the_first_page(
    client: Client, long: Commitment, look: str
) -> None:
    address = long.get_absolute_url()
    first = page(client, f"{address}?{look}")
    published = {u.number for u in long.updates.all()}
    if look:
        published = {u.number for u in long.updates.filter(happened_first_day__lte="2024-06-30")}
    places = [int(number) for number in re.findall(r' id="update-(\d+)"', first)]
    assert sorted(places) == sorted(published)
    listed = re.findall(r'<li id="update-(\d+)"><a href="([^"]+)">', first)
    assert len(listed) > 8
    for number, href in listed:
        assert href.endswith(f"#update-{number}")
        there = page(client, address + html.unescape(href).partition("#")[0])
        assert f' id="update-{number}"' in there
    assert ' id="update-1"' not in page(client, f"{address}?page=2{look}")


def test_it_says_which_part_of_it_is_shown(client: Client, long: Commitment) -> None:
    address = long.get_absolute_url()
    second = page(client, f"{address}?page=2&utm_source=x")
    assert "Updates 5 to 8 of 23, newest first." in second
    assert f'href="/updates.csv?commitment={long.reference}"' in second
    assert '<a rel="next" href="?page=3">' in second
    assert client.get(f"/updates.csv?commitment={long.reference}").status_code == 200
    assert "“nine” is not a page number; this is page 1." in page(client, f"{address}?page=nine")
    assert "There is no page 99; this is the last one, page 6." in page(
        client, f"{address}?page=99"
    )
    assert 'rel="next" href="?as_of=2024-06-30&amp;page=2"' in page(
        client, f"{address}?as_of=2024-06-30"
    )


def test_nothing_is_denied_that_another_page_tells(client: Client, long: Commitment) -> None:
    address = long.get_absolute_url()
    first, last = page(client, address), page(client, f"{address}?page=6")
    for text in (first, last):
        assert "No statement has given it a date." not in text
        assert "Quoted once so far" not in text
    assert "None on this page; other pages of the history have some." in first
    assert "No information: no step of this party alone is recorded." in first  # Korea took none
    # The target was once earlier, which the first page does not tell.
    assert "The target was once 2026 and is now 2046." in first


def test_a_short_history_has_no_pages(client: Client, settings: Settings, long: Commitment) -> None:
    settings.HISTORY_PER_PAGE = 23
    told = page(client, f"{long.get_absolute_url()}?page=7")
    assert "newest first. What follows" not in told
    assert 'rel="next"' not in told
    assert "is not a page number" not in told


def test_its_queries_do_not_grow(client: Client, settings: Settings, long: Commitment) -> None:
    address = {"commitment": long.get_absolute_url()}
    few = counts(client, address)["commitment"]
    published_update(long, happened="2026-05-01")
    assert counts(client, address)["commitment"] == few <= 9
