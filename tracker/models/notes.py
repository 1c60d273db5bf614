"""Analysts' notes: attributed commentary, never evidence."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.lib.field_history import FieldHistory
from tracker.lib.line_fields import LineField
from tracker.models.commitments import Commitment
from tracker.models.meetings import Meeting
from tracker.models.records import PublicRecord, PublicRecordQuerySet
from tracker.models.sources import Source


class Note(PublicRecord):
    """An analyst's remark on one meeting or one commitment. The text is CommonMark."""

    key = models.SlugField(_("key"), max_length=120, unique=True)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="notes", null=True, blank=True
    )
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, related_name="notes", null=True, blank=True
    )
    author = LineField(_("author"), max_length=160)
    source = models.ForeignKey(Source, models.PROTECT, related_name="notes", null=True, blank=True)
    language = LineField(_("language"), max_length=35, default="en")
    text = models.TextField(_("text"))

    objects = PublicRecordQuerySet["Note"].as_manager()
    history = FieldHistory()

    class Meta(PublicRecord.Meta):
        abstract = False
        ordering = ("key",)
        verbose_name, verbose_name_plural = _("analyst’s note"), _("analysts’ notes")
        constraints = (
            *PublicRecord.Meta.constraints,
            models.CheckConstraint(
                name="note_is_about_one_thing",
                condition=Q(meeting__isnull=False, commitment__isnull=True)
                | Q(meeting__isnull=True, commitment__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.author}: {self.key}"
