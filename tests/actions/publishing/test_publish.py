"""What publishing a meeting or a note writes; what is refused is in test_publish_refused."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import make
from tests.actions.lines import STATEMENT, line, make_statement, public_names, subjects
from tracker.actions.publishing.publish import mark_fully_recorded, publish_meeting, publish_note
from tracker.models import (
    Commitment,
    Forum,
    Level,
    LogHead,
    Meeting,
    Note,
    Party,
    Source,
    SourceKind,
)

pytestmark = pytest.mark.django_db

NOW = make.NOW
CANADA = {
    "code": "CAN",
    "slug": "canada",
    "name": "Canada",
    "short_name": "Canada",
    "kind": "state",
}
KOREA = {
    "code": "KOR",
    "slug": "republic-of-korea",
    "name": "Republic of Korea",
    "short_name": "Republic of Korea",
    "kind": "state",
}


def test_a_meeting_becomes_public_with_all_that_it_rests_on() -> None:
    japan = make.make_party(code="JPN", name="Japan", short_name="Japan", slug="japan")
    forum = make.make_forum(
        slug="ministers",
        name="Ministers",
        parties=[*make.both_parties(), japan],
        cadence_months=24,
    )
    make.make_source(slug="unrelated")
    meeting = make.make_meeting(
        slug="second", title="Second", forum=forum, sources=[make_statement()], place="Ottawa"
    )
    change = publish_meeting(meeting, now=NOW)
    assert line(change) == (1, "meeting", "major", False, NOW)
    assert subjects(change) == {"meeting": meeting}
    assert change.payload == {
        "meeting": {
            "slug": "second",
            "title": "Second",
            "forum": "ministers",
            "level": "ministers",
            "parties": ["CAN", "KOR"],
            "state": "held",
            "date": {"date": "2026-02-25", "words": "", "precision": "day"},
            "place": "Ottawa",
            "summary": "",
            "sources": ["statement"],
            "is_fully_recorded": False,
        },
        "introduces": {
            "parties": [
                CANADA,
                KOREA,
                {
                    "code": "JPN",
                    "slug": "japan",
                    "name": "Japan",
                    "short_name": "Japan",
                    "kind": "state",
                },
            ],
            "forums": [
                {
                    "slug": "ministers",
                    "name": "Ministers",
                    "level": "ministers",
                    "parties": ["CAN", "JPN", "KOR"],
                    "cadence_months": 24,
                    "summary": "",
                }
            ],
            "sources": [STATEMENT],
        },
    }
    stored = Meeting.objects.get()
    assert (stored.published_seq, stored.parties_key) == (1, "CAN-KOR")
    assert public_names(Party, "code") == {"CAN": 1, "KOR": 1, "JPN": 1}
    assert public_names(Forum, "slug") == {"ministers": 1}
    assert public_names(Source, "slug") == {"statement": 1, "unrelated": None}


def test_what_is_public_already_is_not_introduced_again() -> None:
    source = make_statement()
    publish_meeting(make.make_meeting(sources=[source]), now=NOW)
    change = publish_meeting(make.make_meeting(sources=[source]), now=NOW)
    assert change.payload.keys() == {"meeting"}
    assert public_names(Party, "code") == {"CAN": 1, "KOR": 1}


def test_a_meeting_is_marked_fully_recorded() -> None:
    meeting = make.published_meeting(slug="second")
    change = mark_fully_recorded(meeting, now=NOW)
    assert line(change) == (2, "meeting", "major", False, NOW)
    assert subjects(change) == {"meeting": meeting}
    assert change.payload["before"] == {"is_fully_recorded": False}
    assert change.payload["meeting"]["is_fully_recorded"] is True
    assert Meeting.objects.get().fully_recorded_seq == 2


def test_a_note_becomes_public_as_commentary() -> None:
    meeting = make.published_meeting(slug="second")
    source = make_statement(slug="blog", kind=SourceKind.ANALYST_NOTE)
    note = make.make_note(key="noah", meeting=meeting, source=source, text="It was *expected*.")
    change = publish_note(note, now=NOW)
    assert line(change) == (2, "commentary", "major", False, NOW)
    assert subjects(change) == {"meeting": meeting, "note": note}
    assert change.payload == {
        "note": {
            "key": "noah",
            "author": "An analyst",
            "source": "blog",
            "language": "en",
            "meeting": "second",
            "commitment": None,
            "text": "It was *expected*.",
        },
        "introduces": {"sources": [STATEMENT | {"slug": "blog", "kind": "analyst_note"}]},
    }
    assert Note.objects.get().published_seq == 2


def test_a_note_on_a_commitment_is_its_latest_change() -> None:
    commitment = make.published_commitment()
    later = NOW + dt.timedelta(days=1)
    change = publish_note(make.make_note(commitment=commitment), now=later)
    assert subjects(change).keys() == {"commitment", "note"}
    stored = Commitment.objects.get()
    assert (stored.last_change_seq, stored.last_changed_at) == (3, later)


def test_the_level_of_a_meeting_is_told_by_name() -> None:
    meeting = make.make_meeting(level=Level.LEADERS)
    assert publish_meeting(meeting, now=NOW).payload["meeting"]["level"] == "leaders"


def test_the_first_line_makes_the_head_of_the_log() -> None:
    assert not LogHead.objects.exists()
    change = publish_meeting(make.make_meeting(), now=NOW)
    head = LogHead.objects.get()
    assert (head.seq, head.hash, head.recorded_at) == (1, change.hash, NOW)
