"""Taking back a note; retractions and amendments that nobody needs to be told of."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from tests import make
from tests.log_chain import first_break
from tests.make import NOW
from tests.stored import stored_rows
from tracker.actions.amend import amend
from tracker.actions.correct import retract_commitment, retract_note
from tracker.models import Commitment, Note
from tracker.schema import payloads

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("about", ["meeting", "commitment"])
def test_a_note_is_retracted_beside_what_it_is_about(about: str) -> None:
    record = make.published_commitment() if about == "commitment" else make.published_meeting()
    note = make.published_note(**{about: record})
    change = retract_note(note, reason=" Not hers. ", significance="minor", now=NOW)
    assert (change.kind, change.significance, change.note) == ("retraction", "minor", note)
    assert getattr(change, about) == record
    assert change.payload == {"retracts": payloads.note(note), "reason": "Not hers."}
    retracted = Note.objects.get(pk=note.pk)
    assert (retracted.retracted_seq, retracted.is_public) == (change.seq, False)
    if about == "commitment":
        assert Commitment.objects.get(pk=record.pk).last_change_seq == change.seq
    assert first_break() is None


def test_only_a_public_note_is_retracted_once_and_with_a_reason() -> None:
    note = make.published_note()
    for record, reason, told in (
        (make.make_note(), "Why.", "Only a public note"),
        (note, " ", "Say why"),
    ):
        before = stored_rows()
        with pytest.raises(ValidationError, match=told):
            retract_note(record, reason=reason, now=NOW)
        assert stored_rows() == before
    retract_note(note, reason="Why.", now=NOW)
    with pytest.raises(ValidationError, match="Only a public note"):
        retract_note(note, reason="Why.", now=NOW)


def test_retracting_a_commitment_may_be_minor() -> None:
    commitment = make.published_commitment()
    change = retract_commitment(commitment, reason="A test.", significance="minor", now=NOW)
    assert change.significance == "minor"


def test_amending_a_meeting_may_be_minor() -> None:
    meeting = make.published_meeting()
    change = amend(meeting, values={"place": "Ottawa"}, significance="minor", now=NOW)
    assert (change.kind, change.significance) == ("meeting", "minor")
