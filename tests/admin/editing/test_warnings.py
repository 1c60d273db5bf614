"""Staff are warned of a title or summary that says what became of it, and never refused."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests import make
from tests.actions.importing import COMMITMENT, written
from tests.admin.browsing import Browser
from tests.admin.importing.test_pages import handed_in
from tracker.actions.review.states import send_for_review
from tracker.models import Commitment

OUTCOME = "“was held” tells what became of it."
LATER = "“25 February 2026” is after 2 October 2025, when it was first stated."
NEVER_PROMISED = "begins as delivered, so it would count as kept without having been promised."
SUMMARY = "A second meeting. It was held in Ottawa on 25 February 2026."


def a_draft() -> Commitment:
    meeting = make.published_meeting(date="2025-10-02")
    commitment = make.make_commitment(first_stated_at=meeting, summary=SUMMARY)
    make.make_update(commitment=commitment, happened="2025-10-02", meeting=meeting)
    return commitment


def test_saving_a_draft_warns(browser: Browser) -> None:
    commitment = a_draft()
    saved = browser.save(commitment, title="Hold a second meeting")
    assert OUTCOME in saved.words
    assert LATER in saved.words
    commitment.refresh_from_db()
    assert commitment.title == "Hold a second meeting"
    assert OUTCOME not in browser.save(commitment, summary="A second meeting.").words


def test_amending_what_is_public_warns(browser: Browser) -> None:
    commitment = make.published_commitment(happened="2025-10-02")
    saved = browser.save(commitment, summary=SUMMARY)
    assert "Public now" in saved.words
    assert OUTCOME in saved.words
    assert LATER in saved.words


def test_the_preview_of_a_publication_warns(browser: Browser) -> None:
    page = browser.page(a_draft(), "publish")
    assert OUTCOME in page.words
    assert LATER in page.words
    assert "Public now" in browser.send(page).words


def test_the_preview_of_a_whole_meeting_warns_of_new_commitments(browser: Browser) -> None:
    commitment = a_draft()
    send_for_review(commitment, now=make.NOW, by=User.objects.get())
    page = browser.page(commitment.first_stated_at, "publish-updates")  # type: ignore[arg-type]
    assert OUTCOME in page.words


@pytest.mark.parametrize(
    ("stage", "assessment", "is_warned"),
    [
        ("in_effect", "not_assessed", True),
        ("completed", "not_assessed", True),
        ("announced", "delivered_late", True),
        ("signed", "not_assessed", False),
        ("announced", "delivered_in_part", False),
    ],
)
def test_what_begins_as_delivered_was_never_promised(
    browser: Browser, stage: str, assessment: str, is_warned: bool
) -> None:
    commitment = make.make_commitment(first_stated_at=make.published_meeting(date="2025-10-02"))
    make.make_update(
        commitment=commitment, happened="2025-10-02", stage=stage, assessment=assessment
    )
    assert (NEVER_PROMISED in browser.page(commitment, "publish").words) is is_warned
    make.make_update(commitment=commitment, happened="2024-05", stage="announced")
    assert NEVER_PROMISED not in browser.save(commitment, title="Another").words


@pytest.mark.usefixtures("db")
def test_the_preview_of_an_import_warns_and_imports(browser: Browser) -> None:
    make.both_parties()
    make.published_meeting(slug="a-meeting", date="2025-10-02")
    line = COMMITMENT | {"summary": SUMMARY, "first_stated_at": "a-meeting"}
    page = handed_in(browser, written(line))
    assert f"Row 2, column “summary”: {OUTCOME}" in page.words
    assert f"Row 2, column “summary”: {LATER}" in page.words
    browser.send(page, "_go", then=["keep"])
    assert Commitment.objects.get().summary == SUMMARY
