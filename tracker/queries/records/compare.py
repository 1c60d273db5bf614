"""The comparison of two days: how the position of each commitment differs.

The database computes the groups, and only the rows of one page are loaded. The movements of a row
come from `history.movements`; a test checks that the two agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    F,
    FilteredRelation,
    IntegerChoices,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from tracker.models import Commitment, Position, Stage
from tracker.models.positions import ENDED_STAGES
from tracker.models.standings import stood_q
from tracker.queries.flags import passed_over
from tracker.queries.former_values import keys_q
from tracker.queries.history import UNMOVED, Wording, movements
from tracker.queries.lists.rows import Row, rows
from tracker.queries.viewpoint import Viewpoint
from tracker.schema.vocabulary import Movement


class Difference(IntegerChoices):
    """How a commitment differs between two days; one each, chosen by `with_differences`.

    "Not mentioned" outranks the others, whatever else happened before the silence.
    """

    NEW = 1, _("New")
    MOVED = 2, _("Moved on")
    RESCHEDULED = 3, _("Rescheduled")
    DELIVERED = 4, _("Delivered")
    SET_BACK = 5, _("Set back")
    NOT_MENTIONED = 6, _("Not mentioned")
    REWORDED = 7, _("Worded otherwise")
    REASSESSED = 8, _("Assessed otherwise")
    UNCHANGED = 9, _("Unchanged")


@dataclass(frozen=True, slots=True)
class Compared:
    """One commitment on both days; `before` is None if it had not been stated by then."""

    row: Row
    difference: Difference
    before: Wording | None
    after: Wording

    @property
    def movements(self) -> list[Movement]:
        """The movements, without those that `difference` implies."""
        implied = set(UNMOVED)
        if self.difference == Difference.NEW:
            implied.add(Movement.NEW)
        return [m for m in movements(self.before, self.after) if m not in implied]


class _Earlier(Viewpoint):
    """The earlier of the two days; its positions are joined as `before`."""

    @property
    def at(self) -> str:
        return "before__"


def _differs(name: str, after: Viewpoint, before: Viewpoint) -> Q:
    return ~Q(**{after.column(name): F(before.column(name))})


def _rank(viewpoint: Viewpoint) -> Case:
    stage = viewpoint.column("stage")
    ranks = [When(**{stage: value}, then=Value(rank)) for rank, value in enumerate(Stage.values)]
    return Case(*ranks, output_field=IntegerField())


def _set_back_q(after: Viewpoint, before: Viewpoint) -> Q:
    """Match commitments withdrawn or at an earlier stage, unless reopened after an end."""
    stage = after.column("stage")
    withdrawn = Q(**{stage: Stage.WITHDRAWN}) & _differs("stage", after, before)
    return withdrawn | (
        Q(stage_rank__lt=F("stage_rank_before"))
        & ~Q(**{f"{before.column('stage')}__in": ENDED_STAGES})
    )


def _rescheduled_q(after: Viewpoint, before: Viewpoint) -> Q:
    """Match another date, except a more precise one within the old."""
    first, last = after.column("target_first_day"), after.column("target_last_day")
    was_first, was_last = before.column("target_first_day"), before.column("target_last_day")
    # With an unknown date on either side, SQL compares to NULL and does not match.
    return Q(**{f"{first}__lt": F(was_first)}) | Q(**{f"{last}__gt": F(was_last)})


def _target_strengthened_q(after: Viewpoint, before: Viewpoint) -> Q:
    first, last = after.column("target_first_day"), after.column("target_last_day")
    inside = Q(**{f"{first}__gt": F(before.column("target_first_day"))}) | Q(
        **{f"{last}__lt": F(before.column("target_last_day"))}
    )
    return inside | Q(
        **{f"{last}__isnull": False, f"{before.column('target_last_day')}__isnull": True}
    )


def _firmer_or_less_q(after: Viewpoint, before: Viewpoint) -> Q:
    """Match another firmness where both days have one."""
    unsaid = Q(**{after.column("firmness"): ""}) | Q(**{before.column("firmness"): ""})
    return _differs("firmness", after, before) & ~unsaid


def with_differences(
    commitments: QuerySet[Commitment], *, since: Viewpoint, until: Viewpoint
) -> QuerySet[Commitment]:
    """Annotate commitments at `until` with `difference`, and join their position at `since`."""
    before = _Earlier(since.today, since.as_of, since.known_at)
    here = stood_q(since.day, since.known, of="standings__")
    joined = commitments.annotate(before=FilteredRelation("standings", condition=here)).annotate(
        stage_rank=_rank(until),
        stage_rank_before=_rank(before),
        is_silenced=passed_over(until),
        was_silenced=passed_over(before),
    )
    was_there = Q(before__isnull=False)
    is_silent = Position.open_q(until.at) & Q(is_silenced=True)
    was_silent = was_there & Position.open_q(before.at) & Q(was_silenced=True)
    cases = [
        When(is_silent & ~was_silent, then=Difference.NOT_MENTIONED),
        When(~was_there, then=Difference.NEW),
        When(
            Position.delivered_q(until.at) & ~Position.delivered_q(before.at),
            then=Difference.DELIVERED,
        ),
        When(_set_back_q(until, before), then=Difference.SET_BACK),
        When(_differs("stage", until, before), then=Difference.MOVED),
        When(_rescheduled_q(until, before), then=Difference.RESCHEDULED),
        When(
            _firmer_or_less_q(until, before) | _target_strengthened_q(until, before),
            then=Difference.REWORDED,
        ),
        When(_differs("assessment", until, before), then=Difference.REASSESSED),
    ]
    return joined.annotate(
        difference=Case(*cases, default=Difference.UNCHANGED, output_field=IntegerField())
    )


class Differences(Sequence[Any]):
    """The commitments of `with_differences` that changed, in display order.

    A slice is a queryset for `compared_rows`. One query compares them all and one orders a slice by
    its keys, because to compare again, for their number or for one page, takes as long as before.
    """

    def __init__(self, compared: QuerySet[Any]) -> None:
        self._compared = compared
        keys: dict[int, list[int]] = defaultdict(list)
        for key, difference in compared.order_by().values_list("pk", "difference"):
            keys[difference].append(key)
        self.counts = {Difference(value): len(keys[value]) for value in sorted(keys)}
        self._keys = {d: keys[d] for d in self.counts if d != Difference.UNCHANGED}

    def __len__(self) -> int:
        return sum(map(len, self._keys.values()))

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, int):
            return self[index : index + 1].get()
        start, stop, _step = index.indices(len(self))
        page = self._compared.filter(pk__in=self._keys_between(start, stop))
        return page.select_related("at", "before").order_by("difference", "reference")

    def _keys_between(self, start: int, stop: int) -> list[int]:
        """Return some of the keys in display order, by reading the groups in which they are."""
        groups: dict[int, Difference] = {}
        passed = skipped = 0
        for difference, keys in self._keys.items():
            if passed + len(keys) <= start:
                skipped += len(keys)
            elif passed < stop:
                groups |= dict.fromkeys(keys, difference)
            passed += len(keys)
        ordered = Commitment.objects.filter(keys_q(groups)).order_by("reference")
        by_group = sorted(ordered.values_list("pk", flat=True), key=groups.__getitem__)
        return by_group[start - skipped : stop - skipped]


def _wording(position: Position) -> Wording:
    return Wording(position.stage, position.assessment, position.firmness, position.target)


def compared_rows(page: QuerySet[Commitment], until: Viewpoint) -> list[Compared]:
    """Return the rows of a slice of `Differences`."""
    return [_compared(row) for row in rows(page, until)]


def _compared(row: Row) -> Compared:
    before: Position | None = getattr(row.commitment, "before", None)
    difference: int = getattr(row.commitment, "difference")  # noqa: B009 - an annotation
    return Compared(
        row=row,
        difference=Difference(difference),
        before=None if before is None else _wording(before),
        after=_wording(row.position),
    )


def grouped(compared: Iterable[Compared]) -> list[tuple[Difference, list[Compared]]]:
    """Group a page of rows by difference."""
    groups: dict[Difference, list[Compared]] = {}
    for one in compared:
        groups.setdefault(one.difference, []).append(one)
    return list(groups.items())
