"""Somebody edits at the very moment in which somebody else publishes, each with a connection."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from tests import make
from tests.actions.reviewing import person
from tests.actions.test_concurrency import Worker
from tests.make import NOW
from tracker.actions.review.approval import ChangedError, review_of
from tracker.actions.review.publish import publish_reviewed
from tracker.actions.review.states import note_edit, send_for_review
from tracker.models import Change, Citation, Source, StatusUpdate

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _second_person(settings: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = True


class Edit:
    """An edit that goes on until it is told to end, holding its row as the admin does."""

    def __init__(self, record: Any, **values: Any) -> None:
        self.record, self.values = record, values
        self.has_row, self.may_end = threading.Event(), threading.Event()
        self.writer = person("ann")

    def __call__(self) -> None:
        try:
            with transaction.atomic():
                rows = type(self.record)._base_manager.select_for_update()
                held = rows.get(pk=self.record.pk)
                if held.published_seq is not None:
                    raise ValidationError("It is public by now.")
                for name, value in self.values.items():
                    setattr(held, name, value)
                held.save()
                self.has_row.set()
                assert self.may_end.wait(30)
                note_edit(held, now=NOW, by=self.writer)
        finally:
            self.has_row.set()


@pytest.mark.parametrize("part", ["source", "topic", "update"])
def test_a_publication_waits_for_an_edit_and_sees_it(part: str) -> None:
    source, topic, editor = make.make_source(), make.make_topic(), person("editor")
    commitment = make.make_commitment(topics=[topic])
    update = make.make_update(commitment=commitment, source=source)
    send_for_review(commitment, now=NOW, by=person("writer"))
    edit = {
        "source": Edit(source, title="Unreviewed"),
        "topic": Edit(topic, name="Unreviewed"),
        "update": Edit(update, rationale="Unreviewed"),
    }[part]
    writing = Worker(edit)
    writing.start()
    assert edit.has_row.wait(30)
    publishing = Worker(
        lambda: publish_reviewed(commitment, first_update=update, now=NOW, by=editor)
    )
    publishing.start()
    publishing.join(timeout=0.5)
    assert publishing.is_alive()
    edit.may_end.set()
    for worker in (writing, publishing):
        worker.join(timeout=60)
        assert not worker.is_alive()
    assert writing.error is None
    assert isinstance(publishing.error, ValidationError)
    assert not Change.objects.exists()
    draft = commitment if part == "topic" else update
    assert review_of(draft).state == "draft"


def test_an_edit_waits_for_a_publication_and_is_refused() -> None:
    source, editor = make.make_source(title="As approved"), person("editor")
    update = make.make_update(commitment=make.published_commitment(), source=source)
    send_for_review(update, now=NOW, by=person("writer"))
    edit = Edit(source, title="Unreviewed")
    edit.may_end.set()
    with transaction.atomic():
        publish_reviewed(update, now=NOW, by=editor)
        writing = Worker(edit)
        writing.start()
        writing.join(timeout=0.5)
        assert writing.is_alive()
    writing.join(timeout=60)
    assert isinstance(writing.error, ValidationError)
    assert Source.objects.get(pk=source.pk).title == "As approved"


def test_a_citation_put_in_meanwhile_is_compared() -> None:
    update = make.make_update(commitment=make.published_commitment())
    send_for_review(update, now=NOW, by=person("writer"))
    editor, source, has_row = person("editor"), make.make_source(), threading.Event()
    may_end = threading.Event()

    def cite() -> None:
        with transaction.atomic():
            # As every writer does: what hangs on a record is written with its row locked.
            StatusUpdate.objects.select_for_update().get(pk=update.pk)
            Citation.objects.create(update=update, source=source, quotation="Unreviewed")
            has_row.set()
            assert may_end.wait(30)

    writing = Worker(cite)
    writing.start()
    assert has_row.wait(30)
    publishing = Worker(lambda: publish_reviewed(update, now=NOW, by=editor))
    publishing.start()
    publishing.join(timeout=0.5)
    assert publishing.is_alive()
    may_end.set()
    for worker in (writing, publishing):
        worker.join(timeout=60)
    assert isinstance(publishing.error, ChangedError)
    assert not StatusUpdate.objects.get(pk=update.pk).is_published
