"""Publish and retract the further names of public commitments; each act is a line of the log.

Each raises ValidationError, and writes nothing, when it is refused.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Unpack

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tracker.actions.amend import difference, locked, publish_part, retract_part
from tracker.actions.log.append import OpenLog, Stamp, Subject, open_log
from tracker.actions.log.search_index import index
from tracker.actions.publishing.drafts import touch
from tracker.models import Alias, Change, ChangeKind, Commitment, Significance
from tracker.schema import payloads
from tracker.schema.payloads import Payload


def publish_aliases(
    commitment: Commitment, aliases: Collection[Alias], **stamp: Unpack[Stamp]
) -> Change:
    """Publish additional names of a public commitment."""
    with open_log(**stamp) as log:
        record = locked(commitment)
        before = payloads.commitment(record)
        if not aliases:
            raise ValidationError(_("Nothing would change."), code="nothing")
        for alias in aliases:
            publish_part(log, alias)
            if alias.commitment_id != record.pk:
                raise ValidationError(_("The name belongs to another commitment."))
        return _renamed(log, record, before)


def retract_alias(alias: Alias, **stamp: Unpack[Stamp]) -> Change:
    """Retract a name that a public commitment was given by mistake."""
    with open_log(**stamp) as log:
        record = locked(alias.commitment)
        before = payloads.commitment(record)
        retract_part(log, alias)
        return _renamed(log, record, before)


def _renamed(log: OpenLog, commitment: Commitment, before: Payload) -> Change:
    """Log the names that a commitment got or lost; minor, since its title is the same."""
    after = payloads.commitment(Commitment.objects.get(pk=commitment.pk))
    change = log.append(
        ChangeKind.RENAMED,
        {"commitment": after, "before": difference(before, after)},
        Subject(commitment=commitment),
        significance=Significance.MINOR,
    )
    touch(commitment, change)
    index([commitment])
    return change
