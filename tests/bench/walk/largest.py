"""The records about which there is most to say, and the pages furthest from the first."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Model, QuerySet

from tracker.api.parameters import MOST_PER_PAGE
from tracker.dashboard.sitemap import PER_PAGE
from tracker.models import (
    Change,
    Citation,
    Commitment,
    Forum,
    Meeting,
    Party,
    Source,
    StatusUpdate,
    Topic,
)
from tracker.queries.visibility import log_head

# Of what happened and of what was recorded, a look back leaves out as little as this.
_NEARLY_ALL = 0.95


@dataclass(frozen=True, slots=True)
class Largest:
    """What the words in braces of `addresses.LINES` stand for."""

    commitment: str
    meeting: str
    source: str
    party: str
    topic: str
    forum: str
    # By the end of these days half of all updates and nearly all of them had happened.
    earlier: dt.date
    day: dt.date
    # By the end of this one nearly all of the log had been written.
    recorded: dt.date
    middle_line: int
    middle_page: int
    middle_of_log: int
    last_map: int
    last_of_api: int
    last_of_updates: int
    last_of_party: int

    def address(self, line: str) -> str:
        """Return the address that a line of `addresses.LINES` stands for."""
        return line.format(**asdict(self))


def largest() -> Largest:
    """Find them in a register that is not empty; this reads whole tables."""
    updates = StatusUpdate.objects.published()
    days = updates.exclude(happened_first_day=None).order_by("happened_first_day")
    happened = days.values_list("happened_first_day", flat=True)
    head = log_head().seq
    nearly_last = Change.objects.get(seq=max(1, int(head * _NEARLY_ALL)))
    party = _most(Party, Commitment.parties.through._base_manager.all(), "party")
    commitments = Commitment.objects.public().count()
    of_party = updates.filter(commitment__parties=party).count()
    return Largest(
        commitment=_most(Commitment, updates, "commitment").slug,
        meeting=_most(Meeting, updates.exclude(meeting=None), "meeting").slug,
        source=_most(Source, Citation.objects.all(), "source").slug,
        party=party.slug,
        topic=_most(Topic, Commitment.topics.through._base_manager.all(), "topic").slug,
        forum=_most(Forum, updates.exclude(meeting__forum=None), "meeting__forum").slug,
        earlier=happened[happened.count() // 2],
        day=happened[int(happened.count() * _NEARLY_ALL)],
        recorded=nearly_last.recorded_at.date(),
        middle_line=max(1, head // 2),
        middle_page=_pages(commitments, 2 * settings.ROWS_PER_PAGE),
        middle_of_log=_pages(head, 2 * settings.ROWS_PER_PAGE),
        last_map=_pages(commitments, PER_PAGE),
        last_of_api=_pages(commitments, MOST_PER_PAGE),
        last_of_updates=_pages(updates.count(), MOST_PER_PAGE),
        last_of_party=_pages(of_party, settings.ROWS_PER_PAGE),
    )


def _most(model: type[Model], rows: QuerySet[Any], relation: str) -> Any:
    """Return the record to which most of the rows are related."""
    counted = rows.order_by().values_list(relation).annotate(n=Count("pk"))
    key, _number = counted.order_by("-n", relation)[0]
    return model._base_manager.get(pk=key)


def _pages(rows: int, per_page: int) -> int:
    return max(1, -(-rows // per_page))
