"""The fields of parties."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tracker.models import Party, PartyKind
from tracker.schema.fields import Field, Noun, Type

PARTY = Noun(
    "party",
    "A state or an organisation.",
    (
        Field(
            "code",
            Type.TEXT,
            _("ISO 3166-1 alpha-3 for a state; its own short code for an organisation."),
            is_needed=True,
        ),
        Field(
            "slug",
            Type.SLUG,
            _("The last part of its address; what the filter `party` takes."),
            is_needed=True,
        ),
        Field("name", Type.TEXT, _("Its name."), is_needed=True),
        Field("short_name", Type.TEXT, _("A shorter one, for tables."), is_needed=True),
        Field("kind", Type.CHOICE, choices=PartyKind, is_needed=True),
    ),
    model=Party,
)
