"""A worksheet outlives the session in which it was typed, and only for whoever typed it."""

from __future__ import annotations

from urllib.parse import unquote

from django.test import Client

from tests.admin.browsing import Page
from tests.admin.worksheet.conftest import MENTIONED, Clerk, clerk, prefix_of, typed_in
from tests.stored import stored_rows
from tracker.models import Commitment, Meeting, StatusUpdate


def sent(ann: Clerk, commitment: Commitment) -> dict[str, object]:
    sheet = ann.sheet()
    prefix = prefix_of(sheet, commitment)
    return {**sheet.fields, **{f"{prefix}-{name}": value for name, value in MENTIONED.items()}}


def test_what_was_typed_is_there_again_after_signing_in(ann: Clerk, commitment: Commitment) -> None:
    data = sent(ann, commitment)
    ann.client.logout()
    before = stored_rows()
    answer = ann.client.post(ann.url, data)
    assert unquote(answer["Location"]) == f"/admin/login/?next={ann.url}"
    assert stored_rows() == before
    ann.client.force_login(ann.user)
    sheet = ann.sheet()
    assert "What you typed before your session ended stands below again" in sheet.words
    assert typed_in(sheet, commitment, "stage", "rationale") == {
        "stage": "negotiating",
        "rationale": "The statement says so.",
    }
    assert not StatusUpdate.objects.draft().exists()
    ann.send(sheet)
    assert StatusUpdate.objects.draft().get().stage == "negotiating"
    assert "before your session ended" not in ann.sheet().words


def test_nobody_else_is_shown_it(ann: Clerk, meeting: Meeting, commitment: Commitment) -> None:
    data = sent(ann, commitment)
    ann.client.logout()
    ann.client.post(ann.url, data)
    ann.client.force_login(clerk("ben", meeting).user)
    assert "before your session ended" not in ann.sheet().words


def test_what_this_register_did_not_hand_out_is_not_kept(
    ann: Clerk, commitment: Commitment
) -> None:
    data = sent(ann, commitment)
    stranger = Client()
    for proof in ("", "abc", str(data["proof"]) + "x"):
        stranger.post(ann.url, {**data, "proof": proof})
        assert "worksheet" not in stranger.session


def test_somebody_else_changed_the_row_meanwhile(
    ann: Clerk, meeting: Meeting, commitment: Commitment
) -> None:
    data = sent(ann, commitment)
    ann.client.logout()
    ann.client.post(ann.url, data)
    clerk("ben", meeting).record(commitment, **{**MENTIONED, "stage": "signed"})
    ann.client.force_login(ann.user)
    page = ann.send(ann.sheet())
    assert "ben changed this row meanwhile." in page.words
    assert StatusUpdate.objects.draft().get().stage == "signed"


def test_the_token_of_an_earlier_session_loses_nothing(ann: Clerk, commitment: Commitment) -> None:
    data = sent(ann, commitment)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ann.user)
    answer = strict.post(ann.url, data)
    assert answer["Location"] == ann.url
    assert not StatusUpdate.objects.draft().exists()
    sheet = Page(strict.get(ann.url))
    assert typed_in(sheet, commitment, "stage") == {"stage": "negotiating"}


def test_any_other_form_without_its_token_is_refused_as_ever(ann: Clerk) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ann.user)
    for path in (ann.url, "/admin/tracker/meeting/add/", "/admin/1/worksheet/"):
        assert strict.post(path, {"title": "x"}).status_code in {403, 404}, path


def test_a_row_that_saves_itself_is_told_to_wait(ann: Clerk, commitment: Commitment) -> None:
    data = sent(ann, commitment)
    ann.client.logout()
    answer = ann.client.post(ann.url, data, headers={"accept": "application/json"})
    assert answer.status_code == 401
    assert "sign in to save it" in answer.json()["message"]
