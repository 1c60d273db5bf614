"""Drafts are ordinary records of the admin: added, edited, deleted, without a line in the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import Model

from tests import make
from tests.admin.browsing import Browser, admin_url, list_url
from tests.stored import stored_rows
from tracker.actions.publishing.publish import publish_update
from tracker.admin.editing.drafts import DraftsAdmin
from tracker.models import (
    Change,
    Citation,
    Commitment,
    Forum,
    Meeting,
    Note,
    Party,
    Source,
    StatusUpdate,
    Topic,
)


def key(record: Model) -> str:
    return str(record.pk)


def parties() -> list[str]:
    return [key(party) for party in make.both_parties()]


# What somebody types to add one of each.
TYPED: dict[type[Model], Callable[[], dict[str, Any]]] = {
    Party: lambda: {"code": "JPN", "name": "Japan", "short_name": "Japan", "slug": "japan"},
    Topic: lambda: {"name": "Space", "slug": "space"},
    Source: lambda: {
        **{"title": "A statement", "slug": "a-statement", "kind": "press_release"},
        **{"publisher": "A ministry", "published_on_date": "2026-02"},
    },
    Note: lambda: {
        **{"key": "a-note", "author": "An analyst", "text": "Indeed."},
        "meeting": key(make.make_meeting()),
    },
    StatusUpdate: lambda: {
        **{"commitment": key(make.make_commitment()), "happened_date": "2026-02-25"},
        **{"stage": "signed", "rationale": "So it says."},
        "citations-0-source": key(make.make_source()),
    },
    Forum: lambda: {"name": "A forum", "slug": "a-forum", "level": "3", "parties": parties()},
    Meeting: lambda: {
        **{"title": "A meeting", "slug": "a-meeting", "level": "3", "parties": parties()},
        "date_words": "at the earliest opportunity",
    },
    Commitment: lambda: {
        **{"reference": "CAN-KOR-2026-900", "title": "A promise", "slug": "a-promise"},
        **{"summary": "They will.", "instrument": "dialogue", "parties": parties()},
    },
}


MAKERS = {
    Party: make.make_party,
    Source: make.make_source,
    Forum: make.make_forum,
    Meeting: make.make_meeting,
    Topic: make.make_topic,
    Commitment: make.make_commitment,
    StatusUpdate: make.make_update,
    Note: make.make_note,
}


@pytest.mark.parametrize("noun", TYPED)
def test_a_draft_is_added_edited_and_deleted(noun: type[Model], browser: Browser) -> None:
    typed, before = TYPED[noun](), noun._default_manager.count()
    added = browser.save(noun, "add", **typed)
    assert "was added successfully" in added.words
    record = noun._default_manager.latest("pk")
    assert record.published_seq is None  # type: ignore[attr-defined]
    for name, value in typed.items():
        if isinstance(getattr(record, name, None), str):
            assert getattr(record, name) == value
    assert "changed successfully" in browser.save(record).words
    assert "deleted successfully" in browser.save(record, "delete").words
    assert noun._default_manager.count() == before
    assert not Change.objects.exists()


def test_an_update_is_added_with_its_citation(browser: Browser) -> None:
    typed = TYPED[StatusUpdate]() | {"citations-0-quotation": "will"}
    browser.save(StatusUpdate, "add", **typed)
    update = StatusUpdate.objects.get()
    assert [citation.quotation for citation in update.citations.all()] == ["will"]


def test_an_update_is_begun_from_its_commitments_page(browser: Browser) -> None:
    commitment = make.make_commitment()
    assert "Add an update" in browser.page(commitment).words
    page = browser.open(f"/admin/tracker/statusupdate/add/?commitment={commitment.pk}")
    assert page.fields["commitment"] == [str(commitment.pk)]


def test_an_edited_draft_is_stored_and_not_logged(browser: Browser) -> None:
    update = make.make_update()
    browser.save(update, stage="signed", target_date="2026-12", target_words="by the year’s end")
    edited = StatusUpdate.objects.get(pk=update.pk)
    assert edited.stage == "signed"
    assert edited.target.stored == '2026-12 "by the year’s end"'
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("draft", "dependent"),
    [
        (make.make_commitment, lambda draft: make.make_update(commitment=draft)),
        (make.make_meeting, lambda draft: make.make_note(meeting=draft)),
        (make.make_source, lambda draft: make.make_update(source=draft)),
        (make.make_forum, lambda draft: make.make_meeting(forum=draft)),
    ],
)
def test_a_draft_that_others_refer_to_is_protected(
    draft: Any, dependent: Any, browser: Browser
) -> None:
    record = draft()
    dependent(record)
    page = browser.page(record, "delete")
    assert "would require deleting the following protected related objects" in page.words
    browser.send(page, post="yes")
    assert type(record)._default_manager.filter(pk=record.pk).exists()


def published(every_record: list[Model]) -> list[Model]:
    return [r for r in every_record if getattr(r, "published_seq", None) or isinstance(r, Change)]


def test_what_was_public_is_never_deleted(browser: Browser, every_record: list[Model]) -> None:
    before = stored_rows()
    for record in published(every_record):
        address = admin_url(record, "delete")
        assert browser.client.get(address).status_code == 403, record
        assert browser.client.post(address, {"post": "yes"}).status_code == 403, record
        assert "Delete" not in browser.page(record).words.split("Delete?")[-1], record
    assert stored_rows() == before


def test_nor_from_the_list(browser: Browser, every_record: list[Model]) -> None:
    before = stored_rows()
    for record in published(every_record):
        chosen = {"action": "delete_selected", "_selected_action": [str(record.pk)]}
        for confirmed in ({}, {"post": "yes"}):
            page = browser.client.post(list_url(type(record)), chosen | confirmed, follow=True)
            assert page.status_code == 200
            if not isinstance(record, Change):
                assert "Select drafts only: what is public is never deleted." in page.text
    assert stored_rows() == before


def test_drafts_are_deleted_from_the_list(browser: Browser) -> None:
    keys = [str(make.make_party().pk) for _ in range(2)]
    chosen = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    page = browser.client.post("/admin/tracker/party/", chosen, follow=True)
    assert "Successfully deleted 2 parties." in page.text
    assert not Party.objects.exists()


def test_an_update_published_meanwhile_is_not_saved(browser: Browser) -> None:
    update = make.make_update(commitment=make.published_commitment())
    page = browser.page(update)
    publish_update(update, now=make.NOW)
    before = stored_rows()
    refused = browser.send(page, rationale="Typed as a draft")
    assert "Nothing was saved: it is not edited any more." in refused.words
    assert "Correct makes a draft that takes its place" in refused.words
    assert stored_rows() == before


def test_a_refusal_of_the_database_is_told_in_words(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = make.make_party()

    def refuse(*args: Any) -> None:
        raise IntegrityError("party_kind_is_known\nsecond line")

    monkeypatch.setattr(DraftsAdmin, "save_model", refuse)
    page = browser.save(party, name="Typed with care")
    assert "The database refuses this, and nothing was saved: party_kind_is_known" in page.words
    assert page.fields["name"] == ["Typed with care"]


def test_a_deletion_that_comes_too_late_is_told_in_words(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = make.make_party()

    def published_now(self: Any, request: Any, obj: Any = None) -> bool:
        Party.objects.filter(pk=party.pk).update(published_seq=1)
        return True

    page = browser.page(party, "delete")
    monkeypatch.setattr(DraftsAdmin, "has_delete_permission", published_now)
    assert "It is public by now" in browser.send(page, post="yes").words
    assert Party.objects.filter(pk=party.pk).exists()


@pytest.mark.parametrize(
    ("noun", "typed", "sentence"),
    [
        (StatusUpdate, {"stage": "agreed"}, "Select a valid choice. agreed is not one"),
        (StatusUpdate, {"happened_date": "2026-13"}, "There is no month 13; use 01 to 12."),
        (StatusUpdate, {"happened_date": "", "happened_words": "soon"}, "at least the year"),
        (StatusUpdate, {"happened_date": "02/03/2026"}, "“02/03/2026” is not a date."),
        (StatusUpdate, {"target_words": "a bell\x07"}, "It holds a control character"),
        (StatusUpdate, {"rationale": "\0"}, "Null characters are not allowed"),
        (StatusUpdate, {"commitment": "999999999999999999999"}, "Select a valid choice"),
        (StatusUpdate, {"citations-0-source": "abc"}, "Select a valid choice"),
        (StatusUpdate, {"citations-0-quotation": "\x07"}, "It holds a control character"),
        (StatusUpdate, {"citations-0-locator": "x" * 10_000}, "at most 160 characters"),
        (Source, {"slug": "🙂"}, "Enter a valid “slug”"),
        (Source, {"published_on_date": "9999"}, "The year must lie between 1 and 9998."),
        (Party, {"code": "can"}, "Use 2 to 12 capital letters."),
        (Forum, {"cadence_months": "999999999999999999999"}, "less than or equal to"),
        (Forum, {"level": "9"}, "Select a valid choice"),
        (Commitment, {"reference": "KC-06"}, "Write parties, year and number"),
        (Note, {"meeting": ""}, "Name what the note is about: one meeting or one commitment."),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    noun: type[Model], typed: dict[str, Any], sentence: str, browser: Browser
) -> None:
    values = TYPED[noun]() | typed
    before = stored_rows()
    page = browser.save(noun, "add", **values)
    assert page.status == 200
    assert sentence in page.words
    assert stored_rows() == before
    kept = {n: v for n, v in values.items() if isinstance(v, str) and v.isprintable() and v}
    for name in kept.keys() - {"stage", "commitment", "citations-0-source", "level"}:
        assert page.fields[name] == [values[name]], name


@pytest.mark.parametrize("maker", MAKERS.values())
def test_the_same_key_twice_is_told(maker: Any, browser: Browser) -> None:
    one, other = maker(), maker()
    unique = [f.name for f in one._meta.fields if f.unique and not f.primary_key]
    for name in unique:
        page = browser.save(other, **{name: getattr(one, name)})
        assert "already exists" in page.words


def test_a_name_twice_is_told(browser: Browser) -> None:
    commitment = make.make_commitment()
    alias = make.make_alias(commitment)
    page = browser.page(commitment)
    page.fields["aliases-TOTAL_FORMS"] = ["2"]
    again = {"aliases-1-name": alias.name, "aliases-1-language": "en", "aliases-1-note": ""}
    assert "is given twice in one language" in browser.send(page, **again).words
    assert commitment.aliases.count() == 1


def test_citations_of_a_draft_are_removed(browser: Browser) -> None:
    update = make.make_update()
    browser.save(update, **{"citations-0-DELETE": "on"})
    assert not Citation.objects.exists()
