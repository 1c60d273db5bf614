"""Payloads of commitments and updates from model objects: bulk values are compared with them."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Prefetch, QuerySet

from tracker.models import Commitment, Party, StatusUpdate, Topic
from tracker.queries.flags import flags_of, with_silence
from tracker.queries.history import steps
from tracker.queries.lists.bulk import step_payload
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    as_known,
    hide_what_was_not_there,
    position_of,
    public_aliases,
    public_commitments,
    public_updates,
    with_evidence,
)
from tracker.schema import payloads
from tracker.schema.payloads import Payload, day


def plain_commitments(commitments: QuerySet[Commitment], viewpoint: Viewpoint) -> list[Payload]:
    """Return the payloads of public commitments, as published at the viewpoint."""
    known = viewpoint.known
    related = with_silence(commitments, viewpoint).prefetch_related(
        Prefetch("topics", Topic.objects.public(known=known)),
        Prefetch("parties", Party.objects.public(known=known)),
        Prefetch("aliases", public_aliases(viewpoint)),
        Prefetch("related", public_commitments(viewpoint)),
    )
    joined = related.select_related("first_stated_at", "series", "part_of", "supersedes")
    records = as_known(joined, viewpoint)
    hide_what_was_not_there(records, viewpoint)
    return [_payload(record, viewpoint) for record in records]


def _payload(record: Commitment, viewpoint: Viewpoint) -> Payload:
    position = position_of(record)
    return {
        **payloads.commitment(record),
        **payloads.position(position),
        "target_last_day": day(position.target_last_day),
        "flags": [str(flag) for flag in flags_of(record, viewpoint)],
        "no_information": position.has_no_information(viewpoint.day),
        "last_update_day": day(position.last_update_day),
        "last_change": payloads.recorded(record.last_change_seq, record.last_changed_at),
    }


def plain_updates(commitments: QuerySet[Commitment], viewpoint: Viewpoint) -> list[Payload]:
    """Return the payloads of their effective updates, as published at the viewpoint."""
    cited = with_evidence(public_updates(viewpoint), viewpoint).chronological()
    updates: dict[int, list[StatusUpdate]] = defaultdict(list)
    for update in as_known(cited, viewpoint):
        updates[update.commitment_id].append(update)
    return [step_payload(step) for record in commitments for step in steps(updates[record.pk])]
