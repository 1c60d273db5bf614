"""Publishing in bulk leaves the rows that publishing one by one leaves, and refuses the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import connection, transaction

from tests import make
from tests.bulk import publish_in_bulk
from tests.log_chain import first_break
from tests.stored import Rows, stored_rows
from tracker.actions.log.rebuild import rebuild
from tracker.actions.publishing.drafted import Drafted, DraftedUpdate, RefusedDraftError
from tracker.actions.publishing.publish import publish_commitment, publish_update
from tracker.models import (
    Alias,
    Change,
    Citation,
    Commitment,
    LogHead,
    Meeting,
    Party,
    Source,
    Standing,
    StatusUpdate,
    Topic,
)

pytestmark = pytest.mark.django_db

NOW = make.NOW


def cited(*sources: Source, **values: Any) -> DraftedUpdate:
    """An unsaved update that rests on these sources."""
    given = {
        "happened": make.DATE,
        "stage": "announced",
        "assessment": "not_assessed",
        "rationale": "It says so.",
        **values,
    }
    dates = {name: make.date(given.get(name)) for name in ("happened", "target")}
    update = StatusUpdate(**{**given, **dates})
    quoted = [
        Citation(source=s, quotation=f"Défense: «{s.pk}» 협정", locator=f"paragraph {i}")
        for i, s in enumerate(sources)
    ]
    return DraftedUpdate(update, quoted)


def unsaved(number: int, **values: Any) -> Commitment:
    return Commitment(
        **{
            "reference": f"CAN-KOR-2024-{number:03d}",
            "slug": f"bulk-{number}",
            "title": f"Sécurité {number}",
            "summary": "They will do something.",
            "instrument": "agreement",
            **values,
        }
    )


@pytest.fixture
def around(db: None) -> dict[str, Any]:
    """What the drafts refer to: some of it public already, some not."""
    meeting = make.published_meeting(date="2025-06-01", parties=make.both_parties())
    third = make.make_party(code="JPN", name="Australia, by name the first")
    old = make.published_commitment(reference="CAN-KOR-2020-001", slug="old", happened="2024")
    make.published_update(old, happened="2025-03", stage="signed", target="2026")
    return {
        "meeting": meeting,
        "parties": [third, *make.both_parties()],
        "topics": [make.make_topic(name="Zeal"), make.make_topic(name="Aid")],
        "sources": [make.make_source() for _ in range(3)],
        "note": make.make_source(kind="analyst_note"),
        "old": old,
    }


def drafts(around: dict[str, Any]) -> list[Drafted]:
    """The same drafts each time: dates out of order, a party's own step, parts, other names."""
    a, b, c = around["sources"]
    parties: Sequence[Party] = around["parties"]
    topics: Sequence[Topic] = around["topics"]
    meeting: Meeting = around["meeting"]
    first = unsaved(1, first_stated_at=meeting)
    part = unsaved(3, part_of=first, supersedes=around["old"])
    return [
        Drafted(
            first,
            [
                cited(a, happened="2025-06-01", meeting=meeting, target="2026", firmness="intent"),
                cited(b, a, happened="2025-09", stage="negotiating", target="2027-03"),
                cited(b, happened="2025-09", stage="negotiating", target="soon", firmness="firm"),
                cited(c, happened="2025-01-02", stage="preparing", significance="minor"),
                cited(c, happened="2025-10-02", stage="signed", party=parties[0]),
                cited(a, happened="2026", stage="in_effect", assessment="delivered_late"),
            ],
            parties=parties[:2],
            topics=topics,
            related=[around["old"]],
            aliases=[
                Alias(name="Zweiter Name", language="de"),
                Alias(name="군사비밀정보보호협정", language="ko", note="official"),
            ],
        ),
        Drafted(unsaved(2), [cited(around["note"], a, happened="2025")], parties=parties[1:]),
        Drafted(
            around["old"],
            [
                cited(a, happened="2025-02", stage="preparing"),
                cited(b, happened="2026-01-31", stage="in_effect", meeting=meeting),
            ],
        ),
        Drafted(
            part,
            [cited(b, happened=f"2025-{n:02d}", target=f"2026-{n:02d}") for n in range(1, 13)],
            parties=parties,
            related=[first],
        ),
    ]


def one_by_one(given: list[Drafted]) -> None:
    """The plain way, with drafts saved in the same order."""
    new = [d for d in given if d.commitment.pk is None]
    for drafted in new:
        # An unsaved instance in hand does not take over the key it has got since.
        drafted.commitment.part_of = drafted.commitment.part_of
        drafted.commitment.save()
    for drafted in new:
        for alias in drafted.aliases:
            alias.commitment = drafted.commitment
            alias.save()
        drafted.commitment.parties.add(*[p.pk for p in drafted.parties])
        drafted.commitment.topics.add(*[t.pk for t in drafted.topics])
        drafted.commitment.related.add(*drafted.related)
    for drafted in given:
        for each in drafted.updates:
            each.update.commitment = drafted.commitment
            each.update.save()
            for citation in each.citations:
                citation.update = each.update
                citation.save()
    for drafted in given:
        commitment = Commitment.objects.get(pk=drafted.commitment.pk)
        rest = [each.update for each in drafted.updates]
        if not commitment.is_public:
            publish_commitment(commitment, first_update=rest.pop(0), now=NOW, is_backfill=True)
        for update in rest:
            publish_update(update, now=NOW, is_backfill=True)


def comparable(rows: Rows) -> Rows:
    """Standings without the key: the plain way writes and deletes some in between."""
    standings = sorted((row[1:] for row in rows[Standing]), key=str)
    links = {
        model: sorted(row[1:] for row in rows[model]) for model in rows if model._meta.auto_created
    }
    return {**rows, **links, Standing: standings}


def rows_after(act: Callable[[], object]) -> Rows:
    """Every row that an act leaves, which is then undone."""
    with connection.cursor() as cursor:
        # PostgreSQL's sequences are not undone with the rest.
        for statement in connection.ops.sequence_reset_sql(no_style(), list(stored_rows())):
            cursor.execute(statement)
    with transaction.atomic():
        act()
        rows = stored_rows()
        transaction.set_rollback(True)
    return comparable(rows)


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_the_same_rows_as_one_by_one(around: dict[str, Any], at_once: int) -> None:
    plain = rows_after(lambda: one_by_one(drafts(around)))
    bulk = rows_after(lambda: publish_in_bulk(iter(drafts(around)), now=NOW, at_once=at_once))
    for model, rows in plain.items():
        assert bulk[model] == rows, model
    assert len(plain[Change]) == Change.objects.count() + 3 + 21


def test_the_log_is_whole_and_nothing_needs_rebuilding(around: dict[str, Any]) -> None:
    before = LogHead.objects.get().seq
    told: list[int] = []
    numbers = publish_in_bulk(drafts(around), now=NOW, at_once=3, on_progress=told.append)
    assert (numbers, told) == (range(before + 1, before + 25), [3, 4])
    assert LogHead.objects.get().seq == before + 24
    assert first_break() is None
    assert rebuild(now=NOW) == []
    assert set(Change.objects.filter(seq__gt=before).values_list("is_backfill", flat=True)) == {
        True
    }


def test_the_same_commitment_may_come_again(around: dict[str, Any]) -> None:
    source, parties = around["sources"][0], around["parties"]
    once = unsaved(9)
    publish_in_bulk([Drafted(once, [cited(source)], parties=parties)], now=NOW)
    again = [
        Drafted(once, [cited(source, happened=day, stage="signed")])
        for day in ("2026-03-01", "2026-03-02")
    ]
    publish_in_bulk(again, now=NOW)
    assert list(once.updates.values_list("number", flat=True)) == [1, 2, 3]
    assert rebuild(now=NOW) == []


def _refusals(around: dict[str, Any]) -> Iterable[tuple[str, Drafted, int | None]]:
    source, parties = around["sources"][0], around["parties"]
    draft = make.make_meeting(title="A draft")
    unpublished = make.make_commitment(title="Not yet")
    yield "Name the parties of “Sécurité 7”", Drafted(unsaved(7), [cited(source)]), None
    yield "Give “Sécurité 7” an update", Drafted(unsaved(7), [], parties=parties), None
    yield (
        "Commentary is none",
        Drafted(unsaved(7), [cited(source), cited(around["note"])], parties=parties),
        1,
    )
    yield (
        "2028 lies in the future",
        Drafted(unsaved(7), [cited(source, happened="2028")], parties=parties),
        0,
    )
    yield (
        "Publish the meeting “A draft",
        Drafted(unsaved(7), [cited(source, meeting=draft)], parties=parties),
        0,
    )
    yield (
        "Publish “CAN-KOR-2024-008 Sécurité 8” first",
        Drafted(unsaved(7, part_of=unsaved(8)), [cited(source)], parties=parties),
        None,
    )
    yield (
        "Publish “CAN-KOR-2024-008 Sécurité 8” first",
        Drafted(unsaved(7), [cited(source)], parties=parties, related=[unsaved(8)]),
        None,
    )
    yield "Publish the commitment “Not yet” first.", Drafted(unpublished, [cited(source)]), None
    yield (
        "Publish a correction as a correction.",
        Drafted(around["old"], [cited(source, corrects=make.first_update(around["old"]))]),
        0,
    )


def test_what_one_by_one_refuses_is_refused_and_nothing_written(around: dict[str, Any]) -> None:
    for told, bad, place in list(_refusals(around)):
        before = stored_rows()
        good = Drafted(unsaved(6), [cited(around["sources"][0])], parties=around["parties"])
        with pytest.raises(RefusedDraftError) as refused:
            publish_in_bulk([good, bad], now=NOW, at_once=1)
        assert told in " ".join(refused.value.messages)
        assert (refused.value.drafted, refused.value.update) == (bad, place)
        assert stored_rows() == before


def test_it_is_a_validation_error() -> None:
    assert issubclass(RefusedDraftError, ValidationError)


def test_the_number_of_queries_does_not_grow_with_the_chunk(
    around: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    source, parties = around["sources"][0], around["parties"]
    some = [
        Drafted(unsaved(n), [cited(source, happened="2025")], parties=parties)
        for n in range(20, 60)
    ]
    with django_assert_max_num_queries(45):
        publish_in_bulk(some, now=NOW)
