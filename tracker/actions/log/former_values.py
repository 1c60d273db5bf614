"""Store the former values of a record in the transaction that amends it."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import apps
from django.db.models import Max

from tracker.lib.row_writing import insert_values
from tracker.models import Commitment, FormerValue
from tracker.models.former_values import (
    COLUMNS,
    NAMED_BY,
    Said,
    related_before,
    said_before,
    with_beginnings,
)
from tracker.models.records import PublicRecord
from tracker.schema.payloads import Payload


def keep_former_values(record: PublicRecord, *, after: Payload, before: Payload, seq: int) -> None:
    """Store what change `seq` replaced; call it after the record and its relations are saved."""
    noun = record._meta.model_name or ""
    said = [*said_before(noun, record.pk, before, until=seq, key_of=_key_of)]
    if isinstance(record, Commitment):
        said += related_before(
            {"commitment": after, "before": before},
            record.pk,
            until=seq,
            key_of=_key_of,
            related_of=_related,
        )
    rows = with_beginnings(said, _beginnings(noun, said))
    insert_values(FormerValue, COLUMNS, rows)


def _key_of(noun: str, name: str) -> int | None:
    model = apps.get_model("tracker", noun)
    by = NAMED_BY.get(noun, "slug")
    key: int | None = model._base_manager.filter(**{by: name}).values_list("pk", flat=True).first()
    return key


def _related(commitment: int) -> set[int]:
    related = Commitment.objects.filter(related=commitment, published_seq__isnull=False)
    return set(related.values_list("pk", flat=True))


def _beginnings(noun: str, said: Sequence[Said]) -> dict[tuple[str, int, str], int]:
    """Map each field that was amended before to the change that last amended it."""
    stored = FormerValue.objects.filter(noun=noun, record__in={each.record for each in said})
    ended = stored.values_list("noun", "record", "field").annotate(Max("until")).order_by()
    return {(noun, record, field): until for noun, record, field, until in ended}
