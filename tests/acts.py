"""Every act that alters what is said of one commitment, one after another.

For tests that compare, after each, what is kept with what is made anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.make import (
    NOW,
    both_parties,
    first_update,
    make_alias,
    make_citation,
    make_commitment,
    make_topic,
    published_commitment,
    published_correction,
    published_meeting,
    published_note,
    published_update,
)
from tracker.actions.aliases import publish_aliases, retract_alias
from tracker.actions.amend import add_evidence, amend
from tracker.actions.correct import retract_note, retract_update
from tracker.models import Commitment, Stage


def every_act(told: list[Commitment]) -> Iterator[str]:
    """Do one after another and name each when it is done; the commitment is put into `told`."""
    topic, meeting = make_topic(slug="cyber"), published_meeting(date="2025-02-10")
    one = published_commitment(
        topics=[topic],
        meeting=meeting,
        happened="2025-02-10",
        target="2026-03",
        quotation="will",
    )
    told.append(one)
    yield "published"
    source = first_update(one).citations.get().source
    other = published_update(
        one, happened="2026-01-10", stage=Stage.SIGNED, source=source, quotation="will sign"
    )
    yield "moved"
    published_update(one, happened="2026-02-01", party=both_parties()[0], target="2027")
    yield "one party’s own step"
    add_evidence(make_citation(other, save=False, quotation="a further word"), now=NOW)
    yield "evidence added"
    correction = published_correction(other, stage=Stage.CONCLUDED, reason="Misread.")
    yield "corrected"
    retract_update(correction, reason="Not so.", now=NOW)
    yield "retracted"
    amend(one, values={"title": "Another title", "slug": "another"}, now=NOW)
    one.refresh_from_db()
    yield "renamed"
    amend(meeting, values={"title": "Another meeting", "place": "Seoul"}, now=NOW)
    yield "meeting renamed"
    amend(source, values={"title": "Another source"}, now=NOW)
    yield "source renamed"
    amend(both_parties()[0], values={"name": "Kanada"}, now=NOW)
    amend(topic, values={"name": "Cyberspace"}, now=NOW)
    yield "party and topic renamed"
    yield from _acts_of_words(one)
    published_commitment(part_of=one, title="A part")
    published_commitment(supersedes=one, title="A successor")
    yield "given a part and a successor"
    published_meeting(date="2026-05-01", fully_recorded=True)
    yield "passed over"
    make_commitment(part_of=one, title="A draft")
    yield "a draft that nobody sees"


def _acts_of_words(one: Commitment) -> Iterator[str]:
    alias = make_alias(one, name="Der Vertrag", language="de")
    publish_aliases(one, [alias], now=NOW)
    yield "given another name"
    retract_alias(alias, now=NOW)
    yield "another name taken back"
    note = published_note(commitment=one)
    yield "commented"
    retract_note(note, reason="Not ours.", now=NOW)
    yield "comment taken back"
