"""Rows in review: that they are said to be so, what a change does, and taking one back."""

from __future__ import annotations

import json

from django.contrib.auth.models import User

from tests import make
from tests.admin.worksheet.conftest import MENTIONED, Clerk, clerk, prefix_of
from tracker.actions.review.approval import review_of
from tracker.actions.review.states import send_together
from tracker.models import Commitment, Meeting, StatusUpdate

WARNING = "A change here ends the review: it is a draft again, and has to be sent once more."


def in_review(ann: Clerk, meeting: Meeting, commitment: Commitment) -> StatusUpdate:
    ann.record(commitment, **MENTIONED)
    send_together(meeting, now=make.NOW, by=User.objects.get(username="ann"))
    return StatusUpdate.objects.draft().get()


def test_a_row_in_review_says_so_before_anything_is_typed(
    ann: Clerk, meeting: Meeting, commitment: Commitment
) -> None:
    assert WARNING not in ann.sheet().words
    update = in_review(ann, meeting, commitment)
    sheet = ann.sheet()
    assert f"In review, sent by ann on 2026-11-22 09:00. {WARNING} Take it back" in sheet.words
    assert f"/statusupdate/{update.pk}/take-back/" in sheet.response.content.decode()
    # Others are told so, too, and cannot take back what is not theirs.
    others = clerk("eve", meeting).sheet()
    assert WARNING in others.words
    assert "Take it back" not in others.words


def test_a_change_ends_the_review_and_says_so(
    ann: Clerk, meeting: Meeting, commitment: Commitment
) -> None:
    update = in_review(ann, meeting, commitment)
    saved = ann.record(commitment, rationale="Otherwise.")
    assert f"Out of review, as they were changed: {commitment}." in saved.words
    assert review_of(update).comment == "Changed by ann after it was sent: Rationale."
    assert WARNING not in saved.words


def test_a_row_that_saves_itself_says_so(
    ann: Clerk, meeting: Meeting, commitment: Commitment
) -> None:
    in_review(ann, meeting, commitment)
    sheet = ann.sheet()
    prefix = prefix_of(sheet, commitment)
    data = {**sheet.fields, f"{prefix}-rationale": ["Otherwise."]}
    answer = ann.client.post(ann.url, data, headers={"accept": "application/json"})
    [row] = json.loads(answer.content)["rows"]
    assert (row["message"], row["review"]) == (
        "Saved. It is out of review by this: send it once more when it is ready.",
        "",
    )


def test_a_name_typed_in_a_row_belongs_to_it(
    ann: Clerk, meeting: Meeting, commitment: Commitment
) -> None:
    update = in_review(ann, meeting, commitment)
    other = Clerk(ann.user, make.published_meeting(date="2026-02-26"))
    other.record(commitment, **{**MENTIONED, "quotation": ""}, alias="GSOMIA", alias_language="en")
    assert review_of(update).state == "in_review"
    sheet = ann.sheet()
    assert sheet.fields[f"{prefix_of(sheet, commitment)}-alias"] == [""]
    ann.record(commitment, alias="GSOMIA", alias_language="en")
    assert review_of(update).comment == "Changed by ann after it was sent: Other names."
