"""The parties to commitments: states and organisations."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.lib.field_history import FieldHistory
from tracker.lib.folded_fields import FoldedField
from tracker.lib.line_fields import LineField
from tracker.models.records import PublicRecord, PublicRecordQuerySet, RecordWithPage, known_choice


class PartyKind(models.TextChoices):
    STATE = "state", _("State")
    ORGANISATION = "organisation", _("Organisation")


class Party(RecordWithPage):
    """A state (ISO 3166-1 alpha-3 code) or an international organisation (its own short code)."""

    code = models.CharField(
        _("code"),
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9]{2,12}\Z", _("Use 2 to 12 capital letters."))],
        help_text=_("A state's ISO 3166-1 alpha-3 code, such as CAN."),
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = LineField(_("name"), max_length=120)
    short_name = LineField(_("short name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=PartyKind, default=PartyKind.STATE)
    folded_text = FoldedField(of=["name", "short_name"])

    objects = PublicRecordQuerySet["Party"].as_manager()
    history = FieldHistory()

    class Meta(PublicRecord.Meta):
        abstract = False
        ordering = ("name",)
        verbose_name, verbose_name_plural = _("party"), _("parties")
        constraints = (
            *PublicRecord.Meta.constraints,
            known_choice("party", "kind", PartyKind),
        )

    def __str__(self) -> str:
        return self.name
