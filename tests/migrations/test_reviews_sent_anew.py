"""Upgrading a register in use: what was under way is sent anew, names find their update."""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from tests import make
from tests.actions.reviewing import edit, person
from tests.make import NOW
from tracker.actions.review.approval import review_of
from tracker.actions.review.states import note_edit, schedule, send_for_review
from tracker.models import Alias, Review

pytestmark = pytest.mark.django_db

EDITOR = SimpleNamespace(connection=connection)
migration = import_module("tracker.migrations.0021_reviews_sent_anew")


def test_what_is_under_way_is_a_draft_that_says_why() -> None:
    waiting, scheduled, public = make.make_meeting(), make.make_meeting(), make.published_meeting()
    for meeting in (waiting, scheduled):
        send_for_review(meeting, now=NOW, by=person("writer"))
    due = NOW + dt.timedelta(days=1)
    schedule(scheduled, publish_at=due, now=NOW, by=person("editor"))
    Review.objects.create(meeting=public, state="published")
    migration.end_reviews_under_way(apps, EDITOR)
    for meeting in (waiting, scheduled):
        review = review_of(meeting)
        assert (review.state, review.publish_at) == ("draft", None)
        assert review.comment.startswith("Sent before this register kept what exactly was sent")
    assert review_of(public).state == "published"


def test_a_name_goes_to_the_update_that_it_was_typed_beside() -> None:
    commitment = make.published_commitment()
    first, second = (
        make.make_update(commitment=commitment, meeting=make.published_meeting())
        for _number in range(2)
    )
    note_edit(second, now=NOW, by=person("writer"))
    note_edit(first, now=NOW + dt.timedelta(hours=1), by=person("writer"))
    typed = make.make_alias(commitment)
    # There is no update beside these.
    new, lone = (
        make.make_alias(make.make_commitment()),
        make.make_alias(make.published_commitment()),
    )
    migration.give_names_to_updates(apps, EDITOR)
    placed = {alias.pk: alias.update for alias in Alias.objects.all()}
    assert placed == {typed.pk: first, new.pk: None, lone.pk: None}


def test_whoever_wrote_a_version_of_a_draft_had_a_hand_in_it() -> None:
    meeting = make.make_meeting()
    for number, name in enumerate(("ann", "eve", "fay")):
        edit(meeting, by=person(name), place=f"Place {number}")
    for review in Review.objects.all():
        review.earlier_editors.clear()
    migration.remember_earlier_editors(apps, EDITOR)
    review = review_of(meeting)
    assert {user.username for user in review.earlier_editors.all()} == {"ann", "eve"}
