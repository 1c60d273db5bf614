"""A history that is too long for one page: what is told on which, so that none says a wrong thing.

Of every update some columns are read, and in full only those of one page, with the few earlier ones
that their wording is set against.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet

from tracker.lib.composed import Answer, Composed, padded
from tracker.lib.partial_dates import PartialDate
from tracker.models import Citation, Commitment, SourceKind, StatusUpdate
from tracker.queries.history import (
    History,
    ReadHistory,
    Step,
    Wording,
    published,
    steps,
)
from tracker.queries.visibility import public_citations, with_relations
from tracker.queries.wording_ladder import FARTHEST

_COLUMNS = (
    *("pk", "number", "happened", "stage", "assessment", "firmness", "target", "party", "corrects"),
    *("published_at", "revision__seq"),
)


class Named(NamedTuple):
    """An update by what is said of it where it is not told in full."""

    pk: int
    number: int
    happened: PartialDate
    stage: str
    assessment: str
    firmness: str
    target: PartialDate | None
    party_id: int | None
    corrects_id: int | None
    published_at: dt.datetime
    revision_seq: int | None


class Elsewhere(NamedTuple):
    """An update of another page of the same history."""

    update: Named
    page: int
    is_revised: bool


_ALL: Composed[tuple[object, ...]] = Composed(
    lambda *, commitment, as_of, known: published(
        commitment=commitment, as_of=as_of, known=known
    ).values_list(*_COLUMNS)
)
_QUOTED: Composed[tuple[int, str]] = Composed(
    lambda *, commitment, known: (
        public_citations(known=known)
        .filter(update__commitment=commitment)
        .exclude(quotation="")
        .exclude(source__kind=SourceKind.ANALYST_NOTE)
        .values_list("update", "language")
    )
)


@cache
def _in_full(number: int) -> Composed[StatusUpdate]:
    return Composed(
        lambda **keys: with_relations(
            StatusUpdate.objects.filter(pk__in=list(keys.values())).chronological()
        )
    )


@cache
def _cited(number: int) -> Composed[Citation]:
    def make(known: int | None, **keys: int) -> QuerySet[Citation]:
        found = public_citations(known=known).filter(update__pk__in=list(keys.values()))
        return found.order_by("pk").defer("source__text")

    return Composed(make)


def long_history(
    commitment: Commitment, *, as_of: dt.date | None, known: int | None
) -> LongHistory | None:
    """The history where more of it counts than a page tells; None otherwise; two queries."""
    whole = LongHistory(commitment, as_of=as_of, known=known)
    return whole if len(whole.newest_first) > settings.HISTORY_PER_PAGE else None


class LongHistory:
    """Every update of a commitment by that day and that change, by its name; two queries."""

    def __init__(self, commitment: Commitment, *, as_of: dt.date | None, known: int | None) -> None:
        self.commitment, self.known = commitment, known
        self._all: Answer[tuple[object, ...]] = _ALL.ask(
            commitment=commitment.pk, as_of=as_of, known=known
        )
        self._quoted: Answer[tuple[int, str]] = _QUOTED.ask(commitment=commitment.pk, known=known)

    @property
    def rows(self) -> tuple[object, ...]:
        return (self._all.rows, self._quoted.rows)

    @cached_property
    def updates(self) -> list[Named]:
        """In chronological order, whether they count or not."""
        return [Named(*row) for row in self._all.records()]  # type: ignore[arg-type]

    def is_revised(self, update: Named) -> bool:
        seq = update.revision_seq
        return seq is not None and (self.known is None or seq <= self.known)

    @cached_property
    def newest_first(self) -> list[Named]:
        """The updates that count, as pages show them."""
        return [update for update in reversed(self.updates) if not self.is_revised(update)]

    @cached_property
    def pages(self) -> dict[int, int]:
        """The page of each update, by primary key: what no longer counts stands where the next
        one does that counts."""
        page, passed, found = 1, 0, {}
        for update in reversed(self.updates):
            if not self.is_revised(update):
                page = passed // settings.HISTORY_PER_PAGE + 1
                passed += 1
            found[update.pk] = page
        return found

    def elsewhere(self, page: int) -> list[Elsewhere]:
        """What other pages tell, newest first."""
        return [
            Elsewhere(update, self.pages[update.pk], self.is_revised(update))
            for update in reversed(self.updates)
            if self.pages[update.pk] != page
        ]

    def before(self, page: int) -> list[Named]:
        """What counts of the pages after this one, which is older; in chronological order."""
        return self.newest_first[page * settings.HISTORY_PER_PAGE :][::-1]

    def state_before(self, page: int) -> Wording | None:
        """How the commitment stood when the oldest update of a page found it."""
        state: Wording | None = None
        for update in self.before(page):
            state = Wording.of(update) if state is None else state.followed_by(update)
        return state

    def quoted_before(self, page: int) -> list[int]:
        """The earlier updates whose quotations those of a page are set against, by primary key."""
        languages: dict[int, set[str]] = defaultdict(set)
        for key, language in self._quoted.records():
            languages[key].add(language)
        here = {pk for pk, number in self.pages.items() if number == page}
        found: set[int] = set()
        for language in {each for pk in here for each in languages[pk]}:
            earlier = [
                update.pk
                for update in self.before(page)
                if update.party_id is None and language in languages[update.pk]
            ]
            found.update(earlier[-FARTHEST - 1 :])
        return sorted(found)


@dataclass(frozen=True, slots=True)
class Part:
    """What one page tells of a long history, and what it knows of the rest."""

    history: History
    quoted_before: Sequence[Step]
    targeted_before: PartialDate | None
    targets: Sequence[PartialDate]
    parties: frozenset[int]
    first_published_at: dt.datetime | None


def as_part(read: ReadHistory) -> Part:
    """A history that is told on one page."""
    told = read.told()
    counting = [step.update for step in told.steps]
    return Part(
        history=told,
        quoted_before=(),
        targeted_before=None,
        targets=[update.target for update in counting if update.target is not None],
        parties=frozenset(u.party_id for u in counting if u.party_id is not None),
        first_published_at=min((u.published_at for u in counting if u.published_at), default=None),
    )


@dataclass(frozen=True, slots=True)
class ReadPart:
    """What the database said of one page of a history, before it is told."""

    whole: LongHistory
    page: int
    read: ReadHistory
    quoted_before: Sequence[int]

    @property
    def rows(self) -> tuple[object, ...]:
        return (self.page, self.whole.rows, self.read.rows)

    @property
    def elsewhere(self) -> list[Elsewhere]:
        return self.whole.elsewhere(self.page)

    def told(self) -> Part:
        whole, context = self.whole, set(self.quoted_before)
        updates = self.read.records()
        here = [update for update in updates if update.pk not in context]
        dated = [u.target for u in whole.before(self.page) if u.target and u.target.last_day]
        counting = whole.newest_first[::-1]
        return Part(
            history=self.read.history_of(here, before=whole.state_before(self.page)),
            quoted_before=steps(update for update in updates if update.pk in context),
            targeted_before=dated[-1] if dated else None,
            targets=[update.target for update in counting if update.target is not None],
            parties=frozenset(u.party_id for u in counting if u.party_id is not None),
            first_published_at=min((u.published_at for u in counting), default=None),
        )


def read_part(whole: LongHistory, page: int) -> ReadPart:
    """Read one page of a history in full; two queries."""
    here = [pk for pk, number in whole.pages.items() if number == page]
    quoted = whole.quoted_before(page)
    keys = padded([*here, *quoted], to=settings.HISTORY_PER_PAGE)
    read = ReadHistory(
        commitment=whole.commitment,
        updates=_in_full(len(keys)).ask(**keys),
        citations=_cited(len(keys)).ask(known=whole.known, **keys),
        known=whole.known,
    )
    return ReadPart(whole, page, read, quoted)
