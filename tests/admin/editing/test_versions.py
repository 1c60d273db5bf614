"""A version alters with whatever a form edits, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model

from tests import make
from tests.admin.browsing import Browser
from tracker.actions.publishing.publish import publish_commitment
from tracker.actions.review.states import note_edit
from tracker.admin.editing.versions import Parts, parts_in

pytestmark = pytest.mark.django_db


def _save(record: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(record, name, value)
    record.save()


def version_of(record: Model, browser: Browser) -> Parts:
    """The version that a record's page carries."""
    [token] = browser.page(record).fields["_version"]
    return parts_in(token)


@pytest.mark.parametrize(
    ("made", "alter"),
    [
        (make.make_party, lambda it: _save(it, name="Elsewhere")),
        (make.make_source, lambda it: _save(it, text="We met.")),
        (make.make_source, lambda it: _save(it, published_on=make.date("2026-02"))),
        (make.make_forum, lambda it: it.parties.add(make.make_party())),
        (make.make_meeting, lambda it: it.sources.clear()),
        (make.make_commitment, lambda it: it.topics.add(make.make_topic())),
        (make.make_commitment, make.make_alias),
        # A relation that another record's form was given.
        (make.make_commitment, lambda it: make.make_commitment(related=[it])),
        (make.make_update, lambda it: _save(it, target=make.date("2027"))),
        (make.make_update, lambda it: _save(it, meeting=make.make_meeting())),
        (make.make_update, make.make_citation),
        (make.make_update, lambda it: it.citations.get().delete()),
        (make.make_update, lambda it: _save(it.citations.get(), locator="line 2")),
        (make.make_note, lambda it: _save(it, text="It was not.")),
        (make.make_topic, lambda it: _save(it, summary="Talks.")),
    ],
)
def test_another_version(
    made: Callable[[], Model], alter: Callable[[Any], Any], browser: Browser
) -> None:
    record, other = made(), made()
    before, beside = version_of(record, browser), version_of(other, browser)
    assert before
    assert version_of(record, browser) == before
    alter(record)
    assert version_of(record, browser) != before
    assert version_of(other, browser) == beside


def test_what_no_form_edits_makes_no_other_version(staff: Any, browser: Browser) -> None:
    update = make.make_update()
    commitment = update.commitment
    before = version_of(commitment, browser)
    note_edit(commitment, now=make.NOW, by=staff)
    assert version_of(commitment, browser) == before
    publish_commitment(commitment, first_update=update, now=make.NOW)
    # What is permanent by now is not in the form any more.
    permanent = {name: before[name] for name in ("reference", "slug")}
    assert {**version_of(commitment, browser), **permanent} == before


def test_lines_that_end_as_the_browser_ends_them_are_no_edit(browser: Browser) -> None:
    topic = make.make_topic(summary="One.\nTwo.")
    page = browser.page(topic)
    assert page.fields["summary"] == ["One.\r\nTwo."]
    saved = browser.send(page, name="Elsewhere")
    assert "Somebody else saved" not in saved.words
    topic.refresh_from_db()
    assert (topic.name, topic.summary) == ("Elsewhere", "One.\nTwo.")


def test_a_long_text_is_carried_by_its_hash(browser: Browser) -> None:
    source = make.make_source(text="We met. " * 2000)
    page = browser.page(source)
    [[carried]] = parts_in(page.fields["_version"][0])["text"].values()
    assert (carried[:8], len(carried)) == ("SHA-256 ", 21)
    browser.save(source, text="We met, they say. " * 2000)
    refused = browser.send(page, title="Another title")
    assert "Somebody else saved this record while you were editing it" in refused.words
    assert refused.fields["text"] == [("We met, they say. " * 2000).strip()]
    browser.send(refused)
    source.refresh_from_db()
    assert (source.title, source.text) == ("Another title", ("We met, they say. " * 2000).strip())
