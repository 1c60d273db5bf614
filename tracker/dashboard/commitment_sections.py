"""The parts of a commitment's page that tell only what was read of it, kept as they were written.

What was read is the name under which they are kept, so that the same rows are told once, however
often the log moves on with other commitments and at whatever address the page is asked for.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from tracker.dashboard.paging import Paging
from tracker.dashboard.structured_data import commitment_data
from tracker.lib.partial_dates import PartialDate
from tracker.lib.recent import Recent
from tracker.models import ChangeKind, Commitment, Instrument, Party
from tracker.queries.change_lines import Line, newest_lines
from tracker.queries.commitment_reading import Reading
from tracker.queries.crosswalk import crosswalk_of
from tracker.queries.history import Step
from tracker.queries.long_history import Elsewhere, Part
from tracker.queries.target_history import stated_targets
from tracker.queries.visibility import position_of
from tracker.queries.wording_ladder import ladder


@dataclass(frozen=True, slots=True)
class Sections:
    """HTML, and what the rest of the page needs to know of what it tells."""

    facts: SafeString
    context: SafeString
    told: SafeString
    has_own_steps: bool
    targets: Sequence[PartialDate]
    last_recorded_at: dt.datetime | None
    structured_data: dict[str, Any]


# Some 40 kB each.
_KEPT: Recent[Sections] = Recent(most=500)


@dataclass(frozen=True, slots=True)
class _Inputs:
    """All that the sections are made of: whatever they say comes from here, so this is the key.

    `rows` are those of the reading, and `place` what its paging says; None for a whole history.
    """

    language: str
    site: str
    place: tuple[object, ...] | None
    rows: tuple[Any, ...] | None

    def build_absolute_uri(self, path: str) -> str:
        return self.site + path

    @property
    def key(self) -> bytes:
        return hashlib.sha256(repr(self).encode()).digest()


def sections(request: HttpRequest, reading: Reading, *, paging: Paging | None) -> Sections:
    """What a reading says, written once for the same inputs.

    `paging` says which page of its history is read; None for a history that has but one.
    """
    inputs = _Inputs(
        language=get_language() or "",
        site=f"{request.scheme}://{request.get_host()}",
        place=None if paging is None else paging.said,
        rows=reading.rows,
    )
    if inputs.rows is None:  # a look back, which says more than its rows
        return _write(inputs, reading, paging=paging)
    key = inputs.key
    return _KEPT.get(key) or _KEPT.keep(key, _write(inputs, reading, paging=paging))


def _write(inputs: _Inputs, reading: Reading, *, paging: Paging | None) -> Sections:
    record, told = reading.surrounded(), reading.part
    position = position_of(record)
    lines = newest_lines(reading.lines, known=reading.known)
    story = told.history.steps
    targets = stated_targets(story, before=told.targeted_before)
    own_steps = _own_steps(record, told)
    context = {
        "commitment": record,
        "moment": reading.moment,
        "position": position,
        "history": told.history,
        "paging": paging,
        "elsewhere": _elsewhere(reading, paging),
        "ladder": ladder(story, before=told.quoted_before),
        "targets": targets,
        "own_steps": own_steps,
        "published": [_published(line) for line in lines],
        "crosswalk": crosswalk_of(stage=position.stage, assessment=position.assessment),
    }
    return Sections(
        facts=render_to_string("dashboard/commitment/_facts.html", context),
        context=render_to_string("dashboard/_commitment_context.html", context),
        told=render_to_string("dashboard/commitment/_told.html", context),
        has_own_steps=bool(own_steps),
        targets=told.targets,
        last_recorded_at=lines[0].change.recorded_at if lines else None,
        structured_data=commitment_data(inputs, record, told),
    )


@dataclass(frozen=True, slots=True)
class Published:
    """One line of the log: on which day this register said what."""

    seq: int
    said: str
    day: dt.date
    kind: str
    is_backfill: bool
    revised_by: int | None

    @property
    def iso(self) -> str:
        return self.day.isoformat()


def _published(line: Line) -> Published:
    return Published(
        seq=line.change.seq,
        said=line.title.removeprefix(f"{line.subject}: "),
        day=timezone.localdate(line.change.recorded_at),
        kind=str(ChangeKind(line.change.kind).label),
        is_backfill=line.change.is_backfill,
        revised_by=line.revised_by,
    )


def _elsewhere(reading: Reading, paging: Paging | None) -> list[tuple[Elsewhere, str]]:
    """On the first page, every update of the others with the address at which it is told.

    Feeds, files and the API lead to a place on the first page: there it is named at least.
    """
    if paging is None or paging.page.number != 1:
        return []
    hrefs = {number: paging.href(number) for number in paging.page.paginator.page_range}
    return [
        (other, f"{hrefs[other.page]}#update-{other.update.number}") for other in reading.elsewhere
    ]


@dataclass(frozen=True, slots=True)
class OwnSteps:
    """What one party did alone, newest first; `is_elsewhere`: other pages tell of more."""

    party: Party
    steps: list[Step]
    is_elsewhere: bool


def _own_steps(record: Commitment, told: Part) -> list[OwnSteps]:
    """Of each party; nothing where nobody is expected to do anything alone."""
    # Agreements are brought into force by each party at home, so there its silence is shown.
    if record.instrument != Instrument.AGREEMENT and not told.parties:
        return []
    own: dict[Party, list[Step]] = {party: [] for party in record.parties.all()}
    for step in reversed(told.history.steps):
        if step.update.party is not None:
            own.setdefault(step.update.party, []).append(step)
    return [
        OwnSteps(party, steps, not steps and party.pk in told.parties)
        for party, steps in own.items()
    ]
