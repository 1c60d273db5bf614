"""A history that is too long for one page: what is told on which, so that none says a wrong thing.

Of every update some columns are read, and in full only those of one page, with the few earlier ones
that their wording is set against.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.conf import settings

from tracker.lib.partial_dates import PartialDate
from tracker.models import Commitment, SourceKind, StatusUpdate
from tracker.queries.history import (
    History,
    Step,
    Wording,
    history_of,
    published,
    read_updates,
    steps,
)
from tracker.queries.records.wording_ladder import FARTHEST
from tracker.queries.visibility import public_citations

_COLUMNS = (
    *("pk", "number", "happened", "stage", "assessment", "firmness", "target", "party", "corrects"),
    *("published_at", "revision__seq"),
)


# What a page tells of an update: all of its own row, and little of what stands beside it.
_SHOWN = (
    *(field.name for field in StatusUpdate._meta.concrete_fields),
    *("meeting__slug", "meeting__title", "meeting__place", "party__slug", "party__name"),
    *("corrects__number", "revision__seq", "revision__reason", "revision__update"),
    "revision__replacement__number",
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


def long_history(
    commitment: Commitment, *, as_of: dt.date | None, known: int | None
) -> LongHistory | None:
    """The history where more of it counts than a page tells; None otherwise; one query."""
    whole = LongHistory(commitment, as_of=as_of, known=known)
    return whole if len(whole.newest_first) > settings.HISTORY_PER_PAGE else None


class LongHistory:
    """Every update of a commitment by that day and that change, by its name; one query."""

    def __init__(self, commitment: Commitment, *, as_of: dt.date | None, known: int | None) -> None:
        self.commitment, self.known = commitment, known
        found = published(commitment=commitment.pk, as_of=as_of, known=known)
        # In chronological order, whether they count or not.
        self.updates = [Named(*row) for row in found.values_list(*_COLUMNS)]

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

    def quoted_before(self, page: int) -> set[int]:
        """The earlier updates whose quotations those of a page are set against, by primary key.

        One query.
        """
        quoted = (
            public_citations(known=self.known)
            .filter(update__commitment=self.commitment)
            .exclude(quotation="")
            .exclude(source__kind=SourceKind.ANALYST_NOTE)
        )
        languages: dict[int, set[str]] = defaultdict(set)
        for key, language in quoted.values_list("update", "language"):
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
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """What one page tells of a history, and what it knows of the rest."""

    history: History
    targets: Sequence[PartialDate]
    parties: frozenset[int]
    first_published_at: dt.datetime | None
    quoted_before: Sequence[Step] = ()
    targeted_before: PartialDate | None = None
    elsewhere: Sequence[Elsewhere] = ()


def read_whole(commitment: Commitment, *, as_of: dt.date | None, known: int | None) -> Part:
    """Read a history that is told on one page; two queries."""
    found = published(commitment=commitment.pk, as_of=as_of, known=known).only(*_SHOWN)
    told = history_of(read_updates(found, commitment, known=known), known=known)
    counting = [step.update for step in told.steps]
    return Part(
        history=told,
        targets=[update.target for update in counting if update.target is not None],
        parties=frozenset(u.party_id for u in counting if u.party_id is not None),
        first_published_at=min((u.published_at for u in counting if u.published_at), default=None),
    )


def read_part(whole: LongHistory, page: int) -> Part:
    """Read one page of a long history in full; three queries."""
    context = whole.quoted_before(page)
    here = [pk for pk, number in whole.pages.items() if number == page]
    found = StatusUpdate.objects.filter(pk__in=[*here, *context]).only(*_SHOWN).chronological()
    updates = read_updates(found, whole.commitment, known=whole.known)
    dated = [u.target for u in whole.before(page) if u.target and u.target.last_day]
    counting = whole.newest_first[::-1]
    return Part(
        history=history_of(
            [update for update in updates if update.pk not in context],
            known=whole.known,
            before=whole.state_before(page),
        ),
        quoted_before=steps(update for update in updates if update.pk in context),
        targeted_before=dated[-1] if dated else None,
        targets=[update.target for update in counting if update.target is not None],
        parties=frozenset(u.party_id for u in counting if u.party_id is not None),
        first_published_at=min((u.published_at for u in counting), default=None),
        elsewhere=whole.elsewhere(page),
    )
