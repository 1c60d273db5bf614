"""Rows of a meeting's worksheet that are not yet drafts of updates.

A complete row is a draft update, and is stored nowhere else. An incomplete one, such as with half a
date or a commitment without a title, is stored here as typed, so that nothing is lost. So is the
mark that a meeting was read and did not mention a commitment. Never public.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models.commitments import Commitment
from tracker.models.meetings import Meeting


class WorksheetRow(models.Model):
    """One row as typed: of a commitment, or of a new one that has no record yet."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="worksheet_rows")
    commitment = models.ForeignKey(
        Commitment, models.CASCADE, related_name="worksheet_rows", null=True
    )
    # The values of its form's fields, by name.
    typed = models.JSONField(_("typed"), default=dict)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("last edited by"),
        related_name="+",
        null=True,
    )
    edited_at = models.DateTimeField(_("last edited"))

    class Meta:
        verbose_name, verbose_name_plural = _("worksheet row"), _("worksheet rows")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                name="worksheet_has_one_row_for_each_commitment",
                fields=("meeting", "commitment"),
                condition=Q(commitment__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.key)
