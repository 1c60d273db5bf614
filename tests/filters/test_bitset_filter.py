"""The quick way finds, counts and orders what the database does, whatever happens in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import transaction
from django.http import QueryDict
from pytest_django import DjangoAssertNumQueries

from tests import make
from tests.filters.counted import facet_counts, headline
from tracker.actions.amend import amend
from tracker.actions.correct import retract_commitment, retract_update
from tracker.actions.log.rebuild import rebuild
from tracker.actions.publishing.publish import mark_fully_recorded, publish_meeting
from tracker.actions.register_files.load import load_register
from tracker.filters import CommitmentFilter, bitset_filter
from tracker.filters.bitset_filter import BY_VALUE, Matches
from tracker.filters.sorting import SORTS
from tracker.models import Commitment, Meeting, StatusUpdate
from tracker.queries.lists import facet_bitsets as kept
from tracker.queries.lists.facet_bitsets import facet_bitsets_at
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db

NOW, DAY = make.NOW, dt.date(2026, 11, 22)
QUERIES = [
    "",
    "q=co-operation",
    "stage=announced&stage=signed&instrument=agreement",
    "flag=quiet&flag=overdue&party=canada",
    "flag=not_mentioned&topic=cyber-and-hybrid-threats",
    "forum=2plus2-director-general&stage=announced",
    "meeting=2026-02-25-second-2plus2-ministerial&firmness=firm",
    "target_before=2027&assessment=not_assessed",
    "updated_since=2026-01-01&commitment=CAN-KOR-2023-001",
    "q=nothing+at+all+like+this",
    "as_of=2025-11-01",
    "as_of=2025-11-01&stage=concluded&q=co-operation",
    "as_of=2025-12-31&forum=2plus2-director-general&flag=quiet",
    "known_at=2026-11-22&assessment=delivered",
    "known_at=2020-01-01",
]


def compare(query: str, *, day: dt.date = DAY, sort: str = "") -> None:
    """Found, order, counts and headline, both ways."""
    params = QueryDict(f"{query}&sort={sort}" if sort else query)
    found = CommitmentFilter(params, today=day)
    assert found.is_valid(), found.errors
    sets = Matches(found, facet_bitsets_at(log_head(), found.viewpoint))
    plain = list(found.qs.values_list("pk", flat=True))
    assert [c.pk for c in sets[1:5]] == plain[1:5]
    assert sets.keys_between(0, len(plain)) == plain
    assert len(sets) == len(plain)
    for start, stop in ((0, 3), (2, 9), (len(plain) - 2, len(plain) + 5), (500, 600)):
        assert sets.keys_between(max(start, 0), stop) == plain[max(start, 0) : stop]
    assert sets.headline() == headline(found.qs, found.viewpoint)
    selected = {name for name in BY_VALUE if any(params.getlist(name))}
    counts = facet_counts(
        lambda n: found.results(leaving_out={n}), found.viewpoint, selected=selected
    )
    for facet in BY_VALUE:
        values = {value for value, _ in found.choices(facet)}
        told = sets.counts(facet, values)
        assert told == {value: counts[facet].get(value, 0) for value in values}, facet


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("few", [0, 1_000])
@pytest.mark.parametrize("query", QUERIES)
def test_both_ways_agree(query: str, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bitset_filter, "_FEW", few)
    compare(query)
    with_draft = make.make_commitment()
    compare(query)
    with_draft.delete()


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("few", [0, 1_000])
@pytest.mark.parametrize("sort", [f"{sign}{name}" for name in SORTS for sign in ("", "-")])
def test_both_ways_order_alike(sort: str, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bitset_filter, "_FEW", few)
    for query in (
        *("", "instrument=dialogue&instrument=cooperation", "stage=announced"),
        *("as_of=2025-11-01", "as_of=2025-12-31&known_at=2026-11-22&instrument=dialogue"),
    ):
        compare(query, sort=sort)


def _one() -> Commitment:
    return Commitment.objects.public().order_by("pk")[3]


def _retract_last() -> None:
    last = StatusUpdate.objects.effective().filter(commitment=_one()).last()
    assert last is not None
    make.published_update(_one(), happened="2026-11-01", stage="completed")
    retract_update(last, reason="Misread.", now=NOW)


def _held_and_recorded() -> None:
    meeting = Meeting.objects.public().filter(fully_recorded_seq__isnull=False).first()
    assert meeting is not None
    later = make.make_meeting(date="2026-11-10", parties=meeting.parties.all(), level=4)
    publish_meeting(later, now=NOW)
    mark_fully_recorded(later, now=NOW)


def _wrong_row_put_right() -> None:
    Commitment.objects.filter(pk=_one().pk).update(stage="withdrawn")
    assert rebuild(now=NOW)


ACTS: list[Callable[[], object]] = [
    lambda: make.published_commitment(topics=[make.make_topic()], target="2026-01"),
    lambda: make.published_update(_one(), happened="2026-11-01", stage="signed"),
    lambda: make.published_correction(_one().updates.effective().first(), assessment="stalled"),
    _retract_last,
    lambda: retract_commitment(_one(), reason="Not a promise.", now=NOW),
    lambda: amend(_one(), values={"instrument": "statement"}, reason="It is.", now=NOW),
    _held_and_recorded,
    lambda: make.published_note(commitment=_one()),
    _wrong_row_put_right,
]


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("act", ACTS)
def test_both_ways_agree_after_any_act(act: Callable[[], object]) -> None:
    compare("")
    act()
    for query in ("", "flag=not_mentioned", "stage=announced&party=canada"):
        compare(query)


def test_an_import_is_taken_account_of(settings: object) -> None:
    compare("")
    load_register(getattr(settings, "SHIPPED_REGISTER"), now=NOW)  # noqa: B009 - untyped
    compare("flag=quiet")


@pytest.mark.usefixtures("shipped_register")
def test_another_day_and_a_log_put_back_are_read_anew() -> None:
    compare("flag=overdue")
    compare("flag=overdue", day=dt.date(2031, 1, 1))
    with transaction.atomic():
        make.published_commitment(title="Undone")
        compare("")
        transaction.set_rollback(True)
    compare("")


@pytest.mark.usefixtures("shipped_register")
def test_only_what_changed_is_read_again(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    before = facet_bitsets_at(log_head(), Viewpoint(DAY))
    make.published_update(_one(), happened="2026-11-01", stage="signed")
    head = log_head()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "_everything", None)
        with django_assert_max_num_queries(15):
            after = facet_bitsets_at(head, Viewpoint(DAY))
    assert after.head.seq == before.head.seq + 1
    # Somebody whose head is older gets what is kept.
    assert facet_bitsets_at(head, Viewpoint(DAY)) is after


def _told(sets: kept.FacetBitsets) -> dict[str, dict[str, int]]:
    """What has each value; a value that nothing has may be named or not."""
    return {
        "everything": {"": sets.everything},
        **{f: {v: bits for v, bits in some.items() if bits} for f, some in sets.sets.items()},
    }


_read_anew = kept._everything


def _as_read_anew(moment: Viewpoint) -> None:
    head = log_head()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "_everything", None)
        brought_up = facet_bitsets_at(head, moment)
    assert _told(brought_up) == _told(_read_anew(head, moment))
    assert (brought_up.head.seq, brought_up.viewpoint) == (head.seq, moment)


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("step", [1, 2, 10, 31])
def test_another_day_brings_only_what_came_to_its_date(step: int) -> None:
    make.published_commitment(target="2027-01-05")
    make.published_commitment(target="2027-04")  # due soon on the way
    day = dt.date(2026, 12, 1)
    facet_bitsets_at(log_head(), Viewpoint(day))
    while day < dt.date(2027, 3, 1):
        day += dt.timedelta(days=step)
        _as_read_anew(Viewpoint(day))


@pytest.mark.usefixtures("shipped_register")
def test_a_day_on_which_a_recorded_meeting_ends_brings_its_silence() -> None:
    day = dt.date(2026, 11, 9)
    facet_bitsets_at(log_head(), Viewpoint(day))
    _held_and_recorded()
    before = facet_bitsets_at(log_head(), Viewpoint(day)).of("flag", "not_mentioned")
    _as_read_anew(Viewpoint(dt.date(2026, 11, 11)))
    after = facet_bitsets_at(log_head(), Viewpoint(dt.date(2026, 11, 11))).of(
        "flag", "not_mentioned"
    )
    assert before.bit_count() < after.bit_count()


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    "moment",
    [
        Viewpoint(DAY),
        Viewpoint(DAY, as_of=dt.date(2025, 12, 31)),
        Viewpoint(DAY, known_at=DAY),
        Viewpoint(DAY, as_of=dt.date(2026, 2, 26), known_at=DAY),
    ],
    ids=str,
)
@pytest.mark.parametrize("act", [_held_and_recorded, *ACTS[:3], _retract_last, ACTS[7]])
def test_a_look_back_is_brought_up_to_the_head_too(
    moment: Viewpoint, act: Callable[[], object]
) -> None:
    facet_bitsets_at(log_head(), moment)
    act()
    _as_read_anew(moment)


@pytest.mark.usefixtures("shipped_register")
def test_a_meeting_of_another_forum_takes_its_mentions_along() -> None:
    meeting = Meeting.objects.public().filter(forum__isnull=False).earliest("pk")
    facet_bitsets_at(log_head(), Viewpoint(DAY))
    make_forum = make.make_forum(slug="another")
    amend(meeting, values={"forum": make_forum}, reason="It was.", now=NOW)
    _as_read_anew(Viewpoint(DAY))
    assert facet_bitsets_at(log_head(), Viewpoint(DAY)).of("forum", "another")
