"""What an amendment of a public record must not do, beyond what each field refuses by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tracker.models import Commitment, Meeting

_CONTEXT = ("first_stated_at", "part_of", "supersedes")


def refuse_unfit_commitment(commitment: Commitment, values: Mapping[str, Any]) -> None:
    """Raise ValidationError for a new value that a public commitment cannot have."""
    if values.get("reference", commitment.reference) != commitment.reference:
        raise ValidationError(_("A public reference is permanent."))
    if "parties" in values and not values["parties"]:
        raise ValidationError(_("A commitment keeps at least one party."))
    for name in _CONTEXT:
        other = values.get(name)
        # What was referred to before may have been retracted since, and hinders nothing.
        if other is None or other.pk == getattr(commitment, f"{name}_id"):
            continue
        if not other.is_public:
            raise ValidationError(_("Publish “%(record)s” first."), params={"record": other})
        if name != "first_stated_at":
            _refuse_circle(commitment, other, name)


def _refuse_circle(commitment: Commitment, other: Commitment, name: str) -> None:
    """Follow a relation upwards; one query for each generation, of which there are few."""
    seen: set[int] = set()
    at: Commitment | None = other
    while at is not None and at.pk not in seen:
        if at.pk == commitment.pk:
            raise ValidationError(
                _("“%(other)s” already depends on “%(commitment)s”; that would be a circle."),
                params={"other": other, "commitment": commitment},
            )
        seen.add(at.pk)
        at = getattr(at, name)


def refuse_unfit_meeting(meeting: Meeting, values: Mapping[str, Any]) -> None:
    """Raise ValidationError for a new value that a public meeting cannot have."""
    for name, sentence in (
        ("parties", _("A meeting keeps at least one party.")),
        ("sources", _("A meeting keeps at least one source that says so.")),
    ):
        if name in values and not values[name]:
            raise ValidationError(sentence)
