"""Versions are kept of what somebody edits, once for each edit, and of nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.actions.importing import bring_in, exported, importer, lines_of, written
from tracker.actions.amend import amend
from tracker.actions.publishing.publish import publish_update
from tracker.actions.record_meeting import Entry, record_entry
from tracker.actions.review.edits import remember, remember_before
from tracker.admin.worksheet.source_text import take_in
from tracker.lib.field_history import CHANGED, CREATED, DELETED, FieldHistory
from tracker.models import Citation, Commitment, Source, StatusUpdate

pytestmark = pytest.mark.django_db


def kept(record: Any) -> list[tuple[Any, ...]]:
    """Of each version of a record, the oldest first: kind, by whom, when."""
    versions = FieldHistory.of[type(record)].versions(id=record.pk).order_by("pk")
    return [(v.history_type, v.history_user, v.history_date) for v in versions]


@pytest.fixture
def clerk() -> User:
    return User.objects.create_user("clerk")


def test_an_amendment_keeps_what_it_was_and_what_it_is(clerk: User) -> None:
    commitment = make.published_commitment()
    topic, later = make.make_topic(), make.NOW + dt.timedelta(hours=1)
    amend(commitment, values={"topics": [topic]}, now=make.NOW, by=clerk)
    amend(commitment, values={"title": "Anew"}, now=later, by=clerk)
    first = (CREATED, None, make.NOW), (CHANGED, clerk, make.NOW), (CHANGED, clerk, later)
    assert kept(commitment) == list(first)
    titles = Commitment.history.order_by("pk").values_list("title", flat=True)
    assert list(titles) == [commitment.title, commitment.title, "Anew"]
    meeting, party = make.published_meeting(), commitment.parties.all()[0]
    amend(meeting, values={"place": "Seoul"}, now=make.NOW)
    amend(party, values={"short_name": "Elsewhere"}, now=make.NOW)
    assert kept(meeting) == kept(party) == [(CREATED, None, make.NOW), (CHANGED, None, make.NOW)]


def test_what_was_refused_keeps_nothing(clerk: User) -> None:
    commitment = make.published_commitment()
    with pytest.raises(Exception, match="Nothing would change"):
        amend(commitment, values={"title": commitment.title}, now=make.NOW, by=clerk)
    assert kept(commitment) == []


def test_the_same_is_kept_once(clerk: User) -> None:
    update = make.make_update()
    for _time in range(2):
        remember_before(update, now=make.NOW)
        remember(update, now=make.NOW, by=clerk)
    assert kept(update) == kept(update.citations.get()) == [(CREATED, None, make.NOW)]
    citation = update.citations.get()
    citation.locator = "line 2"
    citation.save()
    remember(update, now=make.NOW, by=clerk)
    assert kept(citation) == [(CREATED, None, make.NOW), (CHANGED, clerk, make.NOW)]
    assert len(kept(update)) == 1


def test_what_is_deleted_is_kept() -> None:
    update = make.make_update(rationale="Typed with care.")
    key = update.pk
    update.delete()
    [version] = FieldHistory.of[type(update)].versions(id=key)
    assert (version.history_type, version.rationale) == (DELETED, "Typed with care.")


def test_the_text_of_a_source_is_not_copied(clerk: User) -> None:
    source = make.make_source(text="We met. " * 10_000)
    remember(source, now=make.NOW, by=clerk)
    version = Source.history.get()
    assert (version.text_sha256, hasattr(version, "text")) == (source.text_sha256, False)


def test_publishing_asks_no_more_of_the_database() -> None:
    commitment = make.published_commitment()
    update = make.make_update(commitment=commitment)
    with CaptureQueriesContext(connection) as queries:
        publish_update(update, now=make.NOW)
    assert not [query for query in queries if "historical" in query["sql"]]


def test_what_saves_itself_while_somebody_types_keeps_one_version(clerk: User) -> None:
    update, minute = make.make_update(), dt.timedelta(minutes=1)
    remember(update, now=make.NOW, by=clerk)
    for number, by in enumerate((clerk, clerk, clerk, None, clerk), 1):
        update.rationale = f"Typed {number}."
        remember(update, now=make.NOW + number * minute, by=by, within=10 * minute)
    update.rationale = "Typed much later."
    remember(update, now=make.NOW + 60 * minute, by=clerk, within=10 * minute)
    versions = StatusUpdate.history.order_by("pk").values_list("rationale", flat=True)
    assert list(versions)[1:] == ["Typed 3.", "Typed 4.", "Typed 5.", "Typed much later."]


def test_the_worksheet_keeps_what_a_draft_said_before(clerk: User) -> None:
    """A draft may be older than its history; whoever records the meeting did not make it."""
    update = make.make_update(commitment=make.published_commitment(), rationale="As it was.")
    meeting = make.published_meeting()
    evidence = Citation(source=make.make_source(), quotation="will sign", locator="")
    entry = Entry(update={"rationale": "Anew."}, evidence=evidence)
    record_entry(meeting, update.commitment, update, entry, now=make.NOW, by=clerk)
    assert kept(update) == [(CREATED, None, make.NOW), (CHANGED, clerk, make.NOW)]
    source = make.make_source()
    take_in(source, "We met.", now=make.NOW, by=clerk)
    assert kept(source) == [(CREATED, None, make.NOW), (CHANGED, clerk, make.NOW)]


def test_a_file_that_changes_a_draft_keeps_what_it_said_before() -> None:
    whole, draft = make.make_commitment(), make.make_commitment()
    [line] = [one for one in lines_of(exported("commitments")) if draft.reference in one.values()]
    line |= {"title": "From the file", "part_of": whole.reference}
    report = bring_in("commitments", written(line))
    assert report.problems == []
    versions = [(v.title, v.part_of_id) for v in Commitment.history.filter(id=draft.pk)[::-1]]
    assert versions == [
        (draft.title, None),
        ("From the file", None),
        ("From the file", whole.pk),
    ]
    by = importer()
    assert kept(draft) == [
        *((CREATED, None, make.NOW), (CHANGED, by, make.NOW), (CHANGED, by, make.NOW)),
    ]
