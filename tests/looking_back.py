"""A register that grew: what it said and what had happened on a day, and all that came later.

Every text of what came later holds a marker word, so that a walk can tell a page that looks back
from one that lets the future through.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tests.make import (
    first_update,
    make_alias,
    make_citation,
    make_forum,
    make_party,
    make_source,
    make_topic,
    make_update,
    published_commitment,
    published_correction,
    published_meeting,
    published_note,
    published_update,
)
from tracker.actions.aliases import publish_aliases, retract_alias
from tracker.actions.amend import add_evidence, amend
from tracker.actions.correct import retract_commitment, retract_note, retract_update
from tracker.actions.publishing.publish import mark_fully_recorded, publish_update
from tracker.models import Alias, Commitment, Forum, Meeting, Note, Party, Source, Topic

# In every text of what happened after AS_OF. It was published before KNOWN_AT.
HAPPENED = "qxhappenedqx"
# In every text that was published after KNOWN_AT.
SAID = "qxsaidqx"
# In every text that was there from the beginning and is another one, or gone, today.
THEN = "qxthenqx"

AS_OF = dt.date(2025, 6, 1)
KNOWN_AT = dt.date(2026, 4, 1)
# When the first part was recorded, and when the second.
FIRST = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)

NOUNS = ("commitment", "meeting", "source", "party", "topic", "forum")


@dataclass(frozen=True, slots=True)
class Grown:
    """What the walk asks for, as rows that were loaded before anything was altered."""

    commitment: Commitment
    meeting: Meeting
    source: Source
    party: Party
    topic: Topic
    forum: Forum
    other_topic: Topic
    other_party: Party
    alias: Alias
    note: Note

    def slugs(self, *, today: bool) -> dict[str, str]:
        """The address of each noun on KNOWN_AT, or the one that it has today."""
        prefix = SAID if today else THEN
        return {noun: f"{prefix}-{noun}" for noun in NOUNS}


def grown_register() -> Grown:
    """All of it: what there was, what happened later, and what was said later."""
    grown = _first_part()
    _what_happened_later(grown)
    _what_was_said_later(grown)
    return grown


def _named(noun: str, marker: str = THEN) -> dict[str, str]:
    return {"slug": f"{marker}-{noun}", "name": f"{noun} {marker}"}


def _titled(noun: str, marker: str = THEN) -> dict[str, str]:
    return {"slug": f"{marker}-{noun}", "title": f"{noun} {marker}", "summary": f"On {marker}."}


def _source(marker: str, **values: str) -> Source:
    return make_source(
        **_titled("source", marker) | values,
        publisher=f"Publisher {marker}",
        identifier=f"No. {marker}",
        url=f"https://example.org/{marker}",
        archived_url=f"https://example.org/archived/{marker}",
    )


def _first_part() -> Grown:
    party = make_party(code="AAA", short_name=f"Short {THEN}", **_named("party"))
    other = make_party(code="BBB", slug="other-party", name="Other", short_name="Other")
    topic = make_topic(summary=f"On {THEN}.", **_named("topic"))
    lasting = make_topic(slug="lasting", name="Lasting")
    forum = make_forum(summary=f"On {THEN}.", parties=[party, other], **_named("forum"))
    source = _source(THEN, published_on="2025-02-25")
    at = {"parties": [party, other], "sources": [source], "now": FIRST}
    earlier = published_meeting(
        slug="earlier", title="Earlier meeting", forum=forum, date="2024-02-25", **at
    )
    meeting = published_meeting(
        **_titled("meeting"), forum=forum, place=f"Place {THEN}", date="2025-02-25", **at
    )
    one = published_commitment(
        **_titled("commitment"),
        reference="AAA-BBB-2025-001",
        parties=[party, other],
        topics=[topic, lasting],
        first_stated_at=earlier,
        meeting=meeting,
        happened="2025-02-25",
        target="2025-05",
        firmness="firm",
        quotation=f"will {THEN}",
        source=source,
        now=FIRST,
    )
    second = published_update(
        one,
        happened="2025-03-01",
        party=party,
        stage="negotiating",
        rationale=f"Because {THEN}.",
        quotation=f"began {THEN}",
        source=source,
        now=FIRST,
    )
    published_update(
        one, happened="2025-04-01", stage="concluded", quotation="done", source=source, now=FIRST
    )
    published_commitment(
        slug="parent", title="Parent", parties=[party, other], topics=[lasting],
        meeting=meeting, happened="2025-02-25", source=source, now=FIRST,
    )  # fmt: skip
    alias = make_alias(one, name=f"Alias {THEN}")
    publish_aliases(one, [alias], now=FIRST)
    note = published_note(
        commitment=one, text=f"Note {THEN}", author=f"Author {THEN}", source=source, now=FIRST
    )
    assert second.number == 2
    return Grown(one, meeting, source, party, topic, forum, lasting, other, alias, note)


def _what_happened_later(grown: Grown) -> None:
    """After AS_OF, and published before KNOWN_AT."""
    one, both = grown.commitment, [grown.party, grown.other_party]
    source = _source(HAPPENED, published_on="2026-01-10")
    forum = make_forum(summary=HAPPENED, parties=both, **_named("forum", HAPPENED))
    meeting = published_meeting(
        **_titled("meeting", HAPPENED), forum=forum, place=HAPPENED, parties=both,
        sources=[source], date="2026-01-10", fully_recorded=True, now=FIRST,
    )  # fmt: skip
    published_meeting(
        slug=f"{HAPPENED}-next", title=HAPPENED, forum=grown.forum, place=HAPPENED, parties=both,
        sources=[source], date="2026-01-12", fully_recorded=True, now=FIRST,
    )  # fmt: skip
    signed = make_update(
        commitment=one, happened="2026-01-10", meeting=meeting, stage="signed",
        target=f"soon {HAPPENED}", rationale=HAPPENED, quotation=f"signed {HAPPENED}",
        source=source,
    )  # fmt: skip
    alias = make_alias(one, name=f"Name {HAPPENED}", update=signed)
    publish_update(signed, now=FIRST)
    publish_aliases(one, [alias], now=FIRST)
    third = make_party(code="CCC", short_name=HAPPENED, **_named("party", HAPPENED))
    published_commitment(
        **_titled("commitment", HAPPENED),
        parties=[*both, third],
        topics=[make_topic(summary=HAPPENED, **_named("topic", HAPPENED))],
        first_stated_at=meeting,
        meeting=meeting,
        happened="2026-01-10",
        part_of=one,
        supersedes=one,
        related=[one],
        rationale=HAPPENED,
        quotation=HAPPENED,
        source=source,
        now=FIRST,
    )
    published_note(commitment=one, text=HAPPENED, author=HAPPENED, source=source, now=FIRST)
    published_note(commitment=one, text=HAPPENED, author=HAPPENED, now=FIRST)
    published_note(meeting=grown.meeting, text=HAPPENED, author=HAPPENED, now=FIRST)
    amend(
        grown.meeting, values={"sources": [grown.source, source]}, now=FIRST, significance="minor"
    )


def _what_was_said_later(grown: Grown) -> None:
    """After KNOWN_AT, of what had happened before AS_OF."""
    one, both = grown.commitment, [grown.party, grown.other_party]
    source = _source(SAID, slug=f"{SAID}-second-source", published_on="2025-02-26")
    forum = make_forum(parties=both, **_named("forum", SAID) | {"slug": f"{SAID}-second-forum"})
    meeting = published_meeting(
        slug=f"{SAID}-second-meeting", title=SAID, place=SAID, forum=forum, parties=both,
        sources=[source], date="2025-03-20", now=LATER,
    )  # fmt: skip
    third = make_party(code="DDD", short_name=SAID, slug=f"{SAID}-third", name=SAID)
    topic = make_topic(slug=f"{SAID}-second-topic", name=f"A {SAID}", summary=SAID)
    published_update(
        one, happened="2025-03-20", meeting=meeting, stage="concluded", target=f"soon {SAID}",
        rationale=SAID, quotation=SAID, source=source, now=LATER,
    )  # fmt: skip
    add_evidence(
        make_citation(first_update(one), save=False, quotation=SAID, source=source), now=LATER
    )
    new = published_commitment(
        slug=f"{SAID}-second", title=SAID, summary=SAID, parties=[*both, third], topics=[topic],
        meeting=meeting, happened="2025-03-20", part_of=one, supersedes=one, related=[one],
        rationale=SAID, quotation=SAID, source=source, now=LATER,
    )  # fmt: skip
    published_correction(
        one.updates.get(number=3), stage="concluded", reason=SAID, rationale=SAID, quotation=SAID,
        source=source, now=LATER,
    )  # fmt: skip
    retract_update(one.updates.get(number=2), reason=SAID, now=LATER)
    publish_aliases(one, [make_alias(one, name=SAID, note=SAID)], now=LATER)
    retract_alias(grown.alias, now=LATER)
    published_note(commitment=one, text=SAID, author=SAID, source=source, now=LATER)
    published_note(meeting=grown.meeting, text=SAID, author=SAID, now=LATER)
    mark_fully_recorded(grown.meeting, now=LATER)
    _amend_everything(grown, new=new, meeting=meeting, topic=topic, third=third, source=source)
    gone = Commitment.objects.get(slug="parent")
    retract_commitment(gone, reason=SAID, now=LATER)


def _amend_everything(
    grown: Grown, *, new: Commitment, meeting: Meeting, topic: Topic, third: Party, source: Source
) -> None:
    one = grown.commitment
    amend(
        one,
        values={
            **_titled("commitment", SAID),
            "instrument": "exercise",
            "topics": [grown.other_topic, topic],
            "parties": [grown.other_party, third],
            "first_stated_at": meeting,
            "part_of": None,
            "related": [new, Commitment.objects.get(slug="parent")],
            "last_checked_on": dt.date(2026, 5, 31),
        },
        reason=SAID,
        now=LATER,
    )
    amend(
        grown.meeting,
        values={
            **_titled("meeting", SAID),
            "place": SAID,
            "sources": [*grown.meeting.sources.all(), source],
        },
        reason=SAID,
        now=LATER,
    )
    of_source = {"publisher": SAID, "identifier": SAID, "url": f"https://example.org/{SAID}"}
    amended = {
        grown.source: {**_titled("source", SAID), **of_source},
        grown.party: {**_named("party", SAID), "short_name": SAID},
        grown.topic: {**_named("topic", SAID), "summary": SAID},
        grown.forum: {
            **_named("forum", SAID),
            "summary": SAID,
            "parties": [grown.party, grown.other_party, third],
        },
        grown.note: {"text": SAID, "author": SAID},
    }
    for record, values in amended.items():
        amend(record, values=values, reason=SAID, now=LATER)
    retract_note(grown.note, reason=SAID, now=LATER)
