"""What time does is told once, on its day, and as news only to a register that saw it coming."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from tests.log_chain import first_break
from tests.make import (
    NOW,
    make_commitment,
    make_update,
    published_commitment,
    published_meeting,
    published_update,
)
from tracker.actions import raise_flags as module
from tracker.actions.correct import retract_commitment
from tracker.actions.log.append import Subject, open_log
from tracker.actions.log.rebuild import rebuild
from tracker.actions.raise_flags import raise_flags
from tracker.models import Change, ChangeKind, Commitment, RaisedFlag, Stage
from tracker.queries.log.change_summary import title_of
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import log_head
from tracker.schema import payloads
from tracker.schema.vocabulary import Flag

pytestmark = pytest.mark.django_db


def at(day: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(9), tzinfo=dt.UTC)


def told() -> list[tuple[str, str, bool]]:
    """Flag, since when, and whether it is a back-fill, of each line in order."""
    lines = Change.objects.filter(kind=ChangeKind.FLAG).order_by("seq")
    return [(c.payload["flag"], c.payload["since"], c.is_backfill) for c in lines]


@override_settings(QUIET_AFTER_MONTHS=12, DUE_SOON_DAYS=90)
def test_each_flag_is_told_once_and_on_its_day() -> None:
    published_commitment(now=at("2026-03-01"), happened="2026-02-25", target="2026-12")
    known = []
    for day in ("2026-10-01", "2026-10-02", "2026-12-31", "2027-01-01", "2027-02-24", "2027-02-25"):
        raise_flags(now=at(day))
        assert raise_flags(now=at(day)) == []
        known.append([flag for flag, _since, _backfill in told()])
    assert known == [
        [],
        ["due_soon"],
        ["due_soon"],
        ["due_soon", "overdue"],
        ["due_soon", "overdue"],
        ["due_soon", "overdue", "quiet"],
    ]
    assert told() == [
        ("due_soon", "2026-10-02", False),
        ("overdue", "2027-01-01", False),
        ("quiet", "2027-02-25", False),
    ]


def test_what_another_deliverer_raised_meanwhile_is_not_raised_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published_commitment(now=at("2026-03-01"), happened="2026-02-25", target="2026-12")
    batches = module._batches

    def overtaken(flag: Flag, moment: Viewpoint) -> Iterator[list[int]]:
        for keys in list(batches(flag, moment)):
            monkeypatch.setattr(module, "_batches", batches)
            assert raise_flags(now=at("2026-10-02"))
            yield keys

    monkeypatch.setattr(module, "_batches", overtaken)
    assert raise_flags(now=at("2026-10-02")) == []
    assert told() == [("due_soon", "2026-10-02", False)]


def test_a_month_that_is_shorter_does_not_hasten_quiet() -> None:
    with override_settings(QUIET_AFTER_MONTHS=6):
        published_commitment(now=at("2026-08-31"), happened="2026-08-31")
        for day in ("2027-02-27", "2027-02-28", "2027-03-01"):
            raise_flags(now=at(day))
    assert [told_of[:2] for told_of in told()] == [("quiet", "2027-03-01")]


def test_what_was_so_before_the_register_heard_of_it_is_a_back_fill() -> None:
    published_commitment(now=NOW, happened="2020-01-10", target="2021")
    raise_flags(now=NOW)
    assert told() == [("overdue", "2022-01-01", True), ("quiet", "2021-01-10", True)]


def test_silence_is_told_with_the_day_of_the_meeting() -> None:
    first = published_meeting(date="2026-02-25")
    published_commitment(meeting=first, happened="2026-02-25")
    published_meeting(date="2026-11-20", fully_recorded=True)
    raise_flags(now=NOW)
    assert told() == [("not_mentioned", "2026-11-20", True)]
    # Recorded on the day itself, it is news.
    published_commitment(meeting=first, happened="2026-02-25")
    published_meeting(date="2026-11-22", fully_recorded=True)
    raise_flags(now=NOW)
    assert told()[1:] == [("not_mentioned", "2026-11-20", True)]


def test_a_new_target_makes_a_new_deadline_and_an_old_one_is_not_told_again() -> None:
    commitment = published_commitment(now=at("2026-03-01"), target="2026-06")
    raise_flags(now=at("2026-07-01"))
    published_update(commitment, target="2026-08", happened="2026-07-02", now=at("2026-07-03"))
    raise_flags(now=at("2026-09-01"))
    published_update(commitment, target="2026-06", happened="2026-09-02", now=at("2026-09-03"))
    raise_flags(now=at("2026-09-04"))
    overdue = [since for flag, since, _backfill in told() if flag == "overdue"]
    assert overdue == ["2026-07-01", "2026-09-01"]


def test_nothing_is_told_of_what_is_delivered_ended_retracted_or_a_draft() -> None:
    published_commitment(now=NOW, stage=Stage.COMPLETED, target="2020", happened="2019-01-01")
    published_commitment(now=NOW, stage=Stage.WITHDRAWN, target="2020", happened="2019-01-01")
    retracted = published_commitment(now=NOW, target="2020", happened="2019-01-01")
    retract_commitment(retracted, reason="Never promised.", now=NOW)
    make_update(commitment=make_commitment(), target="2020", happened="2019-01-01")
    assert raise_flags(now=NOW) == []


def test_a_line_says_what_it_is_in_words_and_changes_nothing_else() -> None:
    commitment = published_commitment(title="The agreement", target="2026-10")
    before = Commitment.objects.values().get(pk=commitment.pk)
    seqs = raise_flags(now=NOW)
    line = Change.objects.get(seq=seqs[0])
    assert title_of(line) == "The agreement: overdue since 2026-11-01"
    assert line.payload["after"]["stage"] == "announced"
    assert log_head().seq == seqs[-1]
    assert Commitment.objects.values().get(pk=commitment.pk) == before
    assert rebuild(now=NOW) == []


def test_rebuild_makes_the_rows_anew_from_the_log() -> None:
    published_commitment(target="2026-10")
    raise_flags(now=NOW)
    rows = list(RaisedFlag.objects.values("commitment", "flag", "basis", "change"))
    RaisedFlag.objects.all().delete()
    assert rebuild(now=NOW) == ["raised flags"]
    assert list(RaisedFlag.objects.values("commitment", "flag", "basis", "change")) == rows
    assert raise_flags(now=NOW) == []


def _old_line() -> Change:
    """A line of the log as it was written before the flag was renamed."""
    first = published_meeting(date="2026-02-25")
    commitment = published_commitment(meeting=first, happened="2026-02-25", title="The dialogue")
    with open_log(now=NOW) as log:
        return log.append(
            ChangeKind.FLAG,
            {
                "commitment": payloads.commitment_name(commitment),
                "flag": "dropped",
                "since": "2026-11-20",
                "basis": "2026-02-25",
                "after": payloads.position(commitment),
            },
            Subject(commitment=commitment),
        )


def test_a_line_that_says_dropped_is_read_as_not_mentioned() -> None:
    line = _old_line()
    rebuild(now=NOW)
    assert [(row.flag, row.change_id) for row in RaisedFlag.objects.all()] == [
        ("not_mentioned", line.seq)
    ]
    published_meeting(date="2026-11-20", fully_recorded=True)
    assert raise_flags(now=NOW) == []  # the log told of it already
    assert title_of(line) == "The dialogue: not mentioned since 2026-11-20"


def test_pages_and_feeds_never_show_the_old_word(client: Client) -> None:
    line = _old_line()
    for address in ("/changes/", "/changes.atom", "/changes.rss", "/commitments/{}/"):
        slug = line.commitment.slug if line.commitment else ""
        page = client.get(address.format(slug)).getvalue().decode()
        assert "not mentioned since 2026-11-20" in page, address
        assert "dropped" not in page.lower(), address
    # The API hands out the line as it was hashed.
    [told] = [c for c in client.get("/api/v1/changes/").json()["results"] if c["kind"] == "flag"]
    assert told["payload"]["flag"] == "dropped"
    assert first_break() is None
