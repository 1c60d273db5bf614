"""Amend public records; each amendment is a line of the log.

The row is altered in place and the log records its former values. Updates are never amended (see
`actions.correct`). Each action raises ValidationError, and writes nothing, when it is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.actions.amendment_rules import refuse_unfit_commitment, refuse_unfit_meeting
from tracker.actions.log.append import OpenLog, Subject, open_log
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
    Source,
    StatusUpdate,
    Topic,
)
from tracker.models.records import PublicRecord
from tracker.queries.drafts.submissions import forum_with_parties
from tracker.schema import payloads
from tracker.schema.payloads import Payload

_R = TypeVar("_R", bound=PublicRecord)


def _require_public(record: PublicRecord) -> None:
    if not record.is_public:
        raise ValidationError(_("A draft is simply edited; only what is public is amended."))


def _locked(record: _R) -> _R:
    current = type(record)._base_manager.select_for_update().get(pk=record.pk)
    _require_public(current)
    return current


def _assign(record: PublicRecord, values: Mapping[str, Any]) -> None:
    """Set plain and many-to-many values, validate and save the row."""
    plain = {}
    for name, value in values.items():
        if record._meta.get_field(name).many_to_many:
            getattr(record, name).set(value)
        else:
            setattr(record, name, value)
            plain[name] = value
    record.full_clean()
    record.save()


def _difference(before: Payload, after: Payload) -> Payload:
    """Return the former values of the amended fields."""
    return {name: value for name, value in before.items() if after[name] != value}


@dataclass(frozen=True, slots=True)
class _Amendment:
    """A record's new payload, the former values of what changed, and what became public."""

    after: Payload
    before: Payload
    introduced: Payload


def _amended(
    log: OpenLog,
    record: _R,
    values: Mapping[str, Any],
    payload_of: Callable[[_R], Payload],
    rests_on: Callable[[_R], Iterable[PublicRecord]] = lambda record: (),
) -> _Amendment:
    """Change a row and make public the records that it now refers to."""
    before = payload_of(record)
    remember_before(record, now=log.now)
    _assign(record, values)
    remember(record, now=log.now, by=log.by)
    introduced = introduce(rests_on(record), seq=log.next_seq)
    end_changed_reviews(waiting_on(record), by=log.by)
    # Read again, so that the payload matches what is stored.
    after = payload_of(type(record)._base_manager.get(pk=record.pk))
    difference = _difference(before, after)
    if not difference:
        raise ValidationError(_("Nothing would change."), code="nothing")
    keep_former_values(record, after=after, before=difference, seq=log.next_seq)
    return _Amendment(after, difference, introduced)


def amend_commitment(
    commitment: Commitment,
    *,
    values: Mapping[str, Any],
    reason: str = "",
    significance: str = "major",
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = False,
) -> Change:
    """Amend a public commitment; `values` maps field names to values."""
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
        record = _locked(commitment)
        refuse_unfit_commitment(record, values)
        diff = _amended(
            log,
            record,
            values,
            payloads.commitment,
            lambda it: [*it.parties.all(), *it.topics.all(), *forum_with_parties(it.series)],
        )
        kind = ChangeKind.RENAMED if "title" in diff.before else ChangeKind.AMENDED
        payload = {
            "commitment": diff.after,
            "before": diff.before,
            "reason": reason,
            **diff.introduced,
        }
        change = _touch(log, record, kind, payload, significance)
        if "series" in diff.before:
            project_anew(Commitment.objects.filter(pk=record.pk))
        return change


def _touch(
    log: OpenLog, commitment: Commitment, kind: ChangeKind, payload: Payload, significance: str
) -> Change:
    change = log.append(kind, payload, Subject(commitment=commitment), significance=significance)
    touch(commitment, change)
    index([commitment])
    return change


def publish_aliases(
    commitment: Commitment,
    aliases: Collection[Alias],
    *,
    significance: str = "minor",
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = False,
) -> Change:
    """Publish additional names of a public commitment."""
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
        record = _locked(commitment)
        before = payloads.commitment(record)
        if not aliases:
            raise ValidationError(_("Nothing would change."), code="nothing")
        for alias in aliases:
            require_draft(alias)
            if alias.commitment_id != record.pk:
                raise ValidationError(_("The name belongs to another commitment."))
            alias.published_seq = log.next_seq
            alias.save()
            remember(alias, now=now, by=by)
        after = payloads.commitment(Commitment.objects.get(pk=record.pk))
        payload = {"commitment": after, "before": _difference(before, after)}
        return _touch(log, record, ChangeKind.RENAMED, payload, significance)


def retract_alias(
    alias: Alias,
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = False,
) -> Change:
    """Retract a name that a public commitment was given by mistake."""
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
        record = _locked(alias.commitment)
        alias = _locked(alias)
        before = payloads.commitment(record)
        alias.retracted_seq = log.next_seq
        alias.save(update_fields=["retracted_seq"])
        after = payloads.commitment(Commitment.objects.get(pk=record.pk))
        payload = {"commitment": after, "before": _difference(before, after)}
        return _touch(log, record, ChangeKind.RENAMED, payload, "minor")


def amend_meeting(
    meeting: Meeting,
    *,
    values: Mapping[str, Any],
    reason: str = "",
    significance: str = "major",
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = False,
) -> Change:
    """Amend a public meeting: held, cancelled, moved to another date, given more sources.

    Its parties and level cannot change once updates refer to it, since the "not mentioned" flag
    depends on them.
    """
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
        record = _locked(meeting)
        refuse_unfit_meeting(record, values)
        former = (record.level, parties_key(record))
        diff = _amended(
            log,
            record,
            values,
            payloads.meeting,
            lambda it: [
                *it.parties.all(),
                *forum_with_parties(it.forum),
                *it.sources.all(),
            ],
        )
        record.parties_key = parties_key(record)
        if former != (record.level, record.parties_key) and record.updates.exists():
            raise ValidationError(
                _("Parties and level stay as they are once updates rest on the meeting.")
            )
        record.save(update_fields=["parties_key"])
        change = log.append(
            ChangeKind.MEETING,
            {"meeting": diff.after, "before": diff.before, "reason": reason, **diff.introduced},
            Subject(meeting=record),
            significance=significance,
        )
        if "forum" in diff.before:
            project_anew(Commitment.objects.filter(updates__meeting=record).distinct())
        return change


_REFERENCE_PAYLOADS: dict[type[PublicRecord], tuple[str, Callable[[Any], Payload]]] = {
    Party: ("party", payloads.party),
    Topic: ("topic", payloads.topic),
    Forum: ("forum", payloads.forum),
    Source: ("source", payloads.logged_source),
    Note: ("note", payloads.note),
}


def amend_reference(
    record: PublicRecord,
    *,
    values: Mapping[str, Any],
    reason: str = "",
    significance: str = "minor",
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = False,
) -> Change:
    """Amend a public party, topic, forum, source or note, such as adding an archived address."""
    name, payload_of = _REFERENCE_PAYLOADS[type(record)]
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
        current = _locked(record)
        diff = _amended(
            log,
            current,
            values,
            payload_of,
            lambda it: it.parties.all() if isinstance(it, Forum) else (),
        )
        if isinstance(current, Forum) and "cadence_months" in diff.before:
            affected = Q(updates__meeting__forum=current) | Q(series=current)
            project_anew(Commitment.objects.filter(affected).distinct())
        return log.append(
            ChangeKind.COMMENTARY if isinstance(current, Note) else ChangeKind.AMENDED,
            {name: diff.after, "before": diff.before, "reason": reason, **diff.introduced},
            Subject(
                source=current if isinstance(current, Source) else None,
                note=current if isinstance(current, Note) else None,
            ),
            significance=significance,
        )


def amend_passages(
    source: Source,
    *,
    added: Collection[PassageLeftOut] = (),
    removed: Collection[PassageLeftOut] = (),
    reason: str = "",
    significance: str = "minor",
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = False,
) -> Change:
    """Publish and retract left-out passages of a public source."""
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
        record = _locked(source)
        before = payloads.logged_source(record)
        if not added and not removed:
            raise ValidationError(_("Nothing would change."), code="nothing")
        for passage in added:
            require_draft(passage)
            if passage.source_id != record.pk:
                raise ValidationError(_("The passage belongs to another source."))
            passage.published_seq = log.next_seq
            passage.save()
            remember(passage, now=now, by=by)
        for passage in removed:
            locked = _locked(passage)
            locked.retracted_seq = log.next_seq
            locked.save(update_fields=["retracted_seq"])
        after = payloads.logged_source(Source.objects.get(pk=record.pk))
        former = {"left_out": before.get("left_out", [])}
        payload = {"source": after, "before": former, "reason": reason}
        return log.append(
            ChangeKind.AMENDED, payload, Subject(source=record), significance=significance
        )


def add_evidence(
    citation: Citation,
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = False,
) -> Change:
    """Add an unsaved citation to a published update that counts."""
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
        update = StatusUpdate.objects.select_related("revision").get(pk=citation.update_id)
        commitment = _locked(update.commitment)
        if not update.is_published or hasattr(update, "revision"):
            raise ValidationError(_("Evidence is added to a public update that counts."))
        if not citation.source.is_evidence:
            raise ValidationError(_("Commentary is not evidence; publish it as a note."))
        citation.added_seq = log.next_seq
        citation.full_clean()
        introduced = introduce([citation.source], seq=log.next_seq)
        citation.save(force_insert=True)
        remember(citation, now=now, by=by)
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
