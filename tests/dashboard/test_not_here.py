"""An address of long ago leads on; one of a draft leads nowhere."""

from __future__ import annotations

import pytest
from django.test import Client

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
from tracker.models import Commitment, Party


def test_a_renamed_commitment_leads_on_with_its_query(client: Client, db: None) -> None:
    commitment = published_commitment(slug="old")
    amend(commitment, values={"slug": "new"}, now=NOW)
    for asked, location in (
        ("/commitments/old/", "/commitments/new/"),
        ("/commitments/old/?as_of=2026-03-01", "/commitments/new/?as_of=2026-03-01"),
        ("/commitments/old/cite.bib", "/commitments/new/cite.bib"),
    ):
        response = client.get(asked)
        assert (response.status_code, response.headers["Location"]) == (301, location)
        assert client.get(asked, follow=True).status_code == 200


def test_a_slug_taken_by_another_shows_the_other(client: Client, db: None) -> None:
    commitment = published_commitment(slug="old")
    amend(commitment, values={"slug": "new"}, now=NOW)
    published_commitment(slug="old", title="Another")
    assert client.get("/commitments/old/").context["commitment"].title == "Another"


def test_a_retracted_one_leads_to_the_reason(client: Client, db: None) -> None:
    commitment = published_commitment(slug="old")
    amend(commitment, values={"slug": "new"}, now=NOW)
    retract_commitment(Commitment.objects.get(), reason="A misreading.", now=NOW)
    response = client.get("/commitments/old/", follow=True)
    assert response.redirect_chain == [("/commitments/new/", 301)]
    assert response.status_code == 410
    assert "A misreading." in response.content.decode()


@pytest.mark.parametrize(
    ("noun", "old", "new"),
    [
        ("meeting", "/meetings/old/", "/meetings/elsewhere/"),
        ("source", "/sources/old/", "/sources/elsewhere/"),
        ("party", "/parties/canada/", "/parties/elsewhere/"),
        ("topic", "/topics/old/", "/topics/elsewhere/"),
        ("forum", "/forums/old/", "/forums/elsewhere/"),
    ],
)
def test_other_records_lead_on_too(client: Client, db: None, noun: str, old: str, new: str) -> None:
    forum, topic = make_forum(slug="old"), make_topic(slug="old")
    meeting = published_meeting(slug="old", forum=forum)
    commitment = published_commitment(meeting=meeting, topics=[topic])
    source = first_update(commitment).citations.get().source
    amend(source, values={"slug": "old"}, now=NOW)
    records = {"source": source, "party": Party.objects.get(code="CAN"), "topic": topic}
    record = records.get(noun) or {"meeting": meeting, "forum": forum}[noun]
    record.refresh_from_db()
    amend(record, values={"slug": "elsewhere"}, now=NOW)
    response = client.get(old)
    assert (response.status_code, response.headers["Location"]) == (301, new)
    assert client.get(new).status_code == 200


def test_a_draft_leads_nowhere(client: Client, db: None) -> None:
    make_commitment(slug="old")
    Commitment.objects.filter(slug="old").update(slug="new")
    assert client.get("/commitments/old/").status_code == 404
    assert client.get("/commitments/new/").status_code == 404
