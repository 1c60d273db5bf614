"""The rows of a meeting's worksheet, read in a constant number of queries.

Drafts are in it: nothing of this is for a public page.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from tracker.admin.worksheet.values import (
    MENTIONED,
    NOT_DESCRIBED,
    SILENT,
    Values,
    described,
    drafted,
    untouched,
    version_of,
)
from tracker.models import (
    WAITING,
    Alias,
    Assessment,
    Citation,
    Commitment,
    Meeting,
    Party,
    Position,
    Review,
    Source,
    Stage,
    StatusUpdate,
    Topic,
    WorksheetRow,
)
from tracker.queries.history import Wording
from tracker.queries.records.meeting_steps import states
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_commitments

PER_PAGE = 60


@dataclass(frozen=True, slots=True)
class Choices:
    """What the selects of all rows offer, read once."""

    parties: list[Party]
    sources: list[Source]
    topics: list[Topic]


@dataclass(kw_only=True)
class Row:
    """One commitment on the worksheet of one meeting."""

    identity: str
    commitment: Commitment | None
    values: Values
    before: Wording | None = None
    words: Citation | None = None
    draft: StatusUpdate | None = None
    # The first of the draft, or of what is public: the one that the row shows.
    citation: Citation | None = None
    published: StatusUpdate | None = None
    typed: WorksheetRow | None = None
    further: int = 0

    @cached_property
    def version(self) -> str:
        """Another one once it is public, so that no older form is taken for this one."""
        if self.published is not None:
            return f"public-{self.published.published_seq}"
        return version_of(self.values)

    @property
    def is_new(self) -> bool:
        return self.commitment is None or not self.commitment.is_published

    @property
    def is_unfinished(self) -> bool:
        """Whether what was typed is no draft yet."""
        return bool(self.typed and self.typed.typed) and self.values["mention"] == MENTIONED

    @property
    def state(self) -> str:
        """What is said of it so far, for its mark and for the count."""
        if self.published is not None:
            return "public"
        if self.is_unfinished:
            return "unfinished"
        if self.values["mention"] == SILENT:
            return "silent"
        return "draft" if self.draft is not None else "left"

    @property
    def review(self) -> Review | None:
        """Of what is in review, or scheduled, which a change would end."""
        review: Review | None = getattr(self.draft, "review", None) if self.draft else None
        return review if review is not None and review.state in WAITING else None

    @property
    def editor(self) -> str:
        """Who typed last, where that is known."""
        if self.typed is not None and self.typed.typed:
            return str(self.typed.edited_by or "")
        review: Review | None = getattr(self.draft, "review", None) if self.draft else None
        return str(review.edited_by or "") if review is not None else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a meeting's worksheet shows, or one page of it."""

    meeting: Meeting
    choices: Choices
    rows: list[Row]
    new: list[Row]
    blank: Values
    total: int
    states: dict[str, int] = field(default_factory=dict)


def moment_of(meeting: Meeting, *, today: dt.date) -> Viewpoint:
    """The register as the meeting found and left it; today's for a meeting without a date."""
    return Viewpoint(today, as_of=meeting.last_day)


def listed(meeting: Meeting, *, today: dt.date) -> QuerySet[Commitment]:
    """The open public commitments of its parties, and those of which it already says something.

    Of its parties: made by nobody else, or by all of them and others.
    """
    moment = moment_of(meeting, today=today)
    there = [party.pk for party in meeting.parties.all()]
    through = Commitment.parties.through.objects
    made = through.filter(commitment=OuterRef("pk"))
    by_others = Exists(made.exclude(party__in=there))
    by_all = Q(*(Exists(made.filter(party=key)) for key in there)) if there else Q(pk__in=[])
    theirs = (
        public_commitments(as_of=moment.as_of)
        # Follows from the rule below; first, so that the index finds the few that it may hold of.
        .filter(pk__in=through.filter(party__in=there).values("commitment"))
        .filter(Position.open_q(moment.at))
        .filter(~by_others | by_all)
        .values("pk")
    )
    said = StatusUpdate.objects.filter(meeting=meeting, corrects=None, revision=None)
    typed = WorksheetRow.objects.filter(meeting=meeting, commitment__isnull=False)
    return Commitment.objects.public().filter(
        Q(pk__in=theirs)
        | Q(pk__in=said.values("commitment"))
        | Q(pk__in=typed.values("commitment"))
    )


def new_of(meeting: Meeting) -> QuerySet[Commitment]:
    """The drafts of commitments that the meeting stated first."""
    topics = Prefetch("topics", Topic.objects.order_by("pk"))
    return Commitment.objects.draft().filter(first_stated_at=meeting).prefetch_related(topics)


def choices_of(meeting: Meeting) -> Choices:
    return Choices(
        parties=list(meeting.parties.all()),
        sources=list(meeting.sources.order_by("pk").defer("text")),
        topics=list(Topic.objects.order_by("name")[:500]),
    )


def blank_values(meeting: Meeting, choices: Choices) -> Values:
    """A new commitment's row before anything is typed."""
    source = next((source for source in choices.sources if source.is_evidence), None)
    start = untouched(
        stage=Stage.ANNOUNCED,
        assessment=Assessment.NOT_ASSESSED,
        source=str(source.pk) if source else "",
        happened=meeting.date.iso if meeting.date else "",
    )
    return {**start, **NOT_DESCRIBED, "mention": MENTIONED}


def sheet_of(meeting: Meeting, *, today: dt.date, page: int = 1) -> Sheet:
    """One page of the worksheet; the new commitments stand on each."""
    choices = choices_of(meeting)
    everything = listed(meeting, today=today)
    start = (page - 1) * PER_PAGE
    commitments = list(everything.order_by("reference")[start : start + PER_PAGE])
    drafts = list(new_of(meeting).order_by("reference"))
    rows = rows_of(meeting, [*commitments, *drafts], choices, today=today)
    loose = [
        _loose(kept, blank_values(meeting, choices))
        for kept in WorksheetRow.objects.filter(meeting=meeting, commitment=None)
        .exclude(typed={})
        .select_related("edited_by")
        .order_by("edited_at", "key")
    ]
    return Sheet(
        meeting=meeting,
        choices=choices,
        rows=rows[: len(commitments)],
        new=[*rows[len(commitments) :], *loose],
        blank=blank_values(meeting, choices),
        total=everything.count(),
    )


def _loose(kept: WorksheetRow, blank: Values) -> Row:
    """The row of a new commitment that has no record yet."""
    return Row(identity=f"n{kept.key}", commitment=None, values={**blank, **kept.typed}, typed=kept)


def row_of(meeting: Meeting, identity: str, choices: Choices, *, today: dt.date) -> Row | None:
    """One row by its identity as it is now; None when there is no such row on this sheet."""
    kind, key = identity[:1], identity[1:]
    if kind == "c" and key.isdecimal() and len(key) < 19:
        found = [
            *Commitment.objects.public().filter(pk=int(key)),
            *new_of(meeting).filter(pk=int(key)),
        ]
        return next(iter(rows_of(meeting, found, choices, today=today)), None)
    try:
        return _new_row(meeting, uuid.UUID(key), choices, today=today) if kind == "n" else None
    except ValueError:
        return None


def _new_row(meeting: Meeting, key: uuid.UUID, choices: Choices, *, today: dt.date) -> Row | None:
    blank = blank_values(meeting, choices)
    kept = WorksheetRow.objects.filter(pk=key).select_related("edited_by").first()
    if kept is None:
        return Row(identity=f"n{key}", commitment=None, values=blank)
    if kept.meeting_id != meeting.pk:
        return None
    if kept.commitment_id is not None:
        # It has become a commitment since that form was made.
        return row_of(meeting, f"c{kept.commitment_id}", choices, today=today)
    return _loose(kept, blank)


def rows_of(
    meeting: Meeting, commitments: list[Commitment], choices: Choices, *, today: dt.date
) -> list[Row]:
    """The rows of these commitments, in their order: seven queries, however many they are."""
    keys = [commitment.pk for commitment in commitments]
    moment = moment_of(meeting, today=today)
    before = states(keys, moment, day=moment.day)
    of_meeting = (
        StatusUpdate.objects.filter(meeting=meeting, commitment__in=keys, corrects=None)
        .filter(revision=None)
        .select_related("party", "review__edited_by", "review__sent_by")
        .order_by("pk")
    )
    updates: dict[int, list[StatusUpdate]] = defaultdict(list)
    for update in of_meeting:
        updates[update.commitment_id].append(update)
    own_keys = [update.pk for several in updates.values() for update in several]
    citations = _first_citations(own_keys)
    drafted_names = Alias.objects.draft().filter(update__in=own_keys).order_by("-pk")
    names = {alias.update_id: alias for alias in drafted_names}
    typed = {
        kept.commitment_id: kept
        for kept in WorksheetRow.objects.filter(
            meeting=meeting, commitment__in=keys
        ).select_related("edited_by")
    }
    words = _last_words(keys, moment)
    blank = blank_values(meeting, choices)
    rows = []
    for commitment in commitments:
        own = updates[commitment.pk]
        drafts = [update for update in own if not update.is_published]
        published = next((update for update in own if update.is_published), None)
        draft = next(iter(drafts), None)
        state = before.get(commitment.pk)
        kept = typed.get(commitment.pk)
        values: Values = {name: blank[name] for name in blank if name not in NOT_DESCRIBED}
        values["mention"] = "" if commitment.is_published else MENTIONED
        if state is not None:
            values |= {"stage": state.stage, "assessment": state.assessment}
        shown = published if draft is None and published is not None else draft
        citation = citations.get(shown.pk) if shown is not None else None
        if shown is not None:
            values = drafted(shown, citation, names.get(shown.pk))
        if not commitment.is_published:
            values |= described(commitment)
        if kept is not None and kept.typed and published is None:
            values |= {name: kept.typed[name] for name in values if name in kept.typed}
        rows.append(
            Row(
                identity=f"c{commitment.pk}",
                commitment=commitment,
                values=values,
                before=state,
                words=words.get(commitment.pk),
                draft=draft,
                citation=citation,
                published=published if draft is None else None,
                typed=kept,
                further=max(len(drafts) - 1, 0),
            )
        )
    return rows


def _first_citations(updates: Iterable[int]) -> dict[int, Citation]:
    found: dict[int, Citation] = {}
    cited = Citation.objects.filter(update__in=list(updates)).select_related("source")
    for citation in cited.defer("source__text").order_by("pk"):
        found.setdefault(citation.update_id, citation)
    return found


def _last_words(commitments: list[int], moment: Viewpoint) -> dict[int, Citation]:
    """The newest quotation of each commitment by then, by its primary key: one query."""
    then = {} if moment.as_of is None else {"update__happened_first_day__lte": moment.as_of}
    newest = (
        Citation.objects.filter(
            # `effective()` spelled out: a subquery of it would be of all updates there are.
            update__commitment=OuterRef("pk"),
            update__published_seq__isnull=False,
            update__revision__isnull=True,
            **then,
        )
        .exclude(quotation="")
        .order_by("-update__happened_first_day", "-update__number", "pk")
    )
    last = Commitment.objects.filter(pk__in=commitments).values(
        cited=Subquery(newest.values("pk")[:1])
    )
    quoted = Citation.objects.filter(pk__in=last).select_related("source", "update__meeting")
    return {citation.update.commitment_id: citation for citation in quoted.defer("source__text")}
