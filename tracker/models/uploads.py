"""Uploaded files, stored between the steps of an import.

In the database, since the process that runs the import may be on another machine than the one that
received the file.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.models.records import known_choice


class UploadNoun(models.TextChoices):
    COMMITMENTS = "commitments", _("Commitments")
    MEETINGS = "meetings", _("Meetings")
    SOURCES = "sources", _("Sources")
    UPDATES = "updates", _("Status updates")


class UploadState(models.TextChoices):
    """The next step."""

    OPEN = "open", _("Say what its columns hold")
    TO_CHECK = "to_check", _("It is checked")
    CHECKED = "checked", _("Look at what it would do")
    TO_IMPORT = "to_import", _("It is imported")
    IMPORTED = "imported", _("Nothing: it was imported")


class Upload(models.Model):
    """One file: its owner, how to read it, and the result."""

    noun = models.CharField(max_length=12, choices=UploadNoun)
    file_name = models.CharField(max_length=200)
    ending = models.CharField(max_length=4)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField(default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="uploads"
    )
    uploaded_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=UploadState, default=UploadState.OPEN)
    # Its headings and first rows, or a question to answer before they can be read.
    head = models.JSONField(default=dict)
    # The heading of each column, and the answers.
    reading = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    # What to do with its drafts, and the reason given for amendments.
    then = models.CharField(max_length=7, default="keep")
    why = models.TextField(blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    # The end of the lease of the process that runs the import.
    taken_until = models.DateTimeField(null=True)
    # The number of attempts since it was last requested.
    tries = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("uploaded file"), _("uploaded files")
        # No permissions of its own: an import requires those on its noun.
        default_permissions = ()
        constraints = (
            known_choice("upload", "noun", UploadNoun),
            known_choice("upload", "state", UploadState),
        )

    def __str__(self) -> str:
        return self.file_name


class UploadPart(models.Model):
    """A part of the file, which may be too large to hold in memory."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name, verbose_name_plural = _("part of a file"), _("parts of files")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(name="upload_part_is_kept_once", fields=("upload", "number")),
        )

    def __str__(self) -> str:
        return f"{self.upload}/{self.number}"
