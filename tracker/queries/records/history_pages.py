"""The pages of a history that is too long for one.

A few columns of every update are read. Only those of one page are loaded in full, with the few
earlier ones that their wording is compared with.
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
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_citations

_COLUMNS = (
    *("pk", "number", "happened", "stage", "assessment", "firmness", "target", "party", "corrects"),
    *("published_at", "revision__seq"),
)


# The columns that a page shows of an update: its own, and a few of related records.
_SHOWN = (
    *(field.name for field in StatusUpdate._meta.concrete_fields),
    *("meeting__slug", "meeting__title", "meeting__place", "party__slug", "party__name"),
    *("corrects__number", "revision__seq", "revision__reason", "revision__update"),
    "revision__replacement__number",
)


class Named(NamedTuple):
    """An update with the few columns read of those on other pages."""

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


def long_history(commitment: Commitment, viewpoint: Viewpoint) -> LongHistory | None:
    """Return the history if its effective updates exceed a page, or None.

    One query; none if the commitment was read with its last number, which fits on a page.
    """
    last_number: int | None = getattr(commitment, "last_number", None)
    if last_number is not None and last_number <= settings.HISTORY_PER_PAGE:
        return None
    whole = LongHistory(commitment, viewpoint)
    return whole if len(whole.newest_first) > settings.HISTORY_PER_PAGE else None


class LongHistory:
    """Every update of a commitment at a viewpoint, with a few columns; one query."""

    def __init__(self, commitment: Commitment, viewpoint: Viewpoint) -> None:
        self.commitment, self.viewpoint = commitment, viewpoint
        rows = published(commitment, viewpoint)
        # In chronological order, including revised ones.
        self.updates = [Named(*row) for row in rows.values_list(*_COLUMNS)]

    def is_revised(self, update: Named) -> bool:
        seq, known = update.revision_seq, self.viewpoint.known
        return seq is not None and (known is None or seq <= known)

    @cached_property
    def newest_first(self) -> list[Named]:
        """The effective updates, newest first, as pages show them."""
        return [update for update in reversed(self.updates) if not self.is_revised(update)]

    @cached_property
    def pages(self) -> dict[int, int]:
        """The page of each update by primary key; a revised update shares the page of the next
        effective one."""
        page, passed, pages = 1, 0, {}
        for update in reversed(self.updates):
            if not self.is_revised(update):
                page = passed // settings.HISTORY_PER_PAGE + 1
                passed += 1
            pages[update.pk] = page
        return pages

    def elsewhere(self, page: int) -> list[Elsewhere]:
        """Return the updates of other pages, newest first."""
        return [
            Elsewhere(update, self.pages[update.pk], self.is_revised(update))
            for update in reversed(self.updates)
            if self.pages[update.pk] != page
        ]

    def before(self, page: int) -> list[Named]:
        """Return the effective updates older than this page, in chronological order."""
        return self.newest_first[page * settings.HISTORY_PER_PAGE :][::-1]

    def state_before(self, page: int) -> Wording | None:
        """Return the state of the commitment before the oldest update of a page."""
        state: Wording | None = None
        for update in self.before(page):
            state = Wording.of(update) if state is None else state.followed_by(update)
        return state

    def quoted_before(self, page: int) -> set[int]:
        """Return the keys of earlier updates whose quotations a page is compared with.

        One query.
        """
        quoted = (
            public_citations(self.viewpoint)
            .filter(update__commitment=self.commitment)
            .exclude(quotation="")
            .exclude(source__kind=SourceKind.ANALYST_NOTE)
        )
        languages: dict[int, set[str]] = defaultdict(set)
        for key, language in quoted.values_list("update", "language"):
            languages[key].add(language)
        here = {pk for pk, number in self.pages.items() if number == page}
        keys: set[int] = set()
        for language in {each for pk in here for each in languages[pk]}:
            earlier = [
                update.pk
                for update in self.before(page)
                if update.party_id is None and language in languages[update.pk]
            ]
            keys.update(earlier[-FARTHEST - 1 :])
        return keys


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a history, and what it needs to know of the rest."""

    history: History
    targets: Sequence[PartialDate]
    parties: frozenset[int]
    first_published_at: dt.datetime | None
    quoted_before: Sequence[Step] = ()
    targeted_before: PartialDate | None = None
    elsewhere: Sequence[Elsewhere] = ()


def read_whole(commitment: Commitment, viewpoint: Viewpoint) -> Part:
    """Read a history that fits on one page; two queries."""
    updates = published(commitment, viewpoint).only(*_SHOWN)
    read = read_updates(updates, commitment, viewpoint)
    history = history_of(read, known=viewpoint.known)
    effective = [step.update for step in history.steps]
    return Part(
        history=history,
        targets=[update.target for update in effective if update.target is not None],
        parties=frozenset(u.party_id for u in effective if u.party_id is not None),
        first_published_at=min((u.published_at for u in effective if u.published_at), default=None),
    )


def read_part(whole: LongHistory, page: int) -> Part:
    """Read one page of a long history in full; three queries."""
    context = whole.quoted_before(page)
    here = [pk for pk, number in whole.pages.items() if number == page]
    needed = StatusUpdate.objects.filter(pk__in=[*here, *context]).only(*_SHOWN).chronological()
    updates = read_updates(needed, whole.commitment, whole.viewpoint)
    dated = [u.target for u in whole.before(page) if u.target and u.target.last_day]
    effective = whole.newest_first[::-1]
    return Part(
        history=history_of(
            [update for update in updates if update.pk not in context],
            known=whole.viewpoint.known,
            before=whole.state_before(page),
        ),
        quoted_before=steps(update for update in updates if update.pk in context),
        targeted_before=dated[-1] if dated else None,
        targets=[update.target for update in effective if update.target is not None],
        parties=frozenset(u.party_id for u in effective if u.party_id is not None),
        first_published_at=min((u.published_at for u in effective), default=None),
        elsewhere=whole.elsewhere(page),
    )
