"""Parties, topics, forums and sources become public with the first thing that rests on them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from tests import make
from tests.actions.lines import public_names
from tracker.actions.amend import add_evidence, amend
from tracker.actions.publishing.publish import publish_commitment, publish_meeting, publish_update
from tracker.models import Commitment, Forum, Meeting, Party, Source, StatusUpdate, Topic
from tracker.queries.visibility import public_parties, public_sources, public_topics

pytestmark = pytest.mark.django_db

NOW = make.NOW


def test_nothing_is_public_before_something_rests_on_it() -> None:
    make.make_update(source=make.make_source())
    make.make_meeting(forum=make.make_forum())
    make.make_topic()
    assert not public_parties().exists()
    assert not public_sources().exists()
    assert not public_topics().exists()


def test_only_what_the_change_rests_on_becomes_public() -> None:
    make.make_party(code="JPN")
    make.make_topic(slug="maritime")
    make.make_source(slug="unrelated")
    make.published_commitment(
        topics=[make.make_topic(slug="space")], source=make.make_source(slug="statement")
    )
    assert public_names(Party, "code") == {"CAN": 1, "KOR": 1, "JPN": None}
    assert public_names(Topic, "slug") == {"maritime": None, "space": 1}
    assert public_names(Source, "slug") == {"unrelated": None, "statement": 2}


def test_commentary_beside_evidence_becomes_public_with_it() -> None:
    commitment = make.published_commitment()
    update = make.make_update(commitment=commitment)
    make.make_citation(update, source=make.make_source(slug="blog", kind="analyst_note"))
    change = publish_update(update, now=NOW)
    assert "blog" in [s["slug"] for s in change.payload["introduces"]["sources"]]
    assert public_names(Source, "slug")["blog"] == change.seq


def test_an_amendment_introduces_a_topic() -> None:
    commitment, topic = make.published_commitment(), make.make_topic(slug="space")
    change = amend(commitment, values={"topics": [topic]}, now=NOW)
    assert [t["slug"] for t in change.payload["introduces"]["topics"]] == ["space"]
    assert change.payload["commitment"]["topics"] == ["space"]
    assert change.payload["before"] == {"topics": []}
    assert public_names(Topic, "slug") == {"space": change.seq}


def test_an_amendment_introduces_a_meetings_further_source() -> None:
    meeting = make.published_meeting(sources=[make.make_source(slug="a")])
    sources = [*meeting.sources.all(), make.make_source(slug="b")]
    change = amend(meeting, values={"sources": sources}, now=NOW)
    assert [s["slug"] for s in change.payload["introduces"]["sources"]] == ["b"]
    assert change.payload["meeting"]["sources"] == ["a", "b"]
    assert change.payload["before"] == {"sources": ["a"]}


def test_an_amended_meeting_and_further_evidence_introduce_too() -> None:
    commitment, meeting = make.published_commitment(), make.published_meeting()
    source, japan = make.make_source(slug="archive"), make.make_party(code="JPN")
    moved = amend(meeting, values={"parties": [*make.both_parties(), japan]}, now=NOW)
    assert [p["code"] for p in moved.payload["introduces"]["parties"]] == ["JPN"]
    citation = make.make_citation(make.first_update(commitment), save=False, source=source)
    added = add_evidence(citation, now=NOW)
    assert [s["slug"] for s in added.payload["introduces"]["sources"]] == ["archive"]
    assert public_names(Party, "code")["JPN"] == moved.seq
    assert public_names(Source, "slug")["archive"] == added.seq


def test_what_a_colleague_published_meanwhile_is_not_introduced_again() -> None:
    """The page was read before the colleague published; the party on it says draft still."""
    commitment = make.published_commitment(happened="2025")
    japan = make.make_party(code="JPN")
    steps = [make.make_update(commitment=commitment, party=japan).pk for _ in range(2)]
    read_before = StatusUpdate.objects.select_related("party").get(pk=steps[1])
    publish_update(StatusUpdate.objects.get(pk=steps[0]), now=NOW)
    change = publish_update(read_before, now=NOW + dt.timedelta(days=1))
    assert "parties" not in change.payload.get("introduces", {})
    assert public_names(Party, "code")["JPN"] == 3


def test_a_meeting_published_meanwhile_is_known_to_be_public() -> None:
    """As above: what the page knew of the meeting is old."""
    commitment = make.published_commitment(happened="2025")
    update = make.make_update(commitment=commitment, meeting=make.make_meeting())
    read_before = StatusUpdate.objects.select_related("meeting").get(pk=update.pk)
    publish_meeting(Meeting.objects.get(), now=NOW)
    assert publish_update(read_before, now=NOW).meeting == update.meeting


def test_what_a_refused_attempt_had_in_hand_is_introduced_later() -> None:
    topics = [make.make_topic(slug="space")]
    row = make.make_commitment(topics=topics)
    update = make.make_update(commitment=row, is_cited=False)
    commitment = Commitment.objects.prefetch_related("parties", "topics").get(pk=row.pk)
    with pytest.raises(ValidationError):
        publish_commitment(commitment, first_update=update, now=NOW)
    make.make_citation(update)
    published, _ = publish_commitment(commitment, first_update=update, now=NOW)
    assert published.payload["introduces"].keys() == {"parties", "topics"}
    assert public_names(Party, "code") == {"CAN": 1, "KOR": 1}
    assert public_names(Topic, "slug") == {"space": 1}


def test_a_series_becomes_public_with_its_parties() -> None:
    def series(code: str) -> Forum:
        return make.make_forum(parties=[make.make_party(code=code)])

    commitment = make.make_commitment(series=series("JPN"))
    update = make.make_update(commitment=commitment)
    [published, _status] = publish_commitment(commitment, first_update=update, now=NOW)
    assert public_names(Party, "code")["JPN"] == published.seq
    public = make.published_commitment()
    amended = amend(public, values={"series": series("AUS")}, now=NOW)
    assert public_names(Party, "code")["AUS"] == amended.seq
    meeting = make.published_meeting()
    amended = amend(meeting, values={"forum": series("NZL")}, now=NOW)
    assert public_names(Party, "code")["NZL"] == amended.seq
