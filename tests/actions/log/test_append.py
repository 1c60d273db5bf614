from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from tests import make
from tests.log_chain import first_break
from tracker.actions.aliases import publish_aliases
from tracker.actions.amend import add_evidence, amend
from tracker.actions.correct import correct_update, retract_commitment, retract_update
from tracker.actions.log.append import Subject, open_log
from tracker.actions.publishing.publish import mark_fully_recorded, publish_note, publish_update
from tracker.models import Change, ChangeKind, LogHead, StatusUpdate

pytestmark = pytest.mark.django_db

NOW = make.NOW
HOUR = dt.timedelta(hours=1)


def test_lines_are_numbered_and_chained() -> None:
    with open_log(now=NOW) as log:
        assert log.next_seq == 1
        first = log.append(ChangeKind.MEETING, {"n": 1}, Subject())
        second = log.append(ChangeKind.STATUS, {"n": 2}, Subject(), significance="minor")
        assert log.next_seq == 3
    lines = Change.objects.order_by("seq")
    assert [(c.seq, c.previous_hash, c.hash) for c in lines] == [
        (1, "0" * 64, first.hash),
        (2, first.hash, second.hash),
    ]
    head = LogHead.objects.get()
    assert (head.seq, head.hash, head.recorded_at) == (2, second.hash, NOW)


def test_the_hash_of_a_line_stays_as_it_is() -> None:
    """Whoever keeps a copy of the log relies on this form: see tracker/docs/log.md."""
    with open_log(now=NOW, is_backfill=True) as log:
        change = log.append(ChangeKind.RENAMED, {"b": "사이버", "a": None}, Subject())
    assert change.canonical() == {
        "seq": 1,
        "recorded_at": "2026-11-22T09:00:00.000000+00:00",
        "kind": "renamed",
        "significance": "major",
        "is_backfill": True,
        "payload": {"b": "사이버", "a": None},
        "previous_hash": "0" * 64,
    }
    assert change.hash == "0bb7ee5a043870d0a88feca7847ca08754da59d790b42b8b4cfa645717658063"
    assert Change.objects.get().computed_hash() == change.hash


def test_a_line_says_the_same_in_whatever_time_zone_it_was_recorded() -> None:
    seoul = NOW.astimezone(dt.timezone(HOUR * 9)).replace(microsecond=7)
    with open_log(now=seoul) as log:
        change = log.append(ChangeKind.MEETING, {}, Subject())
    assert change.canonical()["recorded_at"] == "2026-11-22T09:00:00.000007+00:00"
    assert first_break() is None


def test_the_clock_never_goes_backwards() -> None:
    first = make.published_commitment(now=NOW)
    update = make.published_update(first, now=NOW - HOUR)
    assert update.published_at == NOW
    retract_update(update, reason="Wrong.", now=NOW - 2 * HOUR)
    make.published_meeting(now=NOW + HOUR)
    recorded = Change.objects.order_by("seq").values_list("recorded_at", flat=True)
    assert list(recorded) == [NOW, NOW, NOW, NOW, NOW + HOUR]
    first.refresh_from_db()
    assert first.last_changed_at == NOW
    assert first_break() is None


def test_the_future_begins_after_the_last_line_not_after_the_clock() -> None:
    """A clock that runs behind does not make what was recorded already lie in the future."""
    commitment = make.published_commitment(now=NOW)
    update = make.published_update(
        commitment, now=NOW - dt.timedelta(hours=23), happened=NOW.date().isoformat()
    )
    assert update.published_at == NOW


def test_who_recorded_it_is_kept_and_is_no_part_of_the_hash() -> None:
    user = get_user_model().objects.create_user("staff")
    commitment = make.published_commitment()
    update = make.make_update(commitment=commitment)
    change = publish_update(update, now=NOW, by=user)
    assert Change.objects.get(pk=change.pk).recorded_by == user
    assert "staff" not in str(change.canonical())
    assert Change.objects.get(seq=1).recorded_by is None


def test_a_failed_transaction_takes_no_number() -> None:
    with suppress(RuntimeError), open_log(now=NOW) as log:
        log.append(ChangeKind.MEETING, {}, Subject())
        raise RuntimeError
    assert not Change.objects.exists()
    make.published_meeting()
    assert list(Change.objects.values_list("seq", flat=True)) == [1]


def test_a_log_opened_inside_another_goes_on_where_that_is() -> None:
    with open_log(now=NOW) as outer:
        outer.append(ChangeKind.MEETING, {}, Subject())
        with open_log(now=NOW) as inner:
            assert inner.append(ChangeKind.MEETING, {}, Subject()).seq == 2
    assert first_break() is None


def test_every_action_marks_a_backfill() -> None:
    stamp: dict[str, Any] = {"now": NOW, "is_backfill": True}
    meeting = make.make_meeting()
    make.publish_meeting(meeting, **stamp)
    amend(meeting, values={"place": "Seoul"}, **stamp)
    mark_fully_recorded(meeting, **stamp)
    first = make.make_update()
    commitment = first.commitment
    make.publish_commitment(commitment, first_update=first, **stamp)
    second = make.make_update(commitment=commitment)
    publish_update(second, **stamp)
    add_evidence(make.make_citation(second, save=False), **stamp)
    amend(commitment, values={"summary": "Other words."}, **stamp)
    publish_aliases(commitment, [make.make_alias(commitment)], **stamp)
    correction = make.make_update(commitment=commitment, corrects=first, reason="Misread.")
    correct_update(correction, **stamp)
    retract_update(StatusUpdate.objects.get(pk=second.pk), reason="Wrong.", **stamp)
    publish_note(make.make_note(meeting=make.Meeting.objects.get()), **stamp)
    retract_commitment(commitment, reason="It was never said.", **stamp)
    assert Change.objects.count() == 13
    assert not Change.objects.filter(is_backfill=False).exists()
