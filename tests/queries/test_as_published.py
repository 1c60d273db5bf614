"""What was said by then: words, relations, addresses, order and search, as each was published."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.filters.counted import headline
from tests.looking_back import AS_OF, HAPPENED, KNOWN_AT, LATER, SAID, THEN, Grown, grown_register
from tests.make import NOW
from tracker.actions.amend import amend
from tracker.actions.correct import retract_commitment
from tracker.actions.log.rebuild import rebuild
from tracker.filters import CommitmentFilter
from tracker.filters.bitset_filter import BY_VALUE, Matches
from tracker.filters.words import sentence
from tracker.models import Commitment, FormerValue, Meeting
from tracker.queries.as_published import as_published
from tracker.queries.former_values import equals_q, find
from tracker.queries.lists.facet_bitsets import facet_bitsets_at
from tracker.queries.lists.rows import rows
from tracker.queries.reference_data import parts_of
from tracker.queries.viewpoint import Viewpoint, last_change_by
from tracker.queries.visibility import (
    log_head,
    public_commitments,
    public_meetings,
    public_topics,
)

pytestmark = pytest.mark.django_db

TODAY = LATER.date() + dt.timedelta(days=1)
DAY = dt.timedelta(days=1)


def titles_then(known_at: dt.date) -> list[str]:
    public = public_commitments(Viewpoint(TODAY, known_at=known_at)).order_by("reference")
    return [row.title for row in rows(public, Viewpoint(TODAY, known_at=known_at))]


def test_each_amendment_keeps_what_it_replaced_until_then() -> None:
    one = make.published_commitment(title="First", now=NOW)
    amend(one, values={"title": "Second"}, now=NOW + DAY)
    amend(one, values={"title": "Third", "summary": "Else."}, now=NOW + 2 * DAY)
    told = [titles_then(NOW.date() + days * DAY) for days in range(-1, 4)]
    assert told == [[], ["First"], ["Second"], ["Third"], ["Third"]]
    kept = FormerValue.objects.filter(field="title").order_by("until")
    assert list(kept.values_list("value", "since", "until")) == [("First", 0, 3), ("Second", 3, 4)]
    assert rebuild(now=NOW) == []


def test_every_field_of_a_meeting_is_that_of_then() -> None:
    before, after = make.make_source(), make.make_source()
    forum = make.make_forum()
    meeting = make.published_meeting(
        **{"title": "Planned talks", "state": "planned", "date": "2026-12", "place": ""},
        **{"level": 2, "sources": [before], "now": NOW},
    )
    values = {
        **{"title": "Talks", "state": "held", "date": make.date("2026-11-25"), "place": "Seoul"},
        **{"forum": forum, "level": 3, "sources": [after], "parties": make.both_parties()[:1]},
    }
    amend(meeting, values=values, now=NOW + 3 * DAY)
    [told] = as_published(
        public_meetings().select_related("forum").prefetch_related("parties", "sources"),
        last_change_by(NOW.date()),
    )
    assert (told.title, told.state, told.place, told.level) == ("Planned talks", "planned", "", 2)
    assert (str(told.date), told.first_day) == ("2026-12", dt.date(2026, 12, 1))
    assert told.forum is None
    assert list(told.sources.all()) == [before]
    assert sorted(party.code for party in told.parties.all()) == ["CAN", "KOR"]
    assert told.parties_key == "CAN-KOR"
    assert rebuild(now=NOW) == []


def test_a_relation_that_was_added_is_hidden_on_both_sides() -> None:
    one, other = make.published_commitment(now=NOW), make.published_commitment(now=NOW)
    amend(one, values={"related": [other]}, now=NOW + DAY)
    known = last_change_by(NOW.date())
    for record in (one, other):
        [told] = as_published(
            Commitment.objects.filter(pk=record.pk).prefetch_related("related"), known
        )
        assert list(told.related.all()) == []
        today = Commitment.objects.get(pk=record.pk)
        assert today.related.count() == 1
    assert rebuild(now=NOW) == []


def test_a_parent_that_was_taken_away_is_there_again() -> None:
    parent = make.published_commitment(now=NOW)
    part = make.published_commitment(part_of=parent, now=NOW)
    amend(part, values={"part_of": None}, now=NOW + DAY)
    then, now = (Viewpoint(NOW.date() + DAY, known_at=day) for day in (NOW.date(), None))
    assert [c.pk for c in parts_of(parent, then)] == [part.pk]
    assert [c.pk for c in parts_of(parent, now)] == []


def test_a_retraction_after_that_day_is_not_known_yet() -> None:
    one = make.published_commitment(title="A promise", now=NOW)
    retract_commitment(one, reason="Never made.", now=NOW + DAY)
    assert titles_then(NOW.date()) == ["A promise"]
    [told] = as_published(Commitment.objects.filter(pk=one.pk), last_change_by(NOW.date()))
    assert told.is_public


def test_an_address_of_then_goes_before_who_has_it_today() -> None:
    one = make.published_commitment(slug="first", now=NOW)
    amend(one, values={"slug": "moved"}, now=NOW + DAY)
    other = make.published_commitment(slug="other", now=NOW)
    amend(other, values={"slug": "first"}, now=NOW + 2 * DAY)
    public, known = public_commitments(), last_change_by(NOW.date())
    assert find(public, "first", known) == one
    assert find(public, "moved", known) == one
    assert find(public, "first", None) == other
    assert find(public, "never", known) is None


def test_names_are_sorted_as_they_were() -> None:
    topics = [make.make_topic(name=name) for name in ("Alpha", "Beta")]
    make.published_commitment(topics=topics, now=NOW)
    amend(topics[0], values={"name": "Zeta"}, now=NOW + DAY)
    assert [t.pk for t in public_topics()] == [topics[1].pk, topics[0].pk]
    assert [t.pk for t in public_topics(Viewpoint(TODAY, known_at=NOW.date()))] == [
        t.pk for t in topics
    ]


def test_meetings_of_a_state_are_those_that_were_in_it() -> None:
    meeting = make.published_meeting(state="planned", date="2026-12-01", now=NOW)
    amend(meeting, values={"state": "cancelled"}, now=NOW + DAY)
    known = last_change_by(NOW.date())
    assert Meeting.objects.filter(equals_q(Meeting, "state", known, ["planned"])).exists()
    assert not Meeting.objects.filter(equals_q(Meeting, "state", None, ["planned"])).exists()


# -- Filters, both ways ------------------------------------------------------------------------


@pytest.fixture
def grown() -> Grown:
    return grown_register()


MOMENTS = [
    {"as_of": AS_OF},
    {"known_at": KNOWN_AT},
    {"as_of": AS_OF, "known_at": KNOWN_AT},
    {"as_of": TODAY, "known_at": TODAY},
]


def asked(**values: Any) -> CommitmentFilter:
    params = QueryDict(mutable=True)
    params.update({name: str(value) for name, value in values.items()})
    found = CommitmentFilter(params, today=TODAY)
    assert found.is_valid(), found.errors
    return found


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_choice_finds_as_many_as_it_says(grown: Grown, moment: dict[str, Any]) -> None:
    """The counts come from bit sets, and what a choice finds from the database."""
    found = asked(**moment)
    sets = Matches(found, facet_bitsets_at(log_head(), found.viewpoint))
    assert sets.keys_between(0, len(sets)) == list(found.qs.values_list("pk", flat=True))
    assert sets.headline() == headline(found.qs, found.viewpoint)
    total = 0
    for facet in BY_VALUE:
        values = [value for value, _label in found.choices(facet)]
        told = sets.counts(facet, values)
        for value in values:
            assert told[value] == asked(**moment, **{facet: value}).qs.count(), (facet, value)
        total += sum(told.values())
    assert total > 10


@pytest.mark.parametrize("noun", ["topic", "party", "forum", "meeting"])
def test_a_filter_takes_the_address_of_then_and_of_today(grown: Grown, noun: str) -> None:
    for marker in (THEN, SAID):
        found = asked(known_at=KNOWN_AT, **{noun: f"{marker}-{noun}"})
        assert grown.commitment in found.qs, marker
        sets = Matches(found, facet_bitsets_at(log_head(), found.viewpoint))
        assert grown.commitment in sets[:9], marker
    assert SAID not in sentence(asked(known_at=KNOWN_AT, **{noun: f"{THEN}-{noun}"}))
    assert THEN in sentence(asked(known_at=KNOWN_AT, **{noun: f"{THEN}-{noun}"}))


@pytest.mark.parametrize(
    ("words", "moment", "is_found"),
    [
        # Of the title, a name that was taken back, and an update that was retracted since.
        (f'"commitment {THEN}"', {}, False),
        (f'"commitment {THEN}"', {"known_at": KNOWN_AT}, True),
        (f'"alias {THEN}"', {"known_at": KNOWN_AT}, True),
        (f'"began {THEN}"', {"known_at": KNOWN_AT}, True),
        (f'"began {THEN}"', {"as_of": AS_OF}, False),
        (SAID, {"known_at": KNOWN_AT}, False),
        (SAID, {"as_of": AS_OF}, True),
        (HAPPENED, {"as_of": AS_OF}, False),
        # A name that came with an update belongs to the day of that update.
        (f'"name {HAPPENED}"', {"as_of": AS_OF}, False),
        (f'"name {HAPPENED}"', {"as_of": dt.date(2026, 1, 10)}, True),
        (HAPPENED, {"known_at": KNOWN_AT}, True),
        (HAPPENED, {"as_of": AS_OF, "known_at": KNOWN_AT}, False),
        (f"{THEN} {HAPPENED}", {"known_at": KNOWN_AT}, True),
        (f"{THEN} {SAID}", {"known_at": KNOWN_AT}, False),
    ],
)
def test_search_looks_at_the_words_of_then(
    grown: Grown, words: str, moment: dict[str, Any], is_found: bool
) -> None:
    found = asked(q=words, **moment)
    assert (grown.commitment in found.qs) is is_found
    sets = Matches(found, facet_bitsets_at(log_head(), found.viewpoint))
    assert (grown.commitment.pk in sets.keys_between(0, len(sets))) is is_found


def test_short_words_are_looked_for_in_the_names_of_then() -> None:
    one = make.published_commitment(title="The xq plan", now=NOW)
    amend(one, values={"title": "The yz plan"}, now=NOW + DAY)
    then, now = {"known_at": NOW.date()}, {}
    for words, moment, is_found in (("xq", then, 1), ("yz", then, 0), ("xq", now, 0)):
        params = QueryDict(mutable=True)
        params.update({"q": words, **{n: str(v) for n, v in moment.items()}})
        found = CommitmentFilter(params, today=NOW.date() + DAY)
        assert found.qs.count() == is_found, words


def test_titles_are_sorted_and_changes_dated_as_they_were() -> None:
    listed = [make.published_commitment(title=title, now=NOW) for title in ("A", "B")]
    amend(listed[1], values={"summary": "Else."}, now=NOW + DAY)
    amend(listed[0], values={"title": "C"}, now=NOW + 2 * DAY)

    def order(sort: str, **moment: dt.date) -> list[int]:
        params = QueryDict(mutable=True)
        params.update({"sort": sort, **{n: str(v) for n, v in moment.items()}})
        return [c.pk for c in CommitmentFilter(params, today=NOW.date() + 3 * DAY).qs]

    one, other = (c.pk for c in listed)
    assert order("title") == [other, one]
    assert order("title", known_at=NOW.date()) == [one, other]
    assert order("-updated") == [one, other]
    assert order("-updated", known_at=NOW.date() + DAY) == [other, one]


def test_a_look_back_takes_as_many_queries_for_more_rows() -> None:
    taken = []
    for number in (1, 30):
        for _ in range(number):
            topic = make.make_topic()
            parent = make.published_commitment(topics=[topic], now=NOW)
            part = make.published_commitment(topics=[topic], now=NOW)
            values = {"title": "Other", "topics": [], "part_of": parent, "related": [parent]}
            amend(part, values=values, now=NOW + DAY)
            amend(topic, values={"name": f"Other {topic.pk}"}, now=NOW + DAY)
        moment = Viewpoint(NOW.date() + DAY, known_at=NOW.date())
        with CaptureQueriesContext(connection) as queries:
            told = rows(public_commitments(moment), moment)
        assert "Other" not in {row.title for row in told}
        taken.append(len(queries))
    assert taken[0] == taken[1] <= 10
