"""Amend public records; each amendment is a line of the log.

The row is altered in place and the log records its former values. Updates are never amended (see
`actions.correct`). Each action raises ValidationError, and writes nothing, when it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar, Unpack

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tracker.actions.amendment_rules import (
    refuse_other_rank,
    refuse_unfit_commitment,
    refuse_unfit_meeting,
)
from tracker.actions.log.append import OpenLog, Stamp, Subject, open_log
from tracker.actions.log.former_values import keep_former_values
from tracker.actions.log.projection import project_anew
from tracker.actions.log.search_index import index
from tracker.actions.publishing.drafts import introduce, require_draft, touch
from tracker.actions.publishing.publish import parties_key
from tracker.actions.review.approval import end_changed_reviews, waiting_on
from tracker.actions.review.edits import remember, remember_before
from tracker.models import (
    Alias,
    Change,
    ChangeKind,
    Citation,
    Commitment,
    Forum,
    Meeting,
    Note,
    Party,
    PassageLeftOut,
    Significance,
    Source,
    StatusUpdate,
    Topic,
)
from tracker.models.records import PublicRecord
from tracker.queries.drafts.submissions import forum_with_parties
from tracker.schema import payloads
from tracker.schema.payloads import Payload

_R = TypeVar("_R", bound=PublicRecord)


class _Noun(NamedTuple):
    """A kind of record that is amended, as the log writes of it."""

    name: str
    payload_of: Callable[[Any], Payload]
    # The records that an amended one refers to, which become public with the amendment.
    rests_on: Callable[[Any], Iterable[PublicRecord]] = lambda record: ()
    significance: Significance = Significance.MINOR


_NOUNS: dict[type[PublicRecord], _Noun] = {
    Commitment: _Noun(
        "commitment",
        payloads.commitment,
        lambda it: [*it.parties.all(), *it.topics.all(), *forum_with_parties(it.series)],
        Significance.MAJOR,
    ),
    Meeting: _Noun(
        "meeting",
        payloads.meeting,
        lambda it: [*it.parties.all(), *forum_with_parties(it.forum), *it.sources.all()],
        Significance.MAJOR,
    ),
    Party: _Noun("party", payloads.party),
    Topic: _Noun("topic", payloads.topic),
    Forum: _Noun("forum", payloads.forum, lambda it: it.parties.all()),
    Source: _Noun("source", payloads.logged_source),
    Note: _Noun("note", payloads.note),
}
# The nouns whose lines refer to their record.
_SUBJECTS = (Commitment, Meeting, Source, Note)


def amend(
    record: PublicRecord,
    *,
    values: Mapping[str, Any],
    reason: str = "",
    significance: str = "",
    **stamp: Unpack[Stamp],
) -> Change:
    """Amend a public record; `values` maps field names to values.

    An empty `significance` is that of its noun. The records that it now refers to become public
    with it. Parties and level of a meeting cannot change once updates refer to it, since the "not
    mentioned" flag depends on them.
    """
    noun = _NOUNS[type(record)]
    with open_log(**stamp) as log:
        current = locked(record)
        if isinstance(current, Commitment):
            refuse_unfit_commitment(current, values)
        if isinstance(current, Meeting):
            refuse_unfit_meeting(current, values)
        before = noun.payload_of(current)
        remember_before(current, now=log.now)
        _assign(current, values)
        remember(current, now=log.now, by=log.by)
        introduced = introduce(noun.rests_on(current), seq=log.next_seq)
        end_changed_reviews(waiting_on(current), by=log.by)
        # Read again, so that the payload matches what is stored.
        after = noun.payload_of(type(current)._base_manager.get(pk=current.pk))
        former = difference(before, after)
        if not former:
            raise ValidationError(_("Nothing would change."), code="nothing")
        if isinstance(current, Meeting):
            refuse_other_rank(current, former)
        keep_former_values(current, after=after, before=former, seq=log.next_seq)
        about: Any = {noun.name: current} if isinstance(current, _SUBJECTS) else {}
        change = log.append(
            _kind_of(current, former),
            {noun.name: after, "before": former, "reason": reason, **introduced},
            Subject(**about),
            significance=significance or noun.significance,
        )
        if isinstance(current, Commitment):
            touch(current, change)
            index([current])
        project_anew(_projected_anew(current, former))
        return change


def amend_if_changed(
    record: PublicRecord, *, values: Mapping[str, Any], reason: str = "", **stamp: Unpack[Stamp]
) -> None:
    """Amend a public record unless it has these values already."""
    try:
        amend(record, values=values, reason=reason, **stamp)
    except ValidationError as error:
        if getattr(error, "code", None) != "nothing":
            raise


def locked(record: _R) -> _R:
    """Return the public record as stored, locked; raises ValidationError for a draft."""
    current = type(record)._base_manager.select_for_update().get(pk=record.pk)
    if not current.is_public:
        raise ValidationError(_("A draft is simply edited; only what is public is amended."))
    return current


def _assign(record: PublicRecord, values: Mapping[str, Any]) -> None:
    """Set plain and many-to-many values, validate and save the row."""
    for name, value in values.items():
        if record._meta.get_field(name).many_to_many:
            getattr(record, name).set(value)
        else:
            setattr(record, name, value)
    if isinstance(record, Meeting):
        record.parties_key = parties_key(record)
    record.full_clean()
    record.save()


def difference(before: Payload, after: Payload) -> Payload:
    """Return the former values of the amended fields."""
    return {name: value for name, value in before.items() if after[name] != value}


def _kind_of(record: PublicRecord, former: Payload) -> ChangeKind:
    if isinstance(record, Meeting):
        return ChangeKind.MEETING
    if isinstance(record, Note):
        return ChangeKind.COMMENTARY
    is_renamed = isinstance(record, Commitment) and "title" in former
    return ChangeKind.RENAMED if is_renamed else ChangeKind.AMENDED


def _projected_anew(record: PublicRecord, former: Payload) -> QuerySet[Commitment]:
    """Return the commitments whose position an amendment may alter."""
    if isinstance(record, Commitment) and "series" in former:
        return Commitment.objects.filter(pk=record.pk)
    if isinstance(record, Meeting) and "forum" in former:
        return Commitment.objects.filter(updates__meeting=record).distinct()
    if isinstance(record, Forum) and "cadence_months" in former:
        mentioned_there = Q(updates__meeting__forum=record) | Q(series=record)
        return Commitment.objects.filter(mentioned_there).distinct()
    return Commitment.objects.none()


# -- What belongs to a record -------------------------------------------------------------------


def publish_part(log: OpenLog, part: Alias | PassageLeftOut) -> None:
    """Make a draft that belongs to a public record public with the next line."""
    require_draft(part)
    part.published_seq = log.next_seq
    part.save()
    remember(part, now=log.now, by=log.by)


def retract_part(log: OpenLog, part: Alias | PassageLeftOut) -> None:
    """Retract what belongs to a public record with the next line."""
    current = locked(part)
    current.retracted_seq = log.next_seq
    current.save(update_fields=["retracted_seq"])


def amend_passages(
    source: Source,
    *,
    added: Collection[PassageLeftOut] = (),
    removed: Collection[PassageLeftOut] = (),
    reason: str = "",
    **stamp: Unpack[Stamp],
) -> Change:
    """Publish and retract left-out passages of a public source."""
    with open_log(**stamp) as log:
        record = locked(source)
        before = payloads.logged_source(record)
        if not added and not removed:
            raise ValidationError(_("Nothing would change."), code="nothing")
        for passage in added:
            publish_part(log, passage)
            if passage.source_id != record.pk:
                raise ValidationError(_("The passage belongs to another source."))
        for passage in removed:
            retract_part(log, passage)
        after = payloads.logged_source(Source.objects.get(pk=record.pk))
        former = {"left_out": before.get("left_out", [])}
        return log.append(
            ChangeKind.AMENDED,
            {"source": after, "before": former, "reason": reason},
            Subject(source=record),
            significance=Significance.MINOR,
        )


def add_evidence(citation: Citation, **stamp: Unpack[Stamp]) -> Change:
    """Add an unsaved citation to a published update that counts."""
    with open_log(**stamp) as log:
        update = StatusUpdate.objects.select_related("revision").get(pk=citation.update_id)
        commitment = locked(update.commitment)
        if not update.is_published or hasattr(update, "revision"):
            raise ValidationError(_("Evidence is added to a public update that counts."))
        if not citation.source.is_evidence:
            raise ValidationError(_("Commentary is not evidence; publish it as a note."))
        citation.added_seq = log.next_seq
        citation.full_clean()
        introduced = introduce([citation.source], seq=log.next_seq)
        citation.save(force_insert=True)
        remember(citation, now=log.now, by=log.by)
        payload = {
            "commitment": payloads.commitment_name(commitment),
            "update": payloads.update(update),
            "citation": payloads.citation(citation),
            **introduced,
        }
        change = log.append(
            ChangeKind.EVIDENCE,
            payload,
            Subject(
                commitment=commitment, update=update, meeting=update.meeting, source=citation.source
            ),
        )
        touch(commitment, change)
        index([commitment])
        return change
