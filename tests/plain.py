"""What each filter means, told a second time in plain Python over everything in memory.

Nothing here uses the queries or the filter set: it is what they are held against.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Prefetch

from tracker.lib.folding import fold, fold_apart
from tracker.lib.partial_dates import PartialDate
from tracker.models import Commitment, Meeting, StatusUpdate

DELIVERED = {"in_effect", "completed"}
ENDED = {"superseded", "withdrawn"}
Params = dict[str, list[str]]


@dataclass
class Standing:
    """One commitment as it stood on a day."""

    commitment: Commitment
    stage: str = ""
    assessment: str = ""
    firmness: str = ""
    target: PartialDate | None = None
    slipped: bool = False
    updated: dt.date = dt.date.min
    last_meeting: Meeting | None = None
    series_met: dt.date = dt.date.min
    mentioned_at: set[str] = field(default_factory=set)
    forums: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        closed = {"delivered", "delivered_late", "abandoned"}
        return self.stage not in DELIVERED | ENDED and self.assessment not in closed


def standing(commitment: Commitment, day: dt.date) -> Standing | None:
    counting = [
        u
        for u in commitment.updates.all()
        if u.published_seq and not hasattr(u, "revision") and u.happened.first_day <= day
    ]
    if not counting:
        return None
    told = Standing(commitment)
    ends: list[dt.date] = []
    for u in sorted(counting, key=lambda u: (u.happened.first_day, u.happened.last_day, u.number)):
        take(told, u, ends)
    return told


def take(told: Standing, update: StatusUpdate, ends: list[dt.date]) -> None:
    if update.party_id is None or not told.stage:
        told.stage, told.assessment = update.stage, update.assessment
    told.firmness = update.firmness or told.firmness
    if update.target is not None:
        told.target = update.target
    if told.target is not None and told.target.last_day is not None:
        told.slipped = any(told.target.last_day > end for end in ends)
        ends.append(told.target.last_day)
    told.updated = max(told.updated, update.happened.last_day)
    if update.meeting is not None:
        told.last_meeting = update.meeting
        told.mentioned_at.add(update.meeting.slug)
        if update.meeting.forum is not None:
            told.forums.add(update.meeting.forum.slug)
            if update.meeting.forum == told.commitment.series:
                told.series_met = max(told.series_met, update.happened.last_day)


def months_before(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError


def flag(told: Standing, day: dt.date, meetings: list[Meeting]) -> None:
    end = told.target.last_day if told.target else None
    if told.slipped:
        told.flags.add("slipped")
    if (told.stage, told.commitment.instrument) == ("signed", "agreement"):
        told.flags.add("awaiting_entry_into_force")
    if not told.is_open:
        return
    if end is not None and end < day:
        told.flags.add("overdue")
    if end is not None and day <= end <= day + dt.timedelta(days=90):
        told.flags.add("due_soon")
    mention, series = told.last_meeting, told.commitment.series
    cadence = series.cadence_months if series else None
    if not cadence and mention is not None and mention.forum is not None:
        cadence = mention.forum.cadence_months
    if told.updated <= months_before(day, max(12, math.ceil((cadence or 0) * 1.5))):
        told.flags.add("quiet")
    since = told.updated
    if series is not None and series.cadence_months:
        met = told.series_met if told.series_met > dt.date.min else told.updated
        since = max(since, months_before(met, -series.cadence_months), end or dt.date.min)
    if mention is not None and any(
        m.fully_recorded_seq
        and m.level >= mention.level
        and {p.pk for p in m.parties.all()} == {p.pk for p in mention.parties.all()}
        and since < m.date.first_day
        and m.date.last_day <= day
        for m in meetings
    ):
        told.flags.add("not_mentioned")


def mentions(commitment: Commitment, word: str) -> bool:
    """Whether a single word occurs in what is searched."""
    names = [commitment.title, commitment.reference, *(a.name for a in commitment.aliases.all())]
    quoted = [
        c.quotation
        for u in commitment.updates.all()
        if not hasattr(u, "revision")
        for c in u.citations.all()
    ]
    forms = {fold(word), fold_apart(word)}
    texts = names if min(map(len, forms)) < 3 else [*names, commitment.summary, *quoted]
    return any(form in fold(text) for text in texts for form in forms)


def holds(told: Standing, name: str, values: list[str]) -> bool:
    """Whether one parameter with these values lets a commitment through."""
    it, end = told.commitment, told.target.last_day if told.target else None
    meanings: dict[str, Callable[[], bool]] = {
        "q": lambda: all(mentions(it, word) for word in values[0].split()),
        "stage": lambda: told.stage in values,
        "assessment": lambda: told.assessment in values,
        "firmness": lambda: told.firmness in values,
        "instrument": lambda: it.instrument in values,
        "flag": lambda: bool(told.flags & set(values)),
        "topic": lambda: bool({t.slug for t in it.topics.all()} & set(values)),
        "party": lambda: bool({p.slug for p in it.parties.all()} & set(values)),
        "meeting": lambda: bool(told.mentioned_at & set(values)),
        "forum": lambda: bool(told.forums & set(values)),
        "target_after": lambda: end is not None and end >= first_day(values[0]),
        "target_before": lambda: end is not None and end <= last_day(values[0]),
        "updated_since": lambda: it.last_changed_at.date().isoformat() >= values[0],
        "as_of": lambda: True,
    }
    return meanings[name]()


def first_day(text: str) -> dt.date:
    day = PartialDate.parse(text).first_day
    assert day is not None
    return day


def last_day(text: str) -> dt.date:
    day = PartialDate.parse(text).last_day
    assert day is not None
    return day


@dataclass
class Register:
    """Everything public, in memory."""

    commitments: list[Commitment]
    meetings: list[Meeting]

    def found(self, params: Params, today: dt.date) -> list[Standing]:
        """What a filter finds, by reference."""
        day = dt.date.fromisoformat(params["as_of"][0]) if "as_of" in params else today
        result = []
        for commitment in self.commitments:
            told = standing(commitment, day)
            if told is not None:
                flag(told, day, self.meetings)
                if all(holds(told, name, values) for name, values in params.items()):
                    result.append(told)
        return result


def register() -> Register:
    public = Commitment.objects.filter(published_seq__isnull=False, retracted_seq=None)
    updates = StatusUpdate.objects.select_related("meeting__forum", "revision")
    return Register(
        list(
            public.order_by("reference").prefetch_related(
                "topics",
                "parties",
                "aliases",
                Prefetch("updates", updates),
                "updates__citations",
                "updates__meeting__parties",
            )
        ),
        list(Meeting.objects.prefetch_related("parties")),
    )
