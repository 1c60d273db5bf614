"""The pages of a long history are cut from the whole one: the same steps in the same states."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import Settings

from tests.make import (
    NOW,
    both_parties,
    make_citation,
    published_commitment,
    published_correction,
    published_update,
)
from tracker.actions.amend import add_evidence
from tracker.models import Commitment
from tracker.queries.history import history
from tracker.queries.records.history_pages import Part, long_history, read_part
from tracker.queries.records.target_history import stated_targets
from tracker.queries.records.wording_ladder import ladder
from tracker.queries.viewpoint import PRESENT, Viewpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def long(settings: Settings) -> Commitment:
    settings.HISTORY_PER_PAGE = 3
    one = published_commitment(happened="2025-01-01", target="2026", quotation="They said so.")
    misread = []
    for day in range(2, 20):
        update = published_update(
            one,
            now=NOW + dt.timedelta(days=day),
            happened=f"2025-01-{day:02d}",
            stage=("announced", "negotiating", "signed")[day % 3],
            firmness=("", "intent", "firm")[day // 3 % 3],
            target=f"20{30 + day}" if day % 5 == 0 else None,
            party=both_parties()[day % 2] if day in {6, 7} else None,
            quotation="" if day == 9 else f"Word {day} of them all",
        )
        if day in {4, 12}:
            add_evidence(
                make_citation(update, save=False, language="fr", quotation="En français"),
                now=NOW + dt.timedelta(days=day),
            )
        if day in {10, 15}:
            misread.append(update)
    for update in misread:
        published_correction(update, now=NOW + dt.timedelta(days=20), stage="concluded")
    return one


@pytest.mark.parametrize(
    ("as_of", "known_at"),
    [
        (None, None),
        (dt.date(2025, 1, 14), None),
        (None, (NOW + dt.timedelta(days=16)).date()),
        (dt.date(2025, 1, 16), (NOW + dt.timedelta(days=30)).date()),
    ],
)
def test_pages_are_cut_from_the_whole(
    long: Commitment, as_of: dt.date | None, known_at: dt.date | None
) -> None:
    whole = history(long, Viewpoint(NOW.date(), as_of, known_at))
    named = long_history(long, Viewpoint(NOW.date(), as_of, known_at))
    assert named is not None
    assert [u.pk for u in reversed(named.newest_first)] == [s.update.pk for s in whole.steps]
    parts: list[Part] = []
    for page in sorted(set(named.pages.values()), reverse=True):
        parts.append(read_part(named, page))
    assert [step for part in parts for step in part.history.steps] == whole.steps
    assert [update for part in parts for update in part.history.revised] == whole.revised
    moves = [
        (told.move, told.days)
        for part in parts
        for told in stated_targets(part.history.steps, before=part.targeted_before)
    ]
    assert moves == [(told.move, told.days) for told in stated_targets(whole.steps)]
    rungs = [
        (rung.citation, rung.before and rung.before.citation, rung.pieces, rung.skips)
        for part in parts
        for rung in ladder(part.history.steps, before=part.quoted_before).rungs
    ]
    assert rungs == [
        (rung.citation, rung.before and rung.before.citation, rung.pieces, rung.skips)
        for rung in ladder(whole.steps).rungs
    ]
    first = min(s.update.published_at for s in whole.steps if s.update.published_at)
    assert {part.first_published_at for part in parts} == {first}
    assert {len(part.targets) for part in parts} == {
        sum(step.update.target is not None for step in whole.steps)
    }


def test_what_fits_on_one_page_is_not_long(long: Commitment, settings: Settings) -> None:
    counting = len(history(long).steps)
    settings.HISTORY_PER_PAGE = counting
    assert long_history(long, PRESENT) is None
    settings.HISTORY_PER_PAGE = counting - 1
    assert long_history(long, PRESENT) is not None


def test_what_no_longer_counts_stands_on_the_page_of_what_came_after(long: Commitment) -> None:
    named = long_history(long, PRESENT)
    assert named is not None
    for older, newer in zip(named.updates, named.updates[1:], strict=False):
        assert named.pages[older.pk] >= named.pages[newer.pk]
        if named.is_revised(older):
            assert named.pages[older.pk] == named.pages[newer.pk]
    assert {each.update.pk for each in named.elsewhere(1)} == {
        pk for pk, page in named.pages.items() if page != 1
    }
