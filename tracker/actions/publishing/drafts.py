"""From draft to public: what every act of publishing shares. Call these with the log open."""

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
    """Make what a change rests on public with it; return what was not public before, in full."""
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
    """Read a draft again as it was saved; refuse what somebody published meanwhile, or long ago.

    Call it with the log open: whatever the caller has in hand may be older than that.
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
    """The names that become public with an update of a commitment: those drafted with it.

    With the first update of a commitment go those that were drafted with the commitment itself.
    What another update has made public meanwhile, or says as well, is not published twice: that
    draft is deleted.
    """
    given = {
        (name.name, name.language) for name in Alias.objects.filter(commitment=commitment).public()
    }
    found = []
    own = Q(update=update) if commitment.is_published else Q(update=update) | Q(update=None)
    for alias in Alias.objects.draft().filter(own, commitment=commitment).order_by("pk"):
        if (alias.name, alias.language) in given:
            alias.delete()
        else:
            given.add((alias.name, alias.language))
            found.append(alias)
    return found


def gives_name(update: StatusUpdate) -> bool:
    """Whether a name was drafted with an update that its commitment does not have in public yet.

    A correction gives the name that was published with what it corrects.
    """
    if update.corrects is not None and update.corrects.gives_name:
        return True
    public = Alias.objects.public().filter(commitment=update.commitment_id)
    drafted = Alias.objects.draft().filter(update=update)
    return drafted.exclude(name__in=public.order_by().values("name")).exists()


def touch(commitment: Commitment, change: Change) -> None:
    """Keep on the commitment's row which line of the log is its last."""
    commitment.last_change_seq, commitment.last_changed_at = change.seq, change.recorded_at
    commitment.save(update_fields=["last_change_seq", "last_changed_at"])
