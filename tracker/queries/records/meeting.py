"""What one meeting did to every commitment, what it passed over in silence, and its neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Q, QuerySet

from tracker.models import Commitment, Meeting, MeetingState, Position, StatusUpdate
from tracker.queries.as_published import equals_q, on_or_before_q
from tracker.queries.history import Step, Wording
from tracker.queries.records.meeting_steps import chapters, states
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    as_known,
    public_commitments,
    public_meetings,
    public_updates,
    with_evidence,
)
from tracker.schema.vocabulary import Movement

# The order in which a meeting's outcomes are told; each is told under the first that holds of it.
TOLD = (
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


def with_update_counts(meetings: Iterable[Meeting], moment: Viewpoint) -> list[Meeting]:
    """Add `update_count`: how many updates that count rest on each meeting; one query."""
    listed = list(meetings)
    updates = public_updates(as_of=moment.as_of, known=moment.known)
    counted = updates.filter(meeting__in=listed).order_by().values_list("meeting")
    counts = dict(counted.annotate(number=Count("pk")))
    for meeting in listed:
        setattr(meeting, "update_count", counts.get(meeting.pk, 0))  # noqa: B010 - an annotation
    return listed


# -- Which meetings, and what was known of them -------------------------------------------------


def taking_place(meetings: QuerySet[Meeting], moment: Viewpoint) -> QuerySet[Meeting]:
    """Leave out the cancelled and, looking back, what lay ahead on that day."""
    return by_the_day(meetings.filter(~state_q(MeetingState.CANCELLED, moment)), moment)


def state_q(state: MeetingState, moment: Viewpoint) -> Q:
    """That a meeting was in this state, as known."""
    return equals_q(Meeting, "state", moment.known, [state])


def by_the_day(meetings: QuerySet[Meeting], moment: Viewpoint) -> QuerySet[Meeting]:
    """Leave out, looking back, what lay ahead on that day.

    When a meeting was first planned is not recorded, so a day before today knows of no plans.
    """
    if moment.as_of is None:
        return meetings
    here = on_or_before_q(Meeting, "first_day", moment.known, moment.as_of)
    if moment.as_of >= moment.today:
        here |= state_q(MeetingState.PLANNED, moment)
    return meetings.filter(here)


def previous_of_forum(meeting: Meeting, moment: Viewpoint) -> Meeting | None:
    """The meeting of the same forum that was held last before this one."""
    held = _of_forum(meeting, moment).filter(
        state_q(MeetingState.HELD, moment), first_day__lt=meeting.first_day
    )
    return next(iter(as_known(held[:1], moment)), None)


def next_of_forum(meeting: Meeting, moment: Viewpoint) -> Meeting | None:
    """The meeting of the same forum that follows this one, held or planned."""
    later = _of_forum(meeting, moment).filter(first_day__gt=meeting.first_day)
    return next(iter(as_known(later.reverse()[:1], moment)), None)


def pairs_of_forums(moment: Viewpoint) -> list[tuple[Meeting, Meeting]]:
    """Of each forum that met lately, the meeting before the last and the last one."""
    held = public_meetings(known=moment.known).filter(
        state_q(MeetingState.HELD, moment), forum__isnull=False, first_day__lte=moment.day
    )
    latest: dict[int | None, list[Meeting]] = defaultdict(list)
    # Two hundred meetings reach back far enough for what is only a suggestion.
    for meeting in as_known(held.select_related("forum")[:200], moment):
        latest[meeting.forum_id].append(meeting)
    return [(two[1], two[0]) for two in latest.values() if len(two) > 1]


def _of_forum(meeting: Meeting, moment: Viewpoint) -> QuerySet[Meeting]:
    known = taking_place(public_meetings(known=moment.known), moment)
    if meeting.forum_id is None or meeting.first_day is None:
        return known.none()
    seq = moment.known
    same = equals_q(Meeting, "forum", seq, [meeting.forum_id])
    return known.filter(same).exclude(pk=meeting.pk)


# -- What it did --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a meeting did to one commitment, and how that stood when its forum had last met.

    As `outcomes` gives it the update has no evidence; `with_words` adds it.
    """

    step: Step
    earlier: Wording | None

    @property
    def title(self) -> str:
        return self.step.update.commitment.title

    @property
    def movement(self) -> Movement:
        """The movement under which it is told."""
        return next(movement for movement in self.step.movements if movement in TOLD)


def outcomes(
    meeting: Meeting, moment: Viewpoint, *, previous: Meeting | None = None
) -> list[Outcome]:
    """The steps that commitments took at a meeting, each against the step before it.

    In the order in which they are told: by movement, then by reference. `previous` is the meeting
    of its forum against which it is read besides.
    """
    then = public_updates(as_of=moment.as_of, known=moment.known)
    touched = then.filter(meeting=meeting).values("commitment")
    told = chapters(touched, [meeting.pk], moment)
    taken = [s for story in told.values() for s in story if s.update.meeting_id == meeting.pk]
    named = Commitment.objects.in_bulk([step.update.commitment_id for step in taken])
    as_known(named.values(), moment)
    last = previous.last_day if previous is not None else None
    earlier = {} if last is None else states(touched, moment, day=last)
    found = []
    for step in taken:
        commitment = named[step.update.commitment_id]
        step.update.commitment = commitment
        found.append(Outcome(step, earlier.get(commitment.pk)))
    return sorted(found, key=lambda o: (TOLD.index(o.movement), o.step.update.commitment.reference))


def with_words(page: Sequence[Outcome], moment: Viewpoint) -> list[Outcome]:
    """The same outcomes with rationale and citations, in a constant number of queries."""
    shown = StatusUpdate.objects.filter(pk__in=[outcome.step.update.pk for outcome in page])
    updates = with_evidence(shown, known=moment.known)
    loaded = {u.pk: u for u in as_known(updates, moment)}
    return [replace(o, step=replace(o.step, update=loaded[o.step.update.pk])) for o in page]


def by_movement(given: Iterable[Outcome]) -> list[tuple[Movement, list[Outcome]]]:
    """The outcomes under the movements that occur, in the order in which they are told."""
    listed = list(given)
    groups = [(movement, [o for o in listed if o.movement == movement]) for movement in TOLD]
    return [(movement, group) for movement, group in groups if group]


def passed_over_by(meeting: Meeting, moment: Viewpoint) -> Sequence[Commitment]:
    """Open commitments on which a fully recorded meeting was silent; none for any other meeting.

    Each bears the title under which it was known. `meeting` comes from `as_known`.
    """
    if not meeting.is_fully_recorded or meeting.last_day is None or meeting.last_day > moment.day:
        return []
    then = Viewpoint(moment.today, as_of=meeting.last_day, known_at=moment.known_at)
    silent = (
        public_commitments(as_of=then.as_of, known=then.known)
        .filter(
            Position.open_q(then.at),
            **{
                then.column("mention_parties_key"): meeting.parties_key,
                then.column("mention_level__lte"): meeting.level,
                then.column("silence_counts_after__lt"): meeting.first_day,
            },
        )
        .order_by("reference")
    )
    return as_known(silent, moment)
