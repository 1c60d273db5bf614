"""Where a slug of long ago leads: to what is public, never to a draft."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.make import (
    NOW,
    first_update,
    make_commitment,
    make_forum,
    make_topic,
    published_commitment,
    published_meeting,
)
from tracker.actions.amend import amend
from tracker.actions.correct import retract_commitment
from tracker.models import Commitment
from tracker.queries.log.renamed_addresses import current_slug


def rename(commitment: Commitment, slug: str) -> Commitment:
    amend(commitment, values={"slug": slug}, now=NOW)
    return Commitment.objects.get(pk=commitment.pk)


def test_a_slug_changed_twice_is_followed_to_its_end(db: None) -> None:
    commitment = rename(published_commitment(slug="first"), "second")
    rename(commitment, "third")
    assert [current_slug("commitment", s) for s in ("first", "second")] == ["third", "third"]
    assert current_slug("commitment", "never") is None
    assert current_slug("meeting", "first") is None


def test_a_slug_that_went_and_came_back(db: None) -> None:
    commitment = rename(rename(published_commitment(slug="a"), "b"), "a")
    assert current_slug("commitment", "b") == "a"
    rename(commitment, "c")
    assert [current_slug("commitment", s) for s in ("a", "b")] == ["c", "c"]


def test_other_amendments_do_not_lead_anywhere(db: None) -> None:
    commitment = published_commitment(slug="first", title="Old")
    amend(commitment, values={"title": "New"}, now=NOW)
    assert current_slug("commitment", "first") is None


def test_a_retracted_commitment_is_found_by_its_old_slug(db: None) -> None:
    retract_commitment(rename(published_commitment(slug="first"), "second"), reason="No.", now=NOW)
    assert current_slug("commitment", "first") == "second"


def test_a_draft_is_never_found(db: None) -> None:
    draft = make_commitment(slug="first")
    Commitment.objects.filter(pk=draft.pk).update(slug="second")
    assert [current_slug("commitment", s) for s in ("first", "second")] == [None, None]


def _records() -> dict[str, Any]:
    forum = make_forum()
    meeting = published_meeting(forum=forum)
    commitment = published_commitment(meeting=meeting, topics=[make_topic()])
    return {
        "meeting": meeting,
        "source": first_update(commitment).citations.get().source,
        "party": commitment.parties.get(code="CAN"),
        "topic": commitment.topics.get(),
        "forum": forum,
    }


@pytest.mark.parametrize("noun", ["meeting", "source", "party", "topic", "forum"])
def test_every_noun_with_an_address(db: None, noun: str) -> None:
    record = _records()[noun]
    record.refresh_from_db()
    old = record.slug
    amend(record, values={"slug": "elsewhere"}, now=NOW)
    assert current_slug(noun, old) == "elsewhere"


def test_an_address_that_never_was_costs_one_query(db: None) -> None:
    published_commitment()
    with CaptureQueriesContext(connection) as queries:
        assert current_slug("commitment", "never") is None
    assert len(queries) == 1
