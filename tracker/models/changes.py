"""The log of changes: append-only, numbered without gaps, chained by hash.

The hash of a line is taken over `PublicLine.canonical`, which `tracker/docs/log.md` documents.
Database triggers refuse to alter or delete a line.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.lib.canonical_json import sha256_hex
from tracker.models.commitments import Commitment
from tracker.models.meetings import Meeting
from tracker.models.notes import Note
from tracker.models.records import known_choice
from tracker.models.sources import Source
from tracker.models.updates import Significance, StatusUpdate

GENESIS_HASH = "0" * 64


class ChangeKind(models.TextChoices):
    COMMITMENT_PUBLISHED = "commitment_published", _("Commitment published")
    STATUS = "status", _("Status")
    MENTION = "mention", _("Mention")
    DEADLINE = "deadline", _("Deadline")
    EVIDENCE = "evidence", _("Evidence")
    RENAMED = "renamed", _("Renamed")
    AMENDED = "amended", _("Amended")
    CORRECTION = "correction", _("Correction")
    RETRACTION = "retraction", _("Retraction")
    MEETING = "meeting", _("Meeting")
    COMMENTARY = "commentary", _("Commentary")
    FLAG = "flag", _("Flag raised")


class PublicLine(NamedTuple):
    """The public part of a line, and the hash of the line before."""

    seq: int
    recorded_at: dt.datetime
    kind: str
    significance: str
    is_backfill: bool
    payload: Any
    previous_hash: str

    def canonical(self) -> dict[str, Any]:
        """Return the line in the form that is hashed."""
        recorded_at = self.recorded_at.astimezone(dt.UTC).isoformat(timespec="microseconds")
        return {
            **self._asdict(),
            "recorded_at": recorded_at,
            "kind": str(self.kind),
            "significance": str(self.significance),
        }

    def computed_hash(self) -> str:
        """Return the SHA-256 of the canonical form as 64 hexadecimal digits."""
        return sha256_hex(self.canonical())


class Change(models.Model):
    """One line of the public log. Rows are written by `tracker.actions.log` and never altered."""

    seq = models.PositiveBigIntegerField(_("number"), primary_key=True)
    recorded_at = models.DateTimeField(_("recorded"))
    kind = models.CharField(_("kind"), max_length=24, choices=ChangeKind)
    significance = models.CharField(_("significance"), max_length=5, choices=Significance)
    is_backfill = models.BooleanField(
        _("back-fill"), default=False, help_text=_("Recorded long after; nobody is notified.")
    )
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, related_name="changes", null=True, blank=True
    )
    update = models.ForeignKey(
        StatusUpdate, models.PROTECT, related_name="changes", null=True, blank=True
    )
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="changes", null=True, blank=True
    )
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="changes", null=True, blank=True
    )
    note = models.ForeignKey(Note, models.PROTECT, related_name="changes", null=True, blank=True)
    payload = models.JSONField(_("as published"))
    previous_hash = models.CharField(_("hash of the line before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64, unique=True)
    # For the office only: neither public nor part of the hash.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ("-seq",)
        verbose_name, verbose_name_plural = _("change"), _("changes")
        indexes = (
            models.Index(name="change_by_commitment", fields=("commitment", "-seq")),
            # Many lines have the same time, such as those of an import.
            models.Index(name="change_by_time", fields=("recorded_at", "seq")),
            # Finds the few lines that renamed something.
            models.Index(name="change_by_kind", fields=("kind", "-seq")),
        )
        constraints = (
            known_choice("change", "kind", ChangeKind),
            known_choice("change", "significance", Significance),
            models.CheckConstraint(name="change_is_numbered_from_one", condition=Q(seq__gte=1)),
        )

    def __str__(self) -> str:
        return f"#{self.seq} {self.kind}"

    def canonical(self) -> dict[str, Any]:
        """See `PublicLine.canonical`."""
        return self._public().canonical()

    def computed_hash(self) -> str:
        """See `PublicLine.computed_hash`."""
        return self._public().computed_hash()

    def _public(self) -> PublicLine:
        return PublicLine(*(getattr(self, name) for name in PublicLine._fields))


class LogHead(models.Model):
    """The number and hash of the last line: one row, locked while a line is appended."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS_HASH)
    recorded_at = models.DateTimeField(null=True)
    # Counts repairs of derived rows, which write no line, to invalidate caches.
    generation = models.PositiveIntegerField(default=0)
    # Set when an operator has confirmed the clock although the last line is dated later: the next
    # line must come after this instead.
    clock_accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(name="log_has_one_head", condition=Q(id=1)),)

    def __str__(self) -> str:
        return f"#{self.seq}"

    @property
    def next_after(self) -> dt.datetime | None:
        """The earliest time of the next line; None while the log is empty."""
        return self.clock_accepted_at or self.recorded_at
