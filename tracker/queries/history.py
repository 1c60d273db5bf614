"""The history of a commitment: each update compared with the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Prefetch, TextChoices
from django.utils.translation import gettext_lazy as _

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
from tracker.queries.viewpoint import PRESENT, Viewpoint
from tracker.queries.visibility import public_citations, with_relations
from tracker.schema.vocabulary import Movement

# Movements of an update that left the commitment's position unchanged.
UNMOVED = (Movement.RESTATED, Movement.MENTIONED)


class Stating(Protocol):
    """The fields of an update that set the commitment's position."""

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
    """The same fields, and whether the update gave the commitment a new name."""

    @property
    def gives_name(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Wording:
    """The four values that movements are derived from, stated by an update or carried over."""

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
        """Return the state after the update; values that it does not state are carried over."""
        # A step by one party alone does not change the stage of the joint commitment.
        moved = self if update.party_id is not None else update
        return Wording(
            moved.stage,
            moved.assessment,
            update.firmness or self.firmness,
            update.target or self.target,
        )


def restates(update: Stating) -> bool:
    """Whether an update states how firm the promise is, or its target date."""
    return bool(update.firmness or update.target)


# Listed once, because iterating over an enumeration is slow.
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


class TargetMove(TextChoices):
    """How a stated target differs from the one stated before it."""

    FIRST = "first", _("First date")
    WORDS = "words", _("Words, no date")
    SAME = "same", _("The same")
    NARROWED = "narrowed", _("More precise")
    WIDENED = "widened", _("Less precise")
    LATER = "later", _("Later")
    EARLIER = "earlier", _("Earlier")


def target_move(before: PartialDate | None, after: PartialDate) -> tuple[TargetMove, int]:
    """Compare a target with the last dated one; return also the days its end moved by."""
    if after.first_day is None or after.last_day is None:
        return TargetMove.WORDS, 0
    if before is None or before.first_day is None or before.last_day is None:
        return TargetMove.FIRST, 0
    days = (after.last_day - before.last_day).days
    if (before.first_day, before.last_day) == (after.first_day, after.last_day):
        return TargetMove.SAME, 0
    if before.first_day <= after.first_day and after.last_day <= before.last_day:
        return TargetMove.NARROWED, days
    if after.first_day <= before.first_day and before.last_day <= after.last_day:
        return TargetMove.WIDENED, days
    # Neither period contains the other here, so both ends moved in the same direction.
    return (TargetMove.LATER, days) if days > 0 else (TargetMove.EARLIER, days)


# A first date, or a more precise one within the old, strengthens; any other reschedules.
_TARGET_MOVEMENTS = {
    TargetMove.FIRST: Movement.STRENGTHENED,
    TargetMove.NARROWED: Movement.STRENGTHENED,
    TargetMove.WIDENED: Movement.RESCHEDULED,
    TargetMove.LATER: Movement.RESCHEDULED,
    TargetMove.EARLIER: Movement.RESCHEDULED,
}


def _target_movement(before: PartialDate | None, after: PartialDate | None) -> Movement | None:
    return None if after is None else _TARGET_MOVEMENTS.get(target_move(before, after)[0])


def movements(
    before: Wording | None, after: Wording, *, is_restated: bool = True
) -> list[Movement]:
    """Return the movements between two states of one commitment; never empty.

    Firmness is compared only where both states have one: an update that does not state it does not
    weaken it. Where `is_restated` is false (see `restates`), it does not restate it either.
    """
    if before is None:
        return [Movement.NEW]
    moves: set[Movement | None] = {
        _stage_movement(before.stage, after.stage),
        _target_movement(before.target, after.target),
    }
    if after.is_delivered and not before.is_delivered:
        moves = (moves - {Movement.ADVANCED}) | {Movement.DELIVERED}
    if before.firmness and after.firmness and before.firmness != after.firmness:
        firmer = _FIRMNESS.index(after.firmness) > _FIRMNESS.index(before.firmness)
        moves.add(Movement.STRENGTHENED if firmer else Movement.WEAKENED)
    unmoved = Movement.RESTATED if is_restated else Movement.MENTIONED
    return [movement for movement in _MOVEMENTS if movement in moves] or [unmoved]


def movements_of(update: Naming, before: Wording | None, after: Wording) -> list[Movement]:
    """Return the movements of an update between two states, including a new name."""
    moves = movements(before, after, is_restated=restates(update))
    if before is None or not update.gives_name:
        return moves
    moved = {*moves, Movement.RENAMED} - set(UNMOVED)
    return [movement for movement in _MOVEMENTS if movement in moved]


@dataclass(frozen=True, slots=True)
class Step:
    """One update in its place in the history, with the states before and after it."""

    update: StatusUpdate
    movements: list[Movement]
    before: Wording | None
    after: Wording


def steps(updates: Iterable[StatusUpdate], *, before: Wording | None = None) -> list[Step]:
    """Return the steps of effective updates, which must be in chronological order.

    `before` is the state before the first of them; None where the history begins with them.
    """
    result: list[Step] = []
    state = before
    for update in updates:
        previous = state
        state = Wording.of(update) if previous is None else previous.followed_by(update)
        moved = movements_of(update, previous, state)
        if update.corrects_id is not None:
            moved = [Movement.CORRECTED, *moved]
        result.append(Step(update, moved, previous, state))
    return result


@dataclass(frozen=True, slots=True)
class History:
    """The steps of a commitment and, separately, its corrected and retracted updates."""

    steps: Sequence[Step]
    revised: Sequence[StatusUpdate]


def published(commitment: Commitment, viewpoint: Viewpoint) -> StatusUpdateQuerySet:
    """Return the updates of a commitment at a viewpoint, revised ones included, oldest first."""
    updates = StatusUpdate.objects.published(known=viewpoint.known).filter(commitment=commitment.pk)
    if viewpoint.as_of is not None:
        updates = updates.filter(happened_first_day__lte=viewpoint.as_of)
    return updates.chronological()


def read_updates(
    updates: StatusUpdateQuerySet, commitment: Commitment, viewpoint: Viewpoint
) -> list[StatusUpdate]:
    """Return updates of a commitment with their citations, as published at the viewpoint.

    Two queries; a few more with `known_at`.
    """
    # The full text of a source is long, and pages that cite it do not show it.
    cited = public_citations(viewpoint).order_by("pk").defer("source__text")
    related = with_relations(updates).prefetch_related(Prefetch("citations", queryset=cited))
    loaded = as_published(related, viewpoint.known)
    for update in loaded:
        update.commitment = commitment
    return loaded


def history_of(
    updates: Sequence[StatusUpdate], *, known: int | None, before: Wording | None = None
) -> History:
    """Return the history of these updates; `before` is the state before the first of them."""
    effective = (update for update in updates if not is_revised(update, known=known))
    return History(
        steps=steps(effective, before=before),
        revised=[update for update in updates if is_revised(update, known=known)],
    )


def history(commitment: Commitment, viewpoint: Viewpoint = PRESENT) -> History:
    """Return the history of a commitment at a viewpoint."""
    updates = published(commitment, viewpoint)
    return history_of(read_updates(updates, commitment, viewpoint), known=viewpoint.known)


def is_revised(update: StatusUpdate, *, known: int | None = None) -> bool:
    """Whether the update was corrected or retracted, up to change `known` where given."""
    revision: Revision | None = getattr(update, "revision", None)
    return revision is not None and (known is None or revision.seq <= known)
