"""The one door: what it lets through, on which day, as known when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from tracker.actions.aliases import publish_aliases, retract_alias
from tracker.actions.amend import add_evidence
from tracker.actions.correct import retract_commitment, retract_update
from tracker.models import Alias, Commitment, Standing, StatusUpdate
from tracker.queries import visibility
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    log_head,
    position_of,
    public_changes,
    public_commitments,
    public_updates,
    with_evidence,
)

pytestmark = pytest.mark.django_db

NOW = make.NOW
TODAY = NOW.date()
DAY = dt.timedelta(days=1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def stages(*, as_of: dt.date | None = None, known_at: dt.date | None = None) -> dict[str, str]:
    found = public_commitments(Viewpoint(TODAY, as_of, known_at))
    return {c.slug: position_of(c).stage for c in found}


@pytest.fixture
def commitment() -> Commitment:
    """Announced in October 2025, signed in February 2026; recorded on two days."""
    row = make.published_commitment(slug="agreement", happened="2025-10", now=NOW)
    make.published_update(row, happened="2026-02-25", stage="signed", now=NOW + DAY)
    return row


@pytest.mark.usefixtures("commitment")
@pytest.mark.parametrize(
    ("moment", "stage"),
    [
        ({}, "signed"),
        ({"as_of": "2025-09-30"}, None),
        ({"as_of": "2025-10-01"}, "announced"),
        ({"as_of": "2026-02-24"}, "announced"),
        ({"as_of": "2026-02-25"}, "signed"),
        ({"as_of": "9998-12-31"}, "signed"),
        ({"known_at": "2026-11-21"}, None),
        ({"known_at": "2026-11-22"}, "announced"),
        ({"known_at": "2026-11-23"}, "signed"),
        ({"known_at": "2026-11-22", "as_of": "2026-02-25"}, "announced"),
        ({"known_at": "2026-11-23", "as_of": "2026-02-24"}, "announced"),
        ({"known_at": "2026-11-23", "as_of": "2026-02-25"}, "signed"),
        ({"known_at": "2026-11-23", "as_of": "2025-09-30"}, None),
    ],
)
def test_a_commitment_stands_where_it_stood(moment: dict[str, str], stage: str | None) -> None:
    asked = {name: day(text) for name, text in moment.items()}
    assert stages(**asked) == ({"agreement": stage} if stage else {})


@pytest.mark.usefixtures("commitment")
def test_the_ends_of_the_calendar_can_be_asked_for() -> None:
    # 9998 is the last year that a partial date may name.
    assert stages(as_of=day("9998-12-31")) == {"agreement": "signed"}
    assert stages(known_at=day("9998-12-31")) == {"agreement": "signed"}
    assert stages(as_of=dt.date.min) == {}
    assert stages(known_at=dt.date.min) == {}


def test_the_position_comes_with_the_row_in_one_query(commitment: Commitment) -> None:
    make.published_commitment()
    for moment in ({}, {"as_of": TODAY}):
        with CaptureQueriesContext(connection) as queries:
            found = {c.pk: position_of(c) for c in public_commitments(Viewpoint(TODAY, **moment))}
        assert len(queries) == 1
        assert isinstance(found[commitment.pk], Standing if moment else Commitment)


def test_a_retracted_commitment_is_public_only_in_the_past(commitment: Commitment) -> None:
    retract_commitment(commitment, reason="It was never said.", now=NOW + 2 * DAY)
    assert stages() == stages(as_of=TODAY) == {}
    assert stages(known_at=TODAY + 2 * DAY) == {}
    assert stages(known_at=TODAY + DAY) == {"agreement": "signed"}
    updates = public_updates(Viewpoint(TODAY, known_at=TODAY + DAY)).order_by("number")
    assert [u.number for u in updates] == [1, 2]
    assert not public_updates().exists()


def test_updates_count_until_they_are_revised(commitment: Commitment) -> None:
    second = commitment.updates.get(number=2)
    third = make.published_update(commitment, happened="2026-03", now=NOW + 2 * DAY)
    make.published_correction(second, stage="concluded", now=NOW + 3 * DAY)
    retract_update(third, reason="Wrong.", now=NOW + 4 * DAY)

    def numbers(*, as_of: dt.date | None = None, known_at: dt.date | None = None) -> list[int]:
        found = public_updates(Viewpoint(TODAY, as_of, known_at)).order_by("number")
        return list(found.values_list("number", flat=True))

    assert [numbers(known_at=TODAY + days * DAY) for days in range(5)] == [
        *([1], [1, 2], [1, 2, 3], [1, 3, 4], [1, 4]),
    ]
    assert numbers() == [1, 4]
    assert numbers(as_of=day("2026-02-24")) == [1]
    assert numbers(as_of=day("2026-02-25"), known_at=TODAY + 2 * DAY) == [1, 2]


def test_evidence_is_loaded_with_updates_as_far_as_known(commitment: Commitment) -> None:
    first = make.first_update(commitment)
    add_evidence(make.make_citation(first, save=False), now=NOW + 2 * DAY)
    counts = []
    for known_at in (TODAY + DAY, TODAY + 2 * DAY, None):
        with CaptureQueriesContext(connection) as queries:
            update = with_evidence(public_updates(), Viewpoint(TODAY, known_at=known_at)).get(
                number=1
            )
            counts.append(len([c.source.title for c in update.citations.all()]))
            assert (update.commitment.slug, update.meeting, update.party) == (
                *("agreement", None, None),
            )
        assert len(queries) == (2 if known_at is None else 3)
    assert counts == [1, 2, 2]


def test_names_are_public_while_they_hold(commitment: Commitment) -> None:
    publish_aliases(commitment, [make.make_alias(commitment)], now=NOW + 2 * DAY)
    make.make_alias(commitment)
    retract_alias(Alias.objects.get(published_seq__isnull=False), now=NOW + 4 * DAY)
    known = [
        visibility.public_aliases(Viewpoint(TODAY, known_at=TODAY + days * DAY)).count()
        for days in (1, 2, 3, 4)
    ]
    assert (known, visibility.public_aliases().count()) == ([0, 1, 1, 0], 0)


@pytest.mark.parametrize(
    ("queryset", "draft"),
    [
        (visibility.public_meetings, make.make_meeting),
        (visibility.public_forums, make.make_forum),
        (visibility.public_sources, make.make_source),
        (visibility.public_parties, make.make_party),
        (visibility.public_topics, make.make_topic),
        (visibility.public_notes, make.make_note),
        (visibility.public_commitments, make.make_commitment),
        (visibility.public_updates, make.make_update),
        (visibility.public_aliases, lambda: make.make_alias(make.make_commitment())),
    ],
)
def test_a_draft_is_not_let_through(queryset: Any, draft: Any) -> None:
    row = draft()
    assert row.pk
    assert not queryset().filter(pk=row.pk).exists()
    assert not queryset(Viewpoint(TODAY, known_at=TODAY)).filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    "name", ["meetings", "forums", "sources", "parties", "topics", "notes", "commitments"]
)
def test_everything_is_public_from_the_day_it_was_recorded(name: str) -> None:
    meeting = make.published_meeting(forum=make.make_forum())
    make.published_note(meeting=meeting)
    make.published_commitment(topics=[make.make_topic()])
    queryset = getattr(visibility, f"public_{name}")
    assert queryset().exists()
    assert queryset(Viewpoint(TODAY, known_at=TODAY)).count() == queryset().count()
    assert not queryset(Viewpoint(TODAY, known_at=TODAY - DAY)).exists()


def test_every_line_of_the_log_is_public(commitment: Commitment) -> None:
    make.make_update(commitment=commitment)
    assert [change.seq for change in public_changes()] == [3, 2, 1]
    assert StatusUpdate.objects.draft().count() == 1


def test_the_head_of_an_empty_log_is_zero() -> None:
    assert (log_head().seq, log_head().hash) == (0, "0" * 64)
    make.published_meeting()
    assert log_head().seq == 1
