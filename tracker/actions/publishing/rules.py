"""Rules for every publication, of one record or thousands.

They query nothing but the relations of the rows given to them. Refusals are ValidationErrors with
a message for the user.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tracker.models import (
    ChangeKind,
    Commitment,
    Party,
    Source,
    StatusUpdate,
)
from tracker.models.records import PublicRecord
from tracker.queries.history import Wording, movements_of
from tracker.schema import payloads
from tracker.schema.payloads import Payload

# The fields of an update that publication sets.
PUBLICATION = ("number", "published_seq", "published_at", "gives_name")


def require_context(commitment: Commitment, parties: Collection[Party]) -> None:
    """Refuse a commitment without parties, or one that refers to a record that is not public."""
    if not parties:
        raise ValidationError(
            _("Name the parties of “%(commitment)s” before publishing it."),
            params={"commitment": commitment.title},
        )
    for record in (commitment.first_stated_at, commitment.part_of, commitment.supersedes):
        if record is not None and not record.is_public:
            raise publish_first(record, commitment)


def publish_first(record: PublicRecord, commitment: Commitment) -> ValidationError:
    """Return the refusal of a commitment that refers to a record that is not public."""
    return ValidationError(
        _("Publish “%(record)s” first: “%(commitment)s” refers to it."),
        params={"record": record, "commitment": commitment.title},
    )


def require_evidence(update: StatusUpdate, sources: Iterable[Source], *, today: dt.date) -> None:
    """Refuse an update without evidence or a date, in the future, or of a non-public meeting."""
    name = {"update": update.commitment.title, "date": update.happened}
    if not any(source.is_evidence for source in sources):
        raise ValidationError(
            _("Cite a source for the update of %(date)s to “%(update)s”. Commentary is none."),
            params=name,
        )
    if update.happened is None or update.happened.first_day is None:
        raise ValidationError(
            _("Say when the update to “%(update)s” happened, at least the year."), params=name
        )
    if update.happened.first_day > today:
        raise ValidationError(
            _("“%(update)s”: %(date)s lies in the future; record what has happened."),
            params=name,
        )
    if update.meeting is not None and not update.meeting.is_public:
        raise ValidationError(
            _("Publish the meeting “%(meeting)s” first."), params={"meeting": update.meeting}
        )


def kind_of(before: Wording | None, update: StatusUpdate, after: Wording) -> ChangeKind:
    """Return the kind of change to log: of the status, of the deadline, or only a mention."""
    if before is None or update.party_id is not None:
        return ChangeKind.STATUS
    if (before.stage, before.assessment) != (after.stage, after.assessment):
        return ChangeKind.STATUS
    if before.target != after.target:
        return ChangeKind.DEADLINE
    return ChangeKind.MENTION


def line_of(
    commitment: Commitment, update: StatusUpdate, before: Wording | None
) -> tuple[ChangeKind, Payload]:
    """Return the kind and the payload of the log line of a published update."""
    common = {
        "commitment": payloads.commitment_name(commitment),
        "update": payloads.update(update),
    }
    if update.corrects is not None:
        replaced = {"replaces": payloads.update(update.corrects), "reason": update.reason.strip()}
        return ChangeKind.CORRECTION, {**common, **replaced}
    after = Wording.of(update) if before is None else before.followed_by(update)
    return kind_of(before, update, after), {
        **common,
        "before": None if before is None else payloads.position(before),
        "after": payloads.position(after),
        "movement": [str(movement) for movement in movements_of(update, before, after)],
    }
