"""A small register in which every column of the files has something to say, the same each time."""

from __future__ import annotations

import datetime as dt

from tests.make import (
    NOW,
    make_alias,
    make_citation,
    make_commitment,
    make_forum,
    make_source,
    make_topic,
    make_update,
    published_commitment,
    published_correction,
    published_meeting,
    published_update,
)
from tracker.actions.correct import retract_update
from tracker.actions.publishing.publish import publish_commitment, publish_update
from tracker.models import Assessment, Commitment, Firmness, Instrument, Meeting, Source, Stage

LATER = NOW + dt.timedelta(hours=1)


def publish_small_register() -> None:
    statement = make_source(
        slug="statement", title="Joint statement", url="https://example.org/statement"
    )
    first = published_meeting(
        slug="first-meeting",
        title="First meeting",
        forum=make_forum(slug="ministerial", name="Ministerial"),
        date="2025-02-25",
        sources=[statement],
    )
    _dialogue(statement, first)
    _agreement(statement, first)


def _dialogue(statement: Source, first: Meeting) -> None:
    dialogue = published_commitment(
        reference="CAN-KOR-2025-001",
        slug="dialogue",
        title='=HYPERLINK("https://example.org","Launch a dialogue")',
        summary="Two words, “quoted”;\nand a second line.",
        instrument=Instrument.DIALOGUE,
        happened="2025",
        target="at the earliest opportunity",
        firmness=Firmness.ASPIRATION,
        quotation="- keen to launch",
        source=statement,
        meeting=first,
    )
    mistake = published_update(dialogue, stage=Stage.IN_EFFECT, source=statement)
    retract_update(mistake, reason="Another dialogue.", now=NOW)


def _agreement(statement: Source, first: Meeting) -> None:
    report = make_source(
        slug="report",
        title="+1 for the agreement",
        publisher="A newspaper",
        url="",
        published_on="2026-03",
    )
    agreement = make_commitment(
        reference="CAN-KOR-2025-002",
        slug="agreement",
        title="Sign an agreement",
        topics=[make_topic(slug="cyber", name="Cyber"), make_topic(slug="space", name="Space")],
        first_stated_at=first,
        last_checked_on=dt.date(2026, 11, 1),
    )
    agreement.related.set([_reference("CAN-KOR-2025-001")])
    agreement.part_of_id = agreement.supersedes_id = _reference("CAN-KOR-2025-001")
    agreement.save()
    make_alias(agreement, name="GSOMIA")
    make_alias(agreement, name="군사정보보호협정", language="ko", note="The Korean name.")
    announced = make_update(
        commitment=agreement,
        happened="2025-02-25",
        meeting=first,
        firmness=Firmness.FIRM,
        target="2026",
        source=statement,
    )
    publish_commitment(agreement, first_update=announced, now=NOW)
    wrong = published_update(
        agreement, happened="2026-02-25", stage=Stage.CONCLUDED, source=statement
    )
    published_correction(
        wrong,
        stage=Stage.SIGNED,
        assessment=Assessment.ON_TRACK,
        target="2026-10-31",
        quotation="=signed",
        source=statement,
        now=LATER,
    )
    own_step = make_update(
        commitment=agreement,
        party=agreement.parties.get(code="CAN"),
        happened="2026-03",
        stage=Stage.IN_EFFECT,
        rationale="@Canada: tabled.",
        source=statement,
        quotation="",
    )
    make_citation(own_step, source=report, quotation="tabled", locator="")
    publish_update(own_step, now=LATER)


def _reference(reference: str) -> int:
    return Commitment.objects.get(reference=reference).pk
