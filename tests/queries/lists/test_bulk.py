"""Whole lists in chunks: the same as the pages say, in constant queries and bounded memory."""

from __future__ import annotations

import datetime as dt
import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from tests.make import (
    NOW,
    QUOTATION,
    make_alias,
    make_citation,
    make_source,
    make_topic,
    published_commitment,
    published_correction,
    published_update,
)
from tests.stored import without_triggers
from tracker.actions.aliases import publish_aliases
from tracker.actions.amend import add_evidence, amend
from tracker.actions.correct import retract_update
from tracker.exports.as_csv import csv_parts
from tracker.exports.as_json import json_parts
from tracker.exports.as_xlsx import xlsx_file
from tracker.exports.extract import COMMITMENT_TABLE, TABLES, UPDATE_TABLE, Extract
from tracker.filters import CommitmentFilter
from tracker.models import Citation, Commitment, Party, Source, Stage, StatusUpdate
from tracker.queries.history import history
from tracker.queries.lists import bulk
from tracker.queries.visibility import log_head, public_commitments
from tracker.schema.payloads import Payload

TODAY = NOW.date()
EARLY = NOW - dt.timedelta(days=30)


def found(query: str = "") -> CommitmentFilter:
    return CommitmentFilter(QueryDict(query), today=TODAY)


def commitments(query: str = "") -> list[Payload]:
    chunks = bulk.commitment_chunks(found(query).qs, found(query).viewpoint)
    return [record for chunk in chunks for record in chunk]


def updates(query: str = "") -> list[Payload]:
    chunks = bulk.update_chunks(found(query).qs, found(query).viewpoint)
    return [record for chunk in chunks for record in chunk]


@pytest.mark.usefixtures("shipped_register")
def test_known_today_is_the_present() -> None:
    """The log, from which a look back is described, tells what the rows say."""
    day = TODAY.isoformat()
    assert commitments(f"known_at={day}") == commitments(f"as_of={day}") == commitments()
    assert updates(f"known_at={day}") == updates(f"as_of={day}") == updates()


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("query", ["", "as_of=2025-11-01"])
def test_updates_are_those_of_the_pages(query: str) -> None:
    told = [(u["commitment"]["reference"], u["number"], u["movement"]) for u in updates(query)]
    moment = found(query).viewpoint
    assert told == [
        (commitment.reference, step.update.number, [str(m) for m in step.movements])
        for commitment in found(query).qs
        for step in history(commitment, moment).steps
    ]


def test_what_was_revised_is_left_out(db: None) -> None:
    commitment = published_commitment()
    wrong = published_update(commitment, stage=Stage.SIGNED)
    published_correction(wrong, stage=Stage.NEGOTIATING)
    mistake = published_update(commitment, stage=Stage.COMPLETED)
    retract_update(mistake, reason="Not so.", now=NOW)
    assert [(u["number"], u["stage"], u["corrects"]) for u in updates()] == [
        (1, "announced", None),
        (3, "negotiating", 2),
    ]


def test_a_look_back_tells_what_was_known(db: None) -> None:
    parent = published_commitment(reference="CAN-KOR-2026-001", now=EARLY)
    child = published_commitment(
        reference="CAN-KOR-2026-002",
        title="Old title",
        summary="Old summary.",
        part_of=parent,
        topics=[make_topic(slug="old")],
        now=EARLY,
    )
    wrong = published_update(child, stage=Stage.SIGNED, now=EARLY)
    newer = published_commitment(reference="CAN-KOR-2026-003", now=NOW)
    new = {
        "title": "New title",
        "summary": "New summary.",
        "topics": [make_topic(slug="new")],
        "supersedes": newer,
        "related": [newer],
    }
    amend(child, values=new, now=NOW)
    publish_aliases(child, [make_alias(child, name="New name")], now=NOW)
    retract_update(wrong, reason="Not so.", now=NOW)
    source = make_source(slug="later")
    first = child.updates.get(number=1)
    add_evidence(make_citation(first, source=source, save=False), now=NOW)

    [_, then] = commitments(f"known_at={EARLY.date()}")
    [_, now, _] = commitments()
    names = ("title", "summary", "topics", "part_of", "supersedes", "related", "stage")
    assert [then[n] for n in names] == [
        *("Old title", "Old summary.", ["old"], "CAN-KOR-2026-001", None, [], "signed")
    ]
    assert [now[n] for n in names] == [
        *("New title", "New summary.", ["new"], "CAN-KOR-2026-001"),
        *("CAN-KOR-2026-003", ["CAN-KOR-2026-003"], "announced"),
    ]
    assert (then["aliases"], [alias["name"] for alias in now["aliases"]]) == ([], ["New name"])
    assert then["last_change"] == {"seq": 5, "recorded_at": "2026-10-23T09:00:00Z"}
    assert now["last_change"]["seq"] == log_head().seq

    before = [u for u in updates(f"known_at={EARLY.date()}") if u["number"] == 2]
    assert [u["commitment"]["title"] for u in before] == ["Old title"]
    assert [u["number"] for u in updates("q=New")] == [1]
    cited = {q: [len(u["citations"]) for u in updates(q) if u["id"] == "CAN-KOR-2026-002/1"]
             for q in ("", f"known_at={EARLY.date()}")}  # fmt: skip
    assert cited == {"": [2], f"known_at={EARLY.date()}": [1]}


def test_a_parent_published_later_is_not_told_of_the_time_before(db: None) -> None:
    child = published_commitment(reference="CAN-KOR-2026-002", now=EARLY)
    parent = published_commitment(reference="CAN-KOR-2026-001", now=NOW)
    # As no action would: even then nothing from later is told.
    Commitment.objects.filter(pk=child.pk).update(part_of=parent)
    assert [c["part_of"] for c in commitments(f"known_at={EARLY.date()}")] == [None]


def _count(read: Callable[[str], list[Payload]], query: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert read(query)
    return len(queries)


def _cut_into(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHUNK", "COMMITMENTS_PER_CHUNK"):
        monkeypatch.setattr(bulk, name, size)


@pytest.mark.parametrize("query", ["", "as_of=2026-11-01", f"known_at={TODAY}", "sort=-target"])
@pytest.mark.parametrize("read", [commitments, updates])
def test_each_chunk_takes_the_same_queries(
    db: None, monkeypatch: pytest.MonkeyPatch, read: Callable[[str], list[Payload]], query: str
) -> None:
    def publish() -> None:
        commitment = published_commitment(topics=[make_topic()], target="2027")
        published_update(commitment, stage=Stage.SIGNED)

    publish()
    counts = [_count(read, query)]
    for _ in range(8):
        publish()
    counts.append(_count(read, query))
    assert counts[1] == counts[0]
    _cut_into(3, monkeypatch)
    thirds = _count(read, query)
    _cut_into(1, monkeypatch)
    ninths = _count(read, query)
    # What a chunk takes, apart from what is asked once.
    assert (thirds - counts[1]) % 2 == 0
    a_chunk = (thirds - counts[1]) // 2
    assert ninths - thirds == 6 * a_chunk
    assert a_chunk <= 8


@pytest.fixture
def many(db: None) -> Callable[[int], None]:
    """Rows as the actions leave them, without their cost."""
    published_commitment(summary="Something will be done. " * 20)
    model = Commitment.objects.get()
    update = StatusUpdate.objects.get()
    parties = list(Party.objects.all())
    source = Source.objects.get()
    numbers = iter(range(1, 99_999))

    def add(count: int) -> None:
        copies = []
        for number in (next(numbers) for _ in range(count)):
            values = {f.attname: getattr(model, f.attname) for f in Commitment._meta.local_fields}
            # Of a year and an address that no record of `tests.make` has.
            values |= {
                "id": None,
                "reference": f"CAN-KOR-1999-{number:05d}",
                "slug": f"copy-{number}",
            }
            copies.append(Commitment(**values))
        with without_triggers():
            made = Commitment.objects.bulk_create(copies, batch_size=500)
            through: Any = Commitment.parties.through
            through.objects.bulk_create(
                [through(commitment=c, party=p) for c in made for p in parties], batch_size=500
            )
            values = {
                f.attname: getattr(update, f.attname) for f in StatusUpdate._meta.local_fields
            }
            told = StatusUpdate.objects.bulk_create(
                [StatusUpdate(**values | {"id": None, "commitment_id": c.pk}) for c in made],
                batch_size=500,
            )
            Citation.objects.bulk_create(
                [Citation(update=u, source=source, quotation=QUOTATION) for u in told],
                batch_size=500,
            )

    return add


def _extract(table: Any) -> Extract:
    return Extract(table, found(), log_head(), "https://example.org", "https://example.org/x")


def _peak(write: Callable[[Extract], Any], table: Any) -> int:
    """The most memory that writing a file took, in bytes."""
    gc.collect()
    tracemalloc.start()
    written = write(_extract(table))
    for _part in written:
        pass
    written.close()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_memory_does_not_grow_with_the_rows(
    many: Callable[[int], None], table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _cut_into(100, monkeypatch)
    writers = (csv_parts, json_parts, xlsx_file)
    many(200)
    for write in writers:
        _peak(write, table)  # the first pays for what is kept
    few = [_peak(write, table) for write in writers]
    many(800)
    assert public_commitments().count() == 1_001
    more = [_peak(write, table) for write in writers]
    assert [m < 1.3 * f for m, f in zip(more, few, strict=True)] == [True] * 3, (few, more)


def test_counts_are_those_of_the_lists(db: None) -> None:
    commitment = published_commitment()
    published_update(commitment)
    published_commitment(title="Other")
    for query in ("", "q=Other", "as_of=2026-01-01", "as_of=2026-02-25&sort=-title"):
        moment, base = found(query).viewpoint, found(query).qs
        assert bulk.commitment_count(base, moment) == len(commitments(query))
        assert bulk.update_count(base, moment) == len(updates(query))
    assert {COMMITMENT_TABLE.count, UPDATE_TABLE.count} == {
        bulk.commitment_count,
        bulk.update_count,
    }
