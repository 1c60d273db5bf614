"""How a commitment moved: each update compared with the one before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Prefetch

from tracker.lib.partial_dates import PartialDate
from tracker.models import (
    Commitment,
    Firmness,
    Revision,
    Stage,
    StatusUpdate,
    StatusUpdateQuerySet,
)
from tracker.models.positions import ENDED_STAGES, is_delivered
from tracker.queries.as_published import as_published
from tracker.queries.visibility import public_citations, with_relations
from tracker.schema.vocabulary import Movement

# What an update did that changed nothing of how the commitment stands.
UNMOVED = (Movement.RESTATED, Movement.MENTIONED)


class Stating(Protocol):
    """What of an update says how the commitment stands."""

    @property
    def stage(self) -> str: ...
    @property
    def assessment(self) -> str: ...
    @property
    def firmness(self) -> str: ...
    @property
    def target(self) -> PartialDate | None: ...
    @property
    def party_id(self) -> int | None: ...


class Naming(Stating, Protocol):
    """What of an update says that it came with a new name."""

    @property
    def gives_name(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Wording:
    """What movement is derived from: an update's four values, or those carried to it."""

    stage: str
    assessment: str
    firmness: str = ""
    target: PartialDate | None = None

    @property
    def is_delivered(self) -> bool:
        return is_delivered(self.stage, self.assessment)

    @classmethod
    def of(cls, update: Stating) -> Wording:
        return cls(update.stage, update.assessment, update.firmness, update.target)

    def followed_by(self, update: Stating) -> Wording:
        """The state after the update: what it does not say stays as it was."""
        # One party's own step does not move what all of them did together.
        moved = self if update.party_id is not None else update
        return Wording(
            moved.stage,
            moved.assessment,
            update.firmness or self.firmness,
            update.target or self.target,
        )


def restates(update: Stating) -> bool:
    """Whether an update says how the promise was worded: how firmly, or for when."""
    return bool(update.firmness or update.target)


# An enumeration takes its time to walk.
_MOVEMENTS = list(Movement)
_STAGES = list(Stage)
_FIRMNESS = ["", *Firmness.values]


def _stage_movement(before: str, after: str) -> Movement | None:
    if before == after:
        return None
    if after in ENDED_STAGES:
        return Movement.SET_BACK if after == Stage.WITHDRAWN else None
    ahead = _STAGES.index(Stage(after)) > _STAGES.index(Stage(before)) or before in ENDED_STAGES
    return Movement.ADVANCED if ahead else Movement.SET_BACK


def _target_movement(before: PartialDate | None, after: PartialDate | None) -> Movement | None:
    """A first date, or a more precise one inside the old, binds more; another date reschedules."""
    if after is None or after.last_day is None or after.first_day is None:
        return None
    if before is None or before.last_day is None or before.first_day is None:
        return Movement.STRENGTHENED
    if (after.first_day, after.last_day) == (before.first_day, before.last_day):
        return None
    inside = before.first_day <= after.first_day and after.last_day <= before.last_day
    return Movement.STRENGTHENED if inside else Movement.RESCHEDULED


def movements(
    before: Wording | None, after: Wording, *, is_restated: bool = True
) -> list[Movement]:
    """What happened between two states of one commitment; never empty.

    Firmness is compared only where both updates say something about it: silence on the wording is
    no weakening, and where `is_restated` is false (see `restates`) no restatement either.
    """
    if before is None:
        return [Movement.NEW]
    found: set[Movement | None] = {
        _stage_movement(before.stage, after.stage),
        _target_movement(before.target, after.target),
    }
    if after.is_delivered and not before.is_delivered:
        found = (found - {Movement.ADVANCED}) | {Movement.DELIVERED}
    if before.firmness and after.firmness and before.firmness != after.firmness:
        firmer = _FIRMNESS.index(after.firmness) > _FIRMNESS.index(before.firmness)
        found.add(Movement.STRENGTHENED if firmer else Movement.WEAKENED)
    unmoved = Movement.RESTATED if is_restated else Movement.MENTIONED
    return [movement for movement in _MOVEMENTS if movement in found] or [unmoved]


def movements_of(update: Naming, before: Wording | None, after: Wording) -> list[Movement]:
    """What an update did between two states, a new name included."""
    found = movements(before, after, is_restated=restates(update))
    if before is None or not update.gives_name:
        return found
    told = {*found, Movement.RENAMED} - set(UNMOVED)
    return [movement for movement in _MOVEMENTS if movement in told]


@dataclass(frozen=True, slots=True)
class Step:
    """One update in its place in the story."""

    update: StatusUpdate
    movements: list[Movement]
    before: Wording | None
    after: Wording


def steps(updates: Iterable[StatusUpdate], *, before: Wording | None = None) -> list[Step]:
    """Tell the story of effective updates given in chronological order.

    `before` is the state that they found; None where they begin the story.
    """
    told: list[Step] = []
    state = before
    for update in updates:
        found = state
        state = Wording.of(update) if found is None else found.followed_by(update)
        moved = movements_of(update, found, state)
        if update.corrects_id is not None:
            moved = [Movement.CORRECTED, *moved]
        told.append(Step(update, moved, found, state))
    return told


@dataclass(frozen=True, slots=True)
class History:
    """A commitment's story and, apart from it, what was corrected or retracted."""

    steps: Sequence[Step]
    revised: Sequence[StatusUpdate]


def published(*, commitment: int, as_of: dt.date | None, known: int | None) -> StatusUpdateQuerySet:
    """What was published about a commitment by that day and that change, in order of time."""
    found = StatusUpdate.objects.published(known=known).filter(commitment=commitment)
    if as_of is not None:
        found = found.filter(happened_first_day__lte=as_of)
    return found.chronological()


def read_updates(
    updates: StatusUpdateQuerySet, commitment: Commitment, *, known: int | None
) -> list[StatusUpdate]:
    """Updates of a commitment with their citations, as published by change `known`.

    Two queries, and more to look back.
    """
    # A full text is long, and none is shown where it is cited.
    cited = public_citations(known=known).order_by("pk").defer("source__text")
    found = with_relations(updates).prefetch_related(Prefetch("citations", queryset=cited))
    read = as_published(found, known)
    for update in read:
        update.commitment = commitment
    return read


def history_of(
    updates: Sequence[StatusUpdate], *, known: int | None, before: Wording | None = None
) -> History:
    """The story of these updates; `before` is the state that the first of them found."""
    counting = (update for update in updates if not is_revised(update, known=known))
    return History(
        steps=steps(counting, before=before),
        revised=[update for update in updates if is_revised(update, known=known)],
    )


def history(
    commitment: Commitment, *, as_of: dt.date | None = None, known: int | None = None
) -> History:
    """Everything published about a commitment, by that day and that change."""
    found = published(commitment=commitment.pk, as_of=as_of, known=known)
    return history_of(read_updates(found, commitment, known=known), known=known)


def is_revised(update: StatusUpdate, *, known: int | None = None) -> bool:
    """Whether the update was corrected or retracted, by change number `known` where given."""
    revision: Revision | None = getattr(update, "revision", None)
    return revision is not None and (known is None or revision.seq <= known)
