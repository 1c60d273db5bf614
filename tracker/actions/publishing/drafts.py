"""Steps that all publishing actions share. Call these with the log open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.models import Alias, Change, Commitment, Forum, Party, Source, StatusUpdate, Topic
from tracker.models.records import PublicRecord
from tracker.schema import payloads
from tracker.schema.payloads import Payload

_INTRODUCED: dict[type[PublicRecord], tuple[str, Callable[[Any], Payload]]] = {
    Party: ("parties", payloads.party),
    Topic: ("topics", payloads.topic),
    Forum: ("forums", payloads.forum),
    Source: ("sources", payloads.logged_source),
}


def introduce(records: Iterable[PublicRecord], *, seq: int) -> Payload:
    """Publish the records that a change refers to; return the payloads of those newly public."""
    introduced: Payload = {}
    for record in dict.fromkeys(records):
        # Read again: somebody may have published it since the caller did.
        rows = type(record)._base_manager.filter(pk=record.pk, published_seq=None)
        if rows.update(published_seq=seq):
            record.published_seq = seq
            if isinstance(record, Source):
                record.passages_left_out.draft().update(published_seq=seq)
            name, payload_of = _INTRODUCED[type(record)]
            fresh = type(record)._base_manager.get(pk=record.pk)
            introduced.setdefault(name, []).append(payload_of(fresh))
    return {"introduces": introduced} if introduced else {}


def require_draft(record: PublicRecord | StatusUpdate) -> None:
    """Reload a draft; raise ValidationError if it was deleted or is already public.

    Call it with the log open: the caller's instance may be out of date.
    """
    try:
        record.refresh_from_db()
    except type(record).DoesNotExist as error:
        raise ValidationError(
            _("“%(record)s” is not there any more."), params={"record": str(record)}
        ) from error
    if record.published_seq is not None:
        raise ValidationError(
            _("“%(record)s” is already public, since change %(seq)d."),
            code="already_public",
            params={"record": record, "seq": record.published_seq},
        )


def drafted_names(commitment: Commitment, update: StatusUpdate) -> list[Alias]:
    """Return the draft names that become public with an update of a commitment.

    The first update of a commitment also publishes the names drafted with the commitment itself.
    A name that is already public, or drafted twice, is not published again: the draft is deleted.
    """
    seen = {
        (name.name, name.language) for name in Alias.objects.filter(commitment=commitment).public()
    }
    names = []
    own = Q(update=update) if commitment.is_published else Q(update=update) | Q(update=None)
    for alias in Alias.objects.draft().filter(own, commitment=commitment).order_by("pk"):
        if (alias.name, alias.language) in seen:
            alias.delete()
        else:
            seen.add((alias.name, alias.language))
            names.append(alias)
    return names


def gives_name(update: StatusUpdate) -> bool:
    """Return whether an update brings a name that its commitment does not have publicly yet.

    A correction also counts if the update that it corrects did so.
    """
    if update.corrects is not None and update.corrects.gives_name:
        return True
    public = Alias.objects.public().filter(commitment=update.commitment_id)
    drafted = Alias.objects.draft().filter(update=update)
    return drafted.exclude(name__in=public.order_by().values("name")).exists()


def touch(commitment: Commitment, change: Change) -> None:
    """Record on the commitment which line of the log is its last."""
    commitment.last_change_seq, commitment.last_changed_at = change.seq, change.recorded_at
    commitment.save(update_fields=["last_change_seq", "last_changed_at"])
