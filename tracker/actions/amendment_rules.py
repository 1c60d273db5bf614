"""Validation of amendments to public records, beyond that of the model fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
        # An unchanged reference stays valid even if its record was retracted since.
        if other is None or other.pk == getattr(commitment, f"{name}_id"):
            continue
        if not other.is_public:
            raise ValidationError(_("Publish “%(record)s” first."), params={"record": other})
        if name != "first_stated_at":
            _refuse_circle(commitment, other, name)


def _refuse_circle(commitment: Commitment, other: Commitment, name: str) -> None:
    """Follow a relation upwards, with one query per level; there are few levels."""
    seen: set[int] = set()
    ancestor: Commitment | None = other
    while ancestor is not None and ancestor.pk not in seen:
        if ancestor.pk == commitment.pk:
            raise ValidationError(
                _("“%(other)s” already depends on “%(commitment)s”; that would be a circle."),
                params={"other": other, "commitment": commitment},
            )
        seen.add(ancestor.pk)
        ancestor = getattr(ancestor, name)


def refuse_unfit_meeting(meeting: Meeting, values: Mapping[str, Any]) -> None:
    """Raise ValidationError for a new value that a public meeting cannot have."""
    for name, message in (
        ("parties", _("A meeting keeps at least one party.")),
        ("sources", _("A meeting keeps at least one source that says so.")),
    ):
        if name in values and not values[name]:
            raise ValidationError(message)


def refuse_other_rank(meeting: Meeting, former: Collection[str]) -> None:
    """Refuse to alter the parties or the level of a meeting that updates refer to.

    `former` has the names of the amended fields.
    """
    if {"level", "parties"} & set(former) and meeting.updates.exists():
        raise ValidationError(
            _("Parties and level stay as they are once updates rest on the meeting.")
        )
