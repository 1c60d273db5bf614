"""The rows of a meeting's worksheet, read in a constant number of queries.

Drafts are included, so nothing here may reach a public page.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from tracker.admin.worksheet.values import (
    MENTIONED,
    SILENT,
    UPDATE_FIELDS,
    Values,
    blank,
    described,
    drafted,
    version_of,
)
from tracker.models import (
    WAITING,
    Alias,
    Citation,
    Commitment,
    Meeting,
    Party,
    Review,
    Source,
    StatusUpdate,
    Topic,
    WorksheetRow,
)
from tracker.queries.history import Wording
from tracker.queries.records.meeting_steps import states
from tracker.queries.viewpoint import Viewpoint


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices that the selects of all rows share, read once."""

    parties: list[Party]
    sources: list[Source]
    topics: list[Topic]


@dataclass(kw_only=True)
class Row:
    """One commitment on the worksheet of one meeting."""

    identity: str
    values: Values
    # None until the input for a new commitment is a draft.
    commitment: Commitment | None = None
    before: Wording | None = None
    words: Citation | None = None
    draft: StatusUpdate | None = None
    # The first citation of the draft, or of the published update.
    citation: Citation | None = None
    published: StatusUpdate | None = None
    typed: WorksheetRow | None = None
    further: int = 0

    @cached_property
    def version(self) -> str:
        """The digest of the values; once the row is public another, so that old forms conflict."""
        if self.published is not None:
            return f"public-{self.published.published_seq}"
        return version_of(self.values)

    @property
    def is_new(self) -> bool:
        return self.commitment is None or not self.commitment.is_published

    @property
    def is_unfinished(self) -> bool:
        """Whether the input is not a draft yet."""
        return bool(self.typed and self.typed.typed) and self.values["mention"] == MENTIONED

    @property
    def state(self) -> str:
        """The progress of the row, for its marker and for the counts."""
        if self.published is not None:
            return "public"
        if self.is_unfinished:
            return "unfinished"
        if self.values["mention"] == SILENT:
            return "silent"
        return "draft" if self.draft is not None else "left"

    @property
    def review(self) -> Review | None:
        """The pending review or schedule, which an edit would end."""
        review: Review | None = getattr(self.draft, "review", None) if self.draft else None
        return review if review is not None and review.state in WAITING else None

    @property
    def editor(self) -> str:
        """The last editor, or empty if unknown."""
        if self.typed is not None and self.typed.typed:
            return str(self.typed.edited_by or "")
        review: Review | None = getattr(self.draft, "review", None) if self.draft else None
        return str(review.edited_by or "") if review is not None else ""


def moment_of(meeting: Meeting, *, today: dt.date) -> Viewpoint:
    """Return the register as of the end of the meeting; as of today if it has no date."""
    return Viewpoint(today, as_of=meeting.last_day)


def new_of(meeting: Meeting) -> QuerySet[Commitment]:
    """Return the draft commitments that were first stated at the meeting."""
    topics = Prefetch("topics", Topic.objects.order_by("pk"))
    return Commitment.objects.draft().filter(first_stated_at=meeting).prefetch_related(topics)


def choices_of(meeting: Meeting) -> Choices:
    return Choices(
        parties=list(meeting.parties.all()),
        sources=list(meeting.sources.order_by("pk").defer("text")),
        topics=list(Topic.objects.order_by("name")[:500]),
    )


def blank_values(meeting: Meeting, choices: Choices) -> Values:
    """Return the values of an empty row for a new commitment."""
    source = next((source for source in choices.sources if source.is_evidence), None)
    return blank(
        source=str(source.pk) if source else "",
        happened=meeting.date.iso if meeting.date else "",
    )


def loose_row(row: WorksheetRow, start: Values) -> Row:
    """Return the row of a new commitment that has no record yet."""
    return Row(identity=f"n{row.key}", values={**start, **row.typed}, typed=row)


def row_of(meeting: Meeting, identity: str, choices: Choices, *, today: dt.date) -> Row | None:
    """Return a stored row by its identity; None if it is not on this worksheet."""
    kind, key = identity[:1], identity[1:]
    if kind == "c" and key.isdecimal() and len(key) < 19:
        commitments = [
            *Commitment.objects.public().filter(pk=int(key)),
            *new_of(meeting).filter(pk=int(key)),
        ]
        return next(iter(rows_of(meeting, commitments, choices, today=today)), None)
    try:
        return _new_row(meeting, uuid.UUID(key), choices, today=today) if kind == "n" else None
    except ValueError:
        return None


def _new_row(meeting: Meeting, key: uuid.UUID, choices: Choices, *, today: dt.date) -> Row | None:
    start = blank_values(meeting, choices)
    saved = WorksheetRow.objects.filter(pk=key).select_related("edited_by").first()
    if saved is None:
        return Row(identity=f"n{key}", values=start)
    if saved.meeting_id != meeting.pk:
        return None
    if saved.commitment_id is not None:
        # It has become a commitment since that form was made.
        return row_of(meeting, f"c{saved.commitment_id}", choices, today=today)
    return loose_row(saved, start)


def rows_of(
    meeting: Meeting, commitments: list[Commitment], choices: Choices, *, today: dt.date
) -> list[Row]:
    """Return the rows of commitments in their order, in seven queries."""
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
        saved.commitment_id: saved
        for saved in WorksheetRow.objects.filter(
            meeting=meeting, commitment__in=keys
        ).select_related("edited_by")
    }
    words = _last_words(keys, moment)
    blank_row = blank_values(meeting, choices)
    rows = []
    for commitment in commitments:
        own = updates[commitment.pk]
        drafts = [update for update in own if not update.is_published]
        published = next((update for update in own if update.is_published), None)
        draft = next(iter(drafts), None)
        state = before.get(commitment.pk)
        saved = typed.get(commitment.pk)
        values: Values = {name: blank_row[name] for name in UPDATE_FIELDS}
        values["mention"] = "" if commitment.is_published else MENTIONED
        if state is not None:
            values |= {"stage": state.stage, "assessment": state.assessment}
        shown = published if draft is None and published is not None else draft
        citation = citations.get(shown.pk) if shown is not None else None
        if shown is not None:
            values = drafted(shown, citation, names.get(shown.pk))
        if not commitment.is_published:
            values |= described(commitment)
        if saved is not None and saved.typed and published is None:
            values |= {name: saved.typed[name] for name in values if name in saved.typed}
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
                typed=saved,
                further=max(len(drafts) - 1, 0),
            )
        )
    return rows


def _first_citations(updates: Iterable[int]) -> dict[int, Citation]:
    first: dict[int, Citation] = {}
    cited = Citation.objects.filter(update__in=list(updates)).select_related("source")
    for citation in cited.defer("source__text").order_by("pk"):
        first.setdefault(citation.update_id, citation)
    return first


def _last_words(commitments: list[int], moment: Viewpoint) -> dict[int, Citation]:
    """Return the newest quotation by then of each commitment, by key, in one query."""
    until = {} if moment.as_of is None else {"update__happened_first_day__lte": moment.as_of}
    newest = (
        Citation.objects.filter(
            # `effective()` inlined: as a subquery it would scan all updates.
            update__commitment=OuterRef("pk"),
            update__published_seq__isnull=False,
            update__revision__isnull=True,
            **until,
        )
        .exclude(quotation="")
        .order_by("-update__happened_first_day", "-update__number", "pk")
    )
    last = Commitment.objects.filter(pk__in=commitments).values(
        cited=Subquery(newest.values("pk")[:1])
    )
    quoted = Citation.objects.filter(pk__in=last).select_related("source", "update__meeting")
    return {citation.update.commitment_id: citation for citation in quoted.defer("source__text")}
