"""A small register with a line of each kind, the same each time, in which any text occurs."""

from __future__ import annotations

import datetime as dt

from tests.make import (
    NOW,
    make_alias,
    make_citation,
    make_source,
    published_commitment,
    published_correction,
    published_meeting,
    published_note,
    published_update,
)
from tracker.actions.aliases import publish_aliases
from tracker.actions.amend import add_evidence, amend
from tracker.actions.correct import retract_commitment, retract_update
from tracker.actions.raise_flags import raise_flags
from tracker.models import Assessment, Change, Commitment, Firmness, Meeting, Source, Stage

HOSTILE = "]]> <script>alert(1)</script> & “quoted” 한국어"


def hours(number: int) -> dt.datetime:
    return NOW + dt.timedelta(hours=number)


def publish_small_register() -> None:
    statement = make_source(
        slug="statement",
        title="Joint statement & annex",
        publisher="Ministry <of> Foreign Affairs",
        url="https://example.org/statement?a=1&b=2",
    )
    first = published_meeting(
        slug="first-meeting",
        title="First meeting",
        place="Séoul",
        summary="Ministers met.",
        date="2025-02-25",
        sources=[statement],
        fully_recorded=True,
    )
    _agreement(statement, first)
    _taken_back(statement)
    raise_flags(now=hours(9))


def _agreement(statement: Source, first: Meeting) -> None:
    agreement = published_commitment(
        reference="CAN-KOR-2025-001",
        slug="agreement",
        title="군사정보보호협정",
        summary=HOSTILE,
        happened="2025-02-25",
        meeting=first,
        target="2026",
        firmness=Firmness.INTENT,
        quotation="협정을 <체결>하기로",
        source=statement,
    )
    mention = {"happened": "2025-06", "firmness": Firmness.FIRM, "source": statement}
    published_update(agreement, target="2026", now=hours(1), rationale=HOSTILE, **mention)
    published_update(
        agreement, happened="2025-09", target="2026-06", source=statement, now=hours(2)
    )
    wrong = published_update(
        agreement,
        happened="2026-02-25",
        stage=Stage.SIGNED,
        assessment=Assessment.ON_TRACK,
        quotation="signed",
        source=statement,
        now=hours(3),
    )
    published_correction(
        wrong,
        stage=Stage.CONCLUDED,
        reason=HOSTILE,
        quotation="concluded",
        source=statement,
        now=hours(4),
    )
    newest = agreement.updates.get(number=5)
    add_evidence(
        make_citation(newest, source=statement, save=False, quotation="", locator="annex"),
        now=hours(5),
    )
    amend(agreement, values={"title": "군사정보보호협정 (GSOMIA)"}, reason="A name.", now=hours(5))
    publish_aliases(
        agreement, [make_alias(agreement, name="GSOMIA & more", language="en")], now=hours(5)
    )
    amend(statement, values={"archived_url": "https://example.org/archived"}, now=hours(5))
    published_note(
        key="remark",
        commitment=Commitment.objects.get(pk=agreement.pk),
        source=make_source(slug="column", title="A column", kind="analyst_note"),
        text=f"*Slow*, and {HOSTILE}",
        now=hours(6),
    )


def _taken_back(statement: Source) -> None:
    dialogue = published_commitment(
        reference="CAN-KOR-2025-002",
        slug="dialogue",
        title="Dialogue",
        happened="2026-03",
        source=statement,
        now=hours(7),
    )
    mistake = published_update(
        dialogue, happened="2026-05", stage=Stage.IN_EFFECT, source=statement, now=hours(7)
    )
    retract_update(mistake, reason="Another dialogue.", now=hours(8))
    never = published_commitment(
        reference="CAN-KOR-2025-003",
        slug="never",
        title="Never promised",
        happened="2026-03",
        source=statement,
        now=hours(8),
    )
    retract_commitment(never, reason="Nobody said so.", now=hours(8))


def log() -> list[Change]:
    return list(Change.objects.order_by("-seq"))
