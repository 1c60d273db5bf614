"""A version alters with whatever a form edits, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from tests import make
from tracker.actions.publishing.publish import publish_commitment
from tracker.actions.review.states import note_edit
from tracker.admin.editing.versions import version_of, versions_of
from tracker.models import Commitment, Party

pytestmark = pytest.mark.django_db


def _save(record: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(record, name, value)
    record.save()


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
def test_another_version(made: Callable[[], Model], alter: Callable[[Any], Any]) -> None:
    record, other = made(), made()
    before, beside = version_of(record), version_of(other)
    assert (len(before), version_of(record)) == (64, before)
    alter(record)
    assert version_of(record) != before
    assert version_of(other) == beside


def test_what_no_form_edits_makes_no_other_version(staff: Any) -> None:
    update = make.make_update()
    commitment = update.commitment
    before = version_of(commitment), version_of(update)
    note_edit(commitment, now=make.NOW, by=staff)
    publish_commitment(commitment, first_update=update, now=make.NOW)
    assert (version_of(commitment), version_of(update)) == before


def test_unsaved_words_are_no_version_and_what_is_gone_has_none() -> None:
    party = make.make_party()
    before = version_of(party)
    party.name = "Elsewhere"
    assert version_of(party) == before
    key = party.pk
    party.delete()
    assert (version_of(party), version_of(Party(pk=key)), version_of(Party())) == ("", "", "")


def test_many_versions_take_the_queries_of_one() -> None:
    records = [make.make_commitment(topics=[make.make_topic()]) for _number in range(3)]
    for record in records:
        make.make_alias(record)

    def asked(some: list[Commitment]) -> tuple[int, dict[Any, str]]:
        with CaptureQueriesContext(connection) as queries:
            found = versions_of(Commitment, [record.pk for record in some])
        return len(queries), found

    assert asked(records)[0] == asked(records[:1])[0] == 5
    assert asked(records)[1] == {record.pk: version_of(record) for record in records}
