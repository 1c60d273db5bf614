"""Template context for the sections of a commitment's page: its history and log lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker.dashboard.paging import Paging
from tracker.lib.partial_dates import PartialDate, spelled_day
from tracker.models import ChangeKind, Commitment, Instrument, Party
from tracker.queries.history import Step
from tracker.queries.log.change_summary import ChangeSummary
from tracker.queries.records.crosswalk import crosswalk_of
from tracker.queries.records.history_pages import Part
from tracker.queries.records.target_history import stated_targets
from tracker.queries.records.wording_ladder import ladder
from tracker.queries.visibility import position_of
from tracker.templatetags.register import stage_label


def sections(
    record: Commitment, part: Part, lines: Sequence[ChangeSummary], paging: Paging | None
) -> dict[str, Any]:
    """Return the context of the sections; `paging` is None for a history of one page."""
    position = position_of(record)
    steps = part.history.steps
    return {
        "history": part.history,
        "elsewhere": _elsewhere(part, paging),
        "ladder": ladder(steps, before=part.quoted_before),
        "targets": stated_targets(steps, before=part.targeted_before),
        "own_steps": _own_steps(record, part),
        "published": _published(record, lines),
        "crosswalk": crosswalk_of(stage=position.stage, assessment=position.assessment),
    }


def _published(record: Commitment, lines: Sequence[ChangeSummary]) -> SafeString:
    """Return table rows that show what the register said on which day."""
    log = escape(f"{reverse('changes')}?q=%22{record.reference.lower()}%22")
    labels = [escape(label) for label in (_("Line"), _("Recorded"), _("What it said"))]
    return SafeString("".join(_published_row(line, log, *labels) for line in lines))


def _published_row(line: ChangeSummary, log: str, number: str, recorded: str, said: str) -> str:
    change = line.change
    day = timezone.localdate(change.recorded_at)
    facts = [str(ChangeKind(change.kind).label)]
    if change.is_backfill:
        facts.append(_("back-fill"))
    if line.revised_by:
        facts.append(_("no longer counts since line %(seq)s") % {"seq": line.revised_by})
    text = line.title.removeprefix(f"{line.subject}: ")
    iso, spelled = day.isoformat(), escape(spelled_day(day))
    line_link = f'<a href="{log}#change-{change.seq}">{change.seq}</a>'
    day_link = f'<a href="?known_at={iso}"><time datetime="{iso}">{spelled}</time></a>'
    fact = f'<span class="row-facts">{escape(" · ".join(facts))}</span>'
    return f"""
          <tr>
            <th scope="row" class="number" data-label="{number}">{line_link}</th>
            <td data-label="{recorded}"><div>{day_link}</div></td>
            <td data-label="{said}"><div>{escape(text)} {fact}</div></td>
          </tr>
        """


def _elsewhere(part: Part, paging: Paging | None) -> SafeString:
    """On the first page, list the updates on other pages, each with a link.

    Feeds, files and the API link to anchors on the first page, so every update needs one there.
    """
    if paging is None or paging.page.number != 1:
        return SafeString()
    hrefs = {number: escape(paging.href(number)) for number in paging.page.paginator.page_range}
    revised = escape(f" · {_('no longer counts')}")
    # Few days and stages repeat hundreds of times.
    spelled, labelled = cache(PartialDate.spelled), cache(stage_label)
    items = (
        f'<li id="update-{other.update.number}">'
        f'<a href="{hrefs[other.page]}#update-{other.update.number}">'
        f"{escape(spelled(other.update.happened))}</a> "
        f"{escape(labelled(other.update.stage))}{revised if other.is_revised else ''}"
        "</li>\n  "
        for other in part.elsewhere
    )
    return SafeString("".join(items))


@dataclass(frozen=True, slots=True)
class OwnSteps:
    """Steps of one party alone, newest first; `is_elsewhere` if only other pages show them."""

    party: Party
    steps: list[Step]
    is_elsewhere: bool


def _own_steps(record: Commitment, part: Part) -> list[OwnSteps]:
    """Return the own steps of each party, or nothing if no party is expected to act alone."""
    # Each party ratifies an agreement at home, so a party without steps is shown as well.
    if record.instrument != Instrument.AGREEMENT and not part.parties:
        return []
    own: dict[Party, list[Step]] = {party: [] for party in record.parties.all()}
    for step in reversed(part.history.steps):
        if step.update.party is not None:
            own.setdefault(step.update.party, []).append(step)
    return [
        OwnSteps(party, steps, not steps and party.pk in part.parties)
        for party, steps in own.items()
    ]
