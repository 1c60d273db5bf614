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

from tracker.dashboard.structured_data import commitment_data
from tracker.lib.partial_dates import PartialDate
from tracker.lib.recent import Recent
from tracker.models import Commitment, Instrument, Party
from tracker.queries.change_lines import Line, newest_lines
from tracker.queries.commitment_reading import Reading
from tracker.queries.crosswalk import crosswalk_of
from tracker.queries.history import Step
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


def sections(request: HttpRequest, reading: Reading, *, title: str) -> Sections:
    """What a reading says, written once for a language and a site."""
    if reading.rows is None:
        return _write(request, reading, title=title)
    site = f"{request.scheme}://{request.get_host()}"
    said = (get_language(), site, title, reading.rows)
    key = hashlib.sha256(repr(said).encode()).digest()
    return _KEPT.get(key) or _KEPT.keep(key, _write(request, reading, title=title))


def _write(request: HttpRequest, reading: Reading, *, title: str) -> Sections:
    record, told = reading.surrounded(), reading.history.told()
    position = position_of(record)
    published = [_published(line) for line in newest_lines(reading.lines)]
    targets = stated_targets(told.steps)
    own_steps = _own_steps(record, told.steps)
    context = {
        "commitment": record,
        "position": position,
        "history": told,
        "ladder": ladder(told.steps),
        "targets": targets,
        "own_steps": own_steps,
        "published": published,
        "crosswalk": crosswalk_of(stage=position.stage, assessment=position.assessment),
    }
    return Sections(
        facts=render_to_string("dashboard/commitment/_facts.html", context),
        context=render_to_string("dashboard/_commitment_context.html", context),
        told=render_to_string("dashboard/commitment/_told.html", context),
        has_own_steps=bool(own_steps),
        targets=[each.target for each in targets],
        last_recorded_at=published[0].line.change.recorded_at if published else None,
        structured_data=commitment_data(request, record, told, title=title),
    )


@dataclass(frozen=True, slots=True)
class Published:
    """One line of the log: on which day this register said what."""

    line: Line
    said: str
    day: dt.date


def _published(line: Line) -> Published:
    said = line.title.removeprefix(f"{line.subject}: ")
    return Published(line, said, timezone.localdate(line.change.recorded_at))


def _own_steps(record: Commitment, steps: Sequence[Step]) -> list[tuple[Party, list[Step]]]:
    """Each party with what it did alone, newest first; nothing where nobody is expected to."""
    own: dict[Party, list[Step]] = {party: [] for party in record.parties.all()}
    for step in reversed(steps):
        if step.update.party is not None:
            own.setdefault(step.update.party, []).append(step)
    # Agreements are brought into force by each party at home, so there its silence is shown.
    is_expected = record.instrument == Instrument.AGREEMENT or any(own.values())
    return list(own.items()) if is_expected else []
