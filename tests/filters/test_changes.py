"""Which lines of the log a filter finds: as things stood then, for ever the same."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.http import QueryDict
from pytest_django import DjangoAssertNumQueries

from tests import make
from tests.feeds.small_register import publish_small_register
from tests.make import NOW
from tracker.actions import amend, correct
from tracker.actions.raise_flags import raise_flags
from tracker.filters import ChangeFilter, CommitmentFilter, changes
from tracker.filters.words import log_sentence
from tracker.models import Change, ChangeKind, Commitment, Significance, Stage
from tracker.queries.reference_data import meetings_by, notes_by
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import log_head, public_sources

pytestmark = pytest.mark.django_db

FILTERS = (
    *("stage=announced", "stage=signed", "stage=negotiating&stage=signed", "assessment=delayed"),
    *("firmness=firm", "target_before=2026-12", "target_after=2027", "flag=slipped"),
    *("party=canada", "instrument=agreement", "stage=signed&target_before=2027"),
    *("q=treaty", "commitment=treaty"),
)


def found(query: str, *, follows: bool = False) -> ChangeFilter:
    return ChangeFilter(QueryDict(query), today=NOW.date(), follows=follows)


def seqs(query: str) -> list[int]:
    return sorted(found(query).log.values_list("seq", flat=True))


def shown(query: str) -> set[int]:
    """What the dashboard shows for the same filter at this moment."""
    listed = CommitmentFilter(QueryDict(query), today=NOW.date())
    return set(listed.qs.values_list("pk", flat=True))


def test_a_line_matches_when_the_dashboard_showed_its_commitment_before_or_after() -> None:
    """The oracle is the dashboard's own filter, asked after every step."""
    snapshots = {0: {query: set[int]() for query in FILTERS}}

    def look() -> None:
        snapshots[log_head().seq] = {query: shown(query) for query in FILTERS}

    treaty = make.published_commitment(slug="treaty", title="A treaty", target="2026-06")
    look()
    other = make.published_commitment(slug="other", title="A plan", firmness="firm")
    look()
    for commitment, values in (
        (treaty, {"stage": Stage.NEGOTIATING, "happened": "2026-03-01"}),
        (treaty, {"stage": Stage.NEGOTIATING, "target": "2027", "happened": "2026-04-01"}),
        (other, {"assessment": "delayed", "happened": "2026-04-02"}),
        (treaty, {"stage": Stage.SIGNED, "happened": "2026-05-01"}),
        (other, {"assessment": "on_track", "target": "2026-10", "happened": "2026-05-02"}),
        (treaty, {"stage": Stage.IN_EFFECT, "happened": "2026-06-01"}),
    ):
        make.published_update(commitment, **values)
        look()
    correct.retract_update(treaty.updates.get(number=4), reason="Not so.", now=NOW)
    look()

    steps = sorted(snapshots)
    for query in FILTERS:
        expected = []
        for before, after in itertools.pairwise(steps):
            matching = snapshots[before][query] | snapshots[after][query]
            # A commitment is published by two lines, and stands nowhere before the second.
            line = Change.objects.get(seq=after)
            expected += [after] if line.commitment_id in matching else []
        got = [seq for seq in seqs(query) if seq in steps]
        assert got == expected, query


def test_what_a_filter_found_it_finds_for_ever() -> None:
    flags = ("flag=overdue", "flag=quiet", "flag=due_soon", "flag=not_mentioned")
    queries = [*FILTERS, *flags, "kind=status"]
    commitment = make.published_commitment(slug="treaty", title="A treaty", target="2026-10")
    known: dict[str, list[int]] = {query: [] for query in queries}

    def look() -> None:
        for query in queries:
            now_found = seqs(query)
            assert now_found[: len(known[query])] == known[query], query
            known[query] = now_found

    look()
    raise_flags(now=NOW)
    look()
    make.published_update(commitment, target="2027", happened="2026-11-20")
    look()
    make.published_update(commitment, stage=Stage.SIGNED, happened="2026-11-21")
    look()
    correct.retract_commitment(commitment, reason="Never promised.", now=NOW)
    look()
    last = log_head().seq
    assert all(last in known[query] for query in ("q=treaty", "party=canada", "commitment=treaty"))
    assert len(known["flag=overdue"]) == 2  # that it is, and the new target that ended it


def test_a_flag_holds_from_its_line_to_the_line_that_ends_it() -> None:
    commitment = make.published_commitment(target="2026-10")
    raised = raise_flags(now=NOW)
    note = make.published_note(commitment=commitment)
    make.published_update(commitment, stage=Stage.COMPLETED, happened="2026-11-21")
    ended = log_head().seq
    make.published_note(commitment=commitment)
    assert note.published_seq is not None
    assert seqs("flag=overdue") == [*raised, note.published_seq, ended]


@pytest.mark.parametrize("few", [0, 2_000])
def test_lines_are_found_alike_by_key_and_one_by_one(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_FEW", few)
    treaty = make.published_commitment(slug="treaty", title="A treaty", target="2026-10")
    make.published_commitment(slug="plan", instrument="exercise", target="2027")
    raise_flags(now=NOW)
    make.published_update(treaty, target="2027-02", happened="2026-11-20")
    make.published_note(commitment=treaty)
    flags = ("flag=overdue", "flag=quiet&flag=not_mentioned", "flag=overdue&flag=slipped")
    for query in (*FILTERS, *flags, "flag=overdue&stage=announced", "flag=overdue&party=canada"):
        plain = found(query).between(0, log_head().seq).values_list("seq", flat=True)
        assert seqs(query) == sorted(plain), query
    assert len(seqs("flag=overdue")) == 2


def test_lines_about_a_meeting_are_found_by_what_a_meeting_has() -> None:
    forum = make.make_forum(slug="council")
    meeting = make.published_meeting(slug="first", forum=forum)
    elsewhere = make.published_meeting(slug="second")
    own = [meeting.published_seq]
    mentioned = make.published_commitment(meeting=meeting)
    lines = list(mentioned.changes.order_by("seq").values_list("seq", flat=True))
    # Before it was mentioned there it had nothing to do with the meeting: its second line did that.
    assert seqs("meeting=first") == [*own, lines[1]]
    assert seqs("forum=council") == [*own, lines[1]]
    assert seqs("party=canada") == [*own, elsewhere.published_seq, *lines]
    assert seqs("meeting=first&stage=announced") == [lines[1]]
    make.published_update(mentioned, meeting=elsewhere, happened="2026-03-01")
    assert seqs("meeting=second") == [elsewhere.published_seq, log_head().seq]


def test_kind_and_significance_narrow_the_lines() -> None:
    commitment = make.published_commitment()
    make.published_update(commitment, significance=Significance.MINOR, happened="2026-03-01")
    assert seqs("significance=minor") == [3]
    assert seqs("kind=commitment_published") == [1]
    assert seqs("kind=mention&kind=commitment_published") == [1, 3]
    assert seqs("kind=mention&significance=major") == []


def test_looking_back_cuts_the_log_and_what_follows_refuses_it() -> None:
    make.published_commitment(now=NOW - dt.timedelta(days=3))
    commitment = make.published_commitment(happened="2026-11-21", now=NOW)
    assert len(seqs("")) == 4
    assert seqs("known_at=2026-11-20") == [1, 2]
    # What happened later was recorded later too, and is nowhere named on that day.
    assert seqs("as_of=2026-11-20") == [1, 2]
    assert seqs("as_of=2026-11-21") == [1, 2, 3, 4]
    assert seqs(f"updated_since=2026-11-22&commitment={commitment.reference}") == [3, 4]
    for name in ("as_of", "known_at"):
        refused = found(f"{name}=2026-11-20", follows=True)
        assert not refused.is_valid()
        assert "cannot look back" in refused.errors[name][0]
        assert list(refused.log) == []


def happened_by(change: Change, viewpoint: Viewpoint) -> bool:
    """Whether a line is about what had happened by a day, decided for one line."""
    day = viewpoint.day
    if change.kind == ChangeKind.FLAG and change.payload["since"] > day.isoformat():
        return False
    if change.update is not None:
        happened = change.update.happened_first_day
        return happened is not None and happened <= day
    if change.commitment is not None:
        updates = change.commitment.updates.published().filter(happened_first_day__lte=day)
        if not updates.exists():
            return False
    return all(
        record is None or records(viewpoint).filter(pk=record.pk).exists()
        for record, records in (
            (change.meeting, meetings_by),
            (change.note, notes_by),
            (change.source, public_sources),
        )
    )


def test_lines_of_each_kind_are_found_from_the_day_on_which_it_happened() -> None:
    publish_small_register()
    counts = []
    for month in ("2024-01", "2025-02", "2025-03", "2026-01", "2026-06", "2026-11"):
        day = dt.date.fromisoformat(f"{month}-20")
        viewpoint = Viewpoint(NOW.date(), as_of=day)
        expected = [c.seq for c in Change.objects.order_by("seq") if happened_by(c, viewpoint)]
        assert seqs(f"as_of={day}") == expected, day
        counts.append(len(expected))
    assert counts == sorted(counts)
    assert counts[0] < counts[2] < counts[-1]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("commitment=CAN-KOR-1999-001", "There is no commitment “CAN-KOR-1999-001” here."),
        ("commitment=hidden", "There is no commitment “hidden” here."),
        ("commitment=%00", "There is no commitment"),
        ("&".join(f"commitment=c{n}" for n in range(51)), "Name at most 50 commitments"),
        ("kind=gossip", "There is no “gossip” here."),
        ("significance=huge", "There is no “huge” here."),
    ],
)
def test_a_bad_value_finds_nothing_and_says_so(query: str, says: str) -> None:
    make.make_commitment(slug="hidden")
    make.published_commitment()
    broken = found(query)
    assert not broken.is_valid()
    assert says in " ".join(str(e) for errors in broken.errors.values() for e in errors)
    assert list(broken.log) == []


def test_a_commitment_is_named_by_reference_or_slug_on_every_face() -> None:
    one = make.published_commitment(slug="one")
    two = make.published_commitment(slug="two")
    make.published_commitment()
    listed = CommitmentFilter(
        QueryDict(f"commitment={one.reference}&commitment=two"), today=NOW.date()
    )
    assert list(listed.qs) == [one, two]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "All changes"),
        ("stage=signed", "Changes to commitments at the stage Signed"),
        ("kind=status&kind=mention", "All changes, only: Status or Mention"),
        (
            "party=canada&significance=minor",
            "Changes to commitments of Canada, only: Minor",
        ),
        ("commitment=treaty", "Changes to commitments named A treaty"),
    ],
)
def test_the_filter_in_words(query: str, says: str) -> None:
    make.published_commitment(slug="treaty", title="A treaty")
    assert log_sentence(found(query)) == says


def test_the_log_of_any_filter_is_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make.published_commitment(slug="treaty")
    raise_flags(now=NOW)
    every = found("stage=announced&flag=overdue&flag=slipped&party=canada&q=treaty")
    assert every.is_valid()
    log = every.log
    with django_assert_num_queries(1):
        list(log)


def test_renaming_is_found_by_the_new_name() -> None:
    commitment = make.published_commitment(title="Alpha accord")
    amend.amend(commitment, values={"title": "Beta accord"}, now=NOW)
    assert seqs("q=beta&kind=renamed") == [3]
    assert Commitment.objects.filter(title="Beta accord").exists()
    assert Change.objects.filter(kind=ChangeKind.RENAMED).count() == 1


def test_a_filter_has_one_query_string() -> None:
    pledge = make.published_commitment()
    for given in (
        f"stage=signed&commitment={pledge.slug}&stage=announced&sort=title&page=2",
        f"commitment={pledge.reference}&stage=announced&stage=signed&stage=signed",
    ):
        assert found(given).canonical_query == (
            f"commitment={pledge.reference}&stage=announced&stage=signed"
        )
    assert found("").canonical_query == ""
