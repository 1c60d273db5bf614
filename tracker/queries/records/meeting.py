"""The outcomes of one meeting, the commitments it did not mention, and its neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import overload

from django.db.models import Count, QuerySet

from tracker.models import Commitment, Meeting, MeetingState, Position, StatusUpdate
from tracker.queries.former_values import equals_q
from tracker.queries.history import Step, Wording
from tracker.queries.records.meeting_steps import Keys, chapters, states
from tracker.queries.reference_data import by_the_day, state_q
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    as_known,
    public_commitments,
    public_meetings,
    public_updates,
    with_evidence,
)
from tracker.schema.vocabulary import Movement

# The order of a meeting's outcomes; each is listed under the first that applies.
ORDER = (
    Movement.NEW,
    Movement.ADVANCED,
    Movement.RESTATED,
    Movement.MENTIONED,
    Movement.STRENGTHENED,
    Movement.WEAKENED,
    Movement.RESCHEDULED,
    Movement.DELIVERED,
    Movement.SET_BACK,
    Movement.RENAMED,
)


def with_update_counts(meetings: Iterable[Meeting], viewpoint: Viewpoint) -> list[Meeting]:
    """Set `update_count`, the number of effective updates, on each meeting; one query."""
    listed = list(meetings)
    updates = public_updates(viewpoint)
    counted = updates.filter(meeting__in=listed).order_by().values_list("meeting")
    counts = dict(counted.annotate(number=Count("pk")))
    for meeting in listed:
        setattr(meeting, "update_count", counts.get(meeting.pk, 0))  # noqa: B010 - an annotation
    return listed


# -- Which meetings, and what was known of them -------------------------------------------------


def taking_place(meetings: QuerySet[Meeting], viewpoint: Viewpoint) -> QuerySet[Meeting]:
    """Exclude cancelled meetings and, with `as_of`, later ones."""
    return by_the_day(meetings.filter(~state_q(MeetingState.CANCELLED, viewpoint)), viewpoint)


def previous_of_forum(meeting: Meeting, viewpoint: Viewpoint) -> Meeting | None:
    """Return the last meeting of the same forum held before this one."""
    held = _of_forum(meeting, viewpoint).filter(
        state_q(MeetingState.HELD, viewpoint), first_day__lt=meeting.first_day
    )
    return next(iter(as_known(held[:1], viewpoint)), None)


def next_of_forum(meeting: Meeting, viewpoint: Viewpoint) -> Meeting | None:
    """Return the next meeting of the same forum, held or planned."""
    later = _of_forum(meeting, viewpoint).filter(first_day__gt=meeting.first_day)
    return next(iter(as_known(later.reverse()[:1], viewpoint)), None)


def pairs_of_forums(viewpoint: Viewpoint) -> list[tuple[Meeting, Meeting]]:
    """Return the last two meetings of each forum that met recently, in order."""
    held = public_meetings(viewpoint).filter(
        state_q(MeetingState.HELD, viewpoint), forum__isnull=False, first_day__lte=viewpoint.day
    )
    latest: dict[int | None, list[Meeting]] = defaultdict(list)
    # These are only suggestions, so the last two hundred meetings are enough.
    for meeting in as_known(held.select_related("forum")[:200], viewpoint):
        latest[meeting.forum_id].append(meeting)
    return [(two[1], two[0]) for two in latest.values() if len(two) > 1]


def _of_forum(meeting: Meeting, viewpoint: Viewpoint) -> QuerySet[Meeting]:
    known = taking_place(public_meetings(viewpoint), viewpoint)
    if meeting.forum_id is None or meeting.first_day is None:
        return known.none()
    seq = viewpoint.known
    same = equals_q(Meeting, "forum", seq, [meeting.forum_id])
    return known.filter(same).exclude(pk=meeting.pk)


# -- What it did --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """The step of one commitment at a meeting, and its state after the forum's previous one.

    `outcomes` loads the update without evidence; `with_words` adds it.
    """

    step: Step
    earlier: Wording | None

    @property
    def title(self) -> str:
        return self.step.update.commitment.title

    @property
    def movement(self) -> Movement:
        """The movement under which it is listed."""
        return next(movement for movement in self.step.movements if movement in ORDER)


# A meeting with more outcomes lists them by reference, so that a page need not compare them all.
MOST_SORTED = 2_000


def outcomes(
    meeting: Meeting, viewpoint: Viewpoint, *, previous: Meeting | None = None
) -> Sequence[Outcome]:
    """Return the steps of commitments at a meeting, by movement and then by reference.

    Of more than `MOST_SORTED`, see `ManyOutcomes`. `previous` is the meeting whose state is given
    in `earlier`, for comparison.
    """
    updates = public_updates(viewpoint).filter(meeting=meeting).order_by()
    if len(updates.values_list("pk")[: MOST_SORTED + 1]) > MOST_SORTED:
        return ManyOutcomes(meeting, viewpoint, previous)
    given = _outcomes(meeting, updates.values("commitment"), viewpoint, previous)
    return sorted(
        given, key=lambda o: (ORDER.index(o.movement), o.step.update.commitment.reference)
    )


@dataclass(frozen=True, slots=True)
class ManyOutcomes(Sequence[Outcome]):
    """The outcomes of a meeting with very many, by reference; only those of a slice are read."""

    meeting: Meeting
    viewpoint: Viewpoint
    previous: Meeting | None

    @property
    def _updates(self) -> QuerySet[StatusUpdate]:
        return public_updates(self.viewpoint).filter(meeting=self.meeting)

    def __len__(self) -> int:
        return self._updates.count()

    @overload
    def __getitem__(self, index: int) -> Outcome: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Outcome]: ...
    def __getitem__(self, index: int | slice) -> Outcome | Sequence[Outcome]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        ordered = self._updates.order_by("commitment__reference", "number", "pk")
        page = dict(ordered.values_list("pk", "commitment")[index])
        given = _outcomes(self.meeting, set(page.values()), self.viewpoint, self.previous)
        by_update = {outcome.step.update.pk: outcome for outcome in given}
        return [by_update[key] for key in page]


def _outcomes(
    meeting: Meeting, commitments: Keys, viewpoint: Viewpoint, previous: Meeting | None
) -> list[Outcome]:
    """Return what the meeting did to these commitments, in no particular order."""
    histories = chapters(commitments, [meeting.pk], viewpoint)
    taken = [s for steps in histories.values() for s in steps if s.update.meeting_id == meeting.pk]
    named = Commitment.objects.in_bulk([step.update.commitment_id for step in taken])
    as_known(named.values(), viewpoint)
    last = previous.last_day if previous is not None else None
    earlier = {} if last is None else states(commitments, viewpoint, day=last)
    for step in taken:
        step.update.commitment = named[step.update.commitment_id]
    return [Outcome(step, earlier.get(step.update.commitment_id)) for step in taken]


def with_words(page: Sequence[Outcome], viewpoint: Viewpoint) -> list[Outcome]:
    """Return the outcomes with rationale and citations, in a constant number of queries."""
    shown = StatusUpdate.objects.filter(pk__in=[outcome.step.update.pk for outcome in page])
    updates = with_evidence(shown, viewpoint)
    loaded = {u.pk: u for u in as_known(updates, viewpoint)}
    return [replace(o, step=replace(o.step, update=loaded[o.step.update.pk])) for o in page]


def by_movement(given: Iterable[Outcome]) -> list[tuple[Movement, list[Outcome]]]:
    """Group outcomes by movement, in the order of `ORDER`."""
    listed = list(given)
    groups = [(movement, [o for o in listed if o.movement == movement]) for movement in ORDER]
    return [(movement, group) for movement, group in groups if group]


def passed_over_by(meeting: Meeting, viewpoint: Viewpoint) -> Sequence[Commitment]:
    """Return the open commitments that a fully recorded meeting did not mention, else none.

    Each has only its reference, slug and title, as published at the viewpoint. `meeting` comes from
    `as_known`.
    """
    if (
        not meeting.is_fully_recorded
        or meeting.last_day is None
        or meeting.last_day > viewpoint.day
    ):
        return []
    then = Viewpoint(viewpoint.today, as_of=meeting.last_day, known_at=viewpoint.known_at)
    silent = (
        public_commitments(then)
        .filter(
            Position.open_q(then.at),
            **{
                then.column("mention_parties_key"): meeting.parties_key,
                then.column("mention_level__lte"): meeting.level,
                then.column("silence_counts_after__lt"): meeting.first_day,
            },
        )
        .order_by()
        .values("pk")
    )
    # Only what names them: there may be thousands.
    named = Commitment.objects.filter(pk__in=silent).only("reference", "slug", "title")
    return as_known(named.order_by("reference"), viewpoint)
