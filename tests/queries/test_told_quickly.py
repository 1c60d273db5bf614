"""Files and the API tell of rows by their values; told of model objects, the same comes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from django.http import QueryDict

from tests import looking_back, make
from tests.leaky import publish_register
from tests.looking_back import AS_OF, KNOWN_AT, grown_register
from tests.queries.plain_records import plain_commitments, plain_updates
from tests.stored import without_triggers
from tracker.actions.aliases import publish_aliases, retract_alias
from tracker.actions.amend import add_evidence, amend
from tracker.actions.correct import retract_commitment, retract_update
from tracker.actions.publishing.publish import mark_fully_recorded, publish_meeting
from tracker.filters import CommitmentFilter
from tracker.models import Alias, Commitment, Meeting, Party, StatusUpdate
from tracker.queries.lists import bulk
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_commitments

NOW, DAY = make.NOW, make.NOW.date()
LATER = NOW + dt.timedelta(days=1, hours=2, microseconds=999_999)
# On several days, so that each flag holds somewhere.
DAYS = [DAY, dt.date(2024, 2, 29), dt.date(2031, 1, 1)]
QUERIES = [
    "",
    "sort=-target",
    "q=co-operation&flag=not_mentioned&flag=overdue",
    "party=canada&stage=announced&stage=signed",
    "q=nothing+at+all+like+this",
    *(f"as_of={day}" for day in ("2023-05-16", "2025-11-01", "2026-02-25", "2026-11-22")),
    "as_of=2025-11-01&sort=-stage&flag=quiet",
    *(f"known_at={day}" for day in ("2020-01-01", "2026-11-21", "2026-11-22")),
    "known_at=2026-11-22&as_of=2025-11-01&sort=-target",
]
# In addition to `known_at`.
LOOKS_BACK = ["&sort=title", "&as_of=2026-11-15"]


def compare(query: str = "", *, day: dt.date = DAY) -> None:
    """Every value, its type and the order of names; whole and cut to pieces."""
    found = CommitmentFilter(QueryDict(query), today=day)
    assert found.is_valid(), found.errors
    for quick, plain in (
        (bulk.commitment_chunks, plain_commitments),
        (bulk.update_chunks, plain_updates),
    ):
        told = list(chain.from_iterable(quick(found.qs, found.viewpoint)))
        expected = plain(found.qs, found.viewpoint)
        assert told == expected
        assert repr(told) == repr(expected)


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("query", QUERIES)
def test_both_ways_agree(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in [DAY] if "as_of" in query or "known_at" in query else DAYS:
        compare(query, day=day)
    monkeypatch.setattr(bulk, "CHUNK", 3)
    monkeypatch.setattr(bulk, "COMMITMENTS_PER_CHUNK", 2)
    compare(query)


def test_drafts_and_what_was_taken_back_are_in_neither(db: None) -> None:
    publish_register()
    compare()
    compare("as_of=2026-11-01")
    compare("known_at=2026-11-22")


def _one() -> Commitment:
    return Commitment.objects.public().order_by("pk")[3]


def _update() -> StatusUpdate:
    return StatusUpdate.objects.effective().filter(commitment=_one()).latest("number")


def _amend(values: dict[str, Any]) -> None:
    amend(_one(), values=values, reason="It is so.", now=LATER)


def _another_name() -> Alias:
    alias = make.make_alias(_one(), name="또 다른 이름", language="ko", note="=1+1")
    make.make_alias(_one(), name="A draft")
    publish_aliases(_one(), [alias], now=LATER)
    return alias


def _name_taken_back() -> None:
    retract_alias(_another_name(), now=LATER)


def _related_and_then_retracted() -> None:
    other = make.published_commitment(title="Another", now=LATER)
    _amend({"related": [other], "part_of": other, "supersedes": other})
    compare()
    retract_commitment(other, reason="Not a promise.", now=LATER)


def _draft_beside() -> None:
    draft = make.make_commitment(topics=[make.make_topic()])
    # As no action would: even then no draft is named.
    _one().related.add(draft)
    _one().topics.add(make.make_topic(slug="a-draft"))
    _one().parties.add(make.make_party(code="XAA"))
    Commitment.objects.filter(pk=_one().pk).update(part_of=draft, supersedes=draft)


def _evidence_added() -> None:
    source = make.make_source(slug="later", published_on="2026-03")
    add_evidence(make.make_citation(_update(), source=source, save=False), now=LATER)


def _corrected_and_corrected() -> None:
    first = make.published_correction(_update(), assessment="stalled", now=LATER)
    make.published_correction(first, stage="signed", target="2027", now=LATER)


def _own_step() -> None:
    party = _one().parties.first()
    make.published_update(_one(), party=party, stage="in_effect", happened="2026-10", now=LATER)


def _said_in_words() -> None:
    words = "at the “earliest” opportunity, say"
    make.published_update(_one(), target=make.PartialDate(2026, 12, words=words), now=LATER)
    make.published_update(_one(), target=words, firmness="aspiration", now=LATER)


def _held_and_recorded() -> None:
    meeting = Meeting.objects.public().filter(fully_recorded_seq__isnull=False).first()
    assert meeting is not None
    later = make.make_meeting(date="2026-11-10", parties=meeting.parties.all(), level=4)
    publish_meeting(later, now=LATER)
    mark_fully_recorded(later, now=LATER)


def _meeting_amended() -> None:
    meeting = Meeting.objects.public().filter(updates__isnull=False).first()
    assert meeting is not None
    amend(meeting, values={"title": "Another title"}, now=LATER)


def _source_amended() -> None:
    source = _update().citations.all()[0].source
    amend(source, values={"title": "@Title", "url": ""}, reason="So.", now=LATER)


ACTS: list[Callable[[], object]] = [
    lambda: make.published_commitment(topics=[make.make_topic()], target="2026-01", now=LATER),
    lambda: make.published_update(_one(), happened="2026-11-01", stage="signed", now=LATER),
    lambda: retract_update(_update(), reason="Misread.", now=LATER),
    lambda: retract_commitment(_one(), reason="Not a promise.", now=LATER),
    lambda: _amend({"title": "Renamed: “=1”", "summary": "Other\nwords.", "topics": []}),
    lambda: _amend({"instrument": "statement", "last_checked_on": DAY}),
    lambda: make.published_note(commitment=_one()),
    _another_name,
    _name_taken_back,
    _related_and_then_retracted,
    _draft_beside,
    _evidence_added,
    _corrected_and_corrected,
    _own_step,
    _said_in_words,
    _held_and_recorded,
    _meeting_amended,
    _source_amended,
]


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("act", ACTS)
def test_both_ways_agree_after_any_act(act: Callable[[], object]) -> None:
    act()
    for day in DAYS:
        compare(day=day)
    compare("as_of=2026-11-15")
    # Before and after the act.
    for known in (DAY, LATER.date()):
        for query in LOOKS_BACK:
            compare(f"known_at={known}{query}", day=LATER.date())


def test_both_ways_agree_where_everything_was_amended(db: None) -> None:
    grown = grown_register()
    later = looking_back.LATER + dt.timedelta(days=1)
    amend(grown.commitment, values={"series": grown.forum}, now=looking_back.LATER)
    amend(grown.forum, values={"slug": "another-forum"}, now=later)
    for number, party in enumerate(Party.objects.public()):
        amend(party, values={"code": f"EE{number}"}, now=later)
    for meeting in Meeting.objects.public():
        amend(meeting, values={"slug": f"again-{meeting.slug}"}, now=later)
    amend(grown.commitment, values={"series": None, "supersedes": None}, now=later)
    for known in (KNOWN_AT, looking_back.LATER.date(), later.date()):
        for as_of in ("", "2025-03-31", AS_OF):
            compare(f"known_at={known}&as_of={as_of}&sort=title", day=later.date())


def test_an_instant_is_told_to_the_second_that_has_begun(db: None) -> None:
    made = make.published_commitment(now=NOW)
    for microsecond in (0, 1, 499_999, 500_000, 999_499, 999_500, 999_999):
        at = NOW.replace(second=59, microsecond=microsecond)
        with without_triggers():
            Commitment.objects.update(last_changed_at=at)
            StatusUpdate.objects.update(published_at=at)
        compare()
    [[told]] = bulk.commitment_chunks(public_commitments(), Viewpoint(DAY))
    assert told["last_change"] == {
        "seq": made.last_change_seq,
        "recorded_at": "2026-11-22T09:00:59Z",
    }


def test_years_of_long_ago_and_far_ahead(db: None) -> None:
    for target in ("0987-01-01", "9998", "0001-02"):
        make.published_commitment(target=target, happened="0950-12-31")
    compare()
