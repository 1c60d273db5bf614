"""Source documents, and the passages of them that were left out."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.lib.field_history import FieldHistory
from tracker.lib.folded_fields import FoldedField
from tracker.lib.line_fields import LineField
from tracker.lib.partial_date_fields import EdgeDayField, PartialDateField
from tracker.models.records import PublicRecord, PublicRecordQuerySet, RecordWithPage, known_choice


class SourceKind(models.TextChoices):
    JOINT_STATEMENT = "joint_statement", _("Joint statement")
    PRESS_RELEASE = "press_release", _("Press release")
    READ_OUT = "read_out", _("Read-out")
    TREATY_TEXT = "treaty_text", _("Treaty text")
    OFFICIAL_RECORD = "official_record", _("Official record")
    NEWS_REPORT = "news_report", _("News report")
    ANALYST_NOTE = "analyst_note", _("Analyst’s note")


class Source(RecordWithPage):
    """A document with its publisher, dates and address.

    The full text, if we have it, is for checking quotations and is not public; its SHA-256 is.
    """

    slug = models.SlugField(_("address"), max_length=120, unique=True)
    title = LineField(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=20, choices=SourceKind)
    publisher = LineField(_("publisher"), max_length=200)
    identifier = LineField(
        _("identifier"),
        max_length=120,
        blank=True,
        help_text=_("The publisher’s own number for the document."),
    )
    url = models.URLField(_("web address"), max_length=500, blank=True)
    archived_url = models.URLField(_("archived address"), max_length=500, blank=True)
    language = LineField(
        _("language"), max_length=35, default="en", help_text=_("BCP 47 tag, such as en or ko.")
    )
    licence = LineField(
        _("licence"),
        max_length=120,
        blank=True,
        help_text=_("Under which the publisher lets others use it, such as CC-BY-4.0."),
    )
    published_on = PartialDateField(_("published"), blank=False)
    published_first_day = EdgeDayField(of="published_on", edge="first", db_index=True)
    retrieved_on = models.DateField(_("retrieved"), null=True, blank=True)
    summary = models.TextField(_("about the source"), blank=True)
    folded_text = FoldedField(of=["title", "publisher", "summary"])
    text = models.TextField(_("full text"), blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    objects = PublicRecordQuerySet["Source"].as_manager()
    # Versions have the hash of the text, not another copy of it.
    history = FieldHistory(without=["text"], beside=["text_sha256"])

    class Meta(PublicRecord.Meta):
        abstract = False
        ordering = (models.F("published_first_day").desc(nulls_last=True), "slug")
        verbose_name, verbose_name_plural = _("source"), _("sources")
        constraints = (
            *PublicRecord.Meta.constraints,
            known_choice("source", "kind", SourceKind),
            models.CheckConstraint(
                name="source_text_has_its_hash",
                condition=Q(text="", text_sha256="") | (~Q(text="") & ~Q(text_sha256="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.published_on})"

    def clean(self) -> None:
        super().clean()
        self._hash_text()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._hash_text()
        super().save(*args, **kwargs)

    def _hash_text(self) -> None:
        text = self.text.encode("utf-8")
        self.text_sha256 = hashlib.sha256(text).hexdigest() if text else ""

    @property
    def is_evidence(self) -> bool:
        """Whether it may support a stage: commentary never does."""
        return self.kind != SourceKind.ANALYST_NOTE


class LeftOutReason(models.TextChoices):
    """Why a passage of a source that was read in full is not a commitment."""

    POSITION = "position", _("A position on a third state or a conflict")
    AIM = "aim", _("A value or a general aim, without an action")
    ACCOUNT = "account", _("An account, an assessment or a courtesy")
    ONE_VOICE = "one_voice", _("Said by one person, not by the parties")


class PassageLeftOut(PublicRecord):
    """A passage that was read and not recorded, with the reason; public with its source.

    Its content is quoted or described in a few words.
    """

    source = models.ForeignKey(
        Source, models.CASCADE, verbose_name=_("source"), related_name="passages_left_out"
    )
    locator = models.CharField(_("where in the source"), max_length=160)
    quotation = models.CharField(_("quotation"), max_length=300, blank=True)
    subject = models.CharField(
        _("what it is about"), max_length=300, blank=True, help_text=_("In our own words.")
    )
    reason = models.CharField(_("why it is left out"), max_length=12, choices=LeftOutReason)

    objects = PublicRecordQuerySet["PassageLeftOut"].as_manager()
    history = FieldHistory(indexed=["source"])

    class Meta(PublicRecord.Meta):
        abstract = False
        ordering = ("pk",)
        verbose_name, verbose_name_plural = _("passage left out"), _("passages left out")
        constraints = (
            *PublicRecord.Meta.constraints,
            known_choice("passage", "reason", LeftOutReason),
            models.CheckConstraint(
                name="passage_is_quoted_or_described",
                condition=~Q(quotation="") | ~Q(subject=""),
                violation_error_message=_("Quote a few words of it, or say what it is about."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.locator}: {self.quotation or self.subject}"
