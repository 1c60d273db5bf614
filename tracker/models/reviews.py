"""The review of drafts: who wrote, sent, returned and approved them.

Separate from the records, so that it is never public, and so that a published row never changes.
Written only by `tracker.actions.review.states`.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models.commitments import Commitment, Topic
from tracker.models.meetings import Forum, Meeting
from tracker.models.notes import Note
from tracker.models.parties import Party
from tracker.models.records import PublicRecord, known_choice
from tracker.models.sources import Source
from tracker.models.updates import StatusUpdate

# The permission to publish, and to amend what is public; `Review.Meta` declares it.
PUBLISH = "tracker.publish"


class ReviewState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("Published")


# Sent, and neither published nor withdrawn yet.
WAITING = (ReviewState.IN_REVIEW, ReviewState.SCHEDULED)

# The nouns that have a review, by the name of its column. The first four are published by an act
# of their own; the others become public with what rests on them.
REVIEWED: dict[type[models.Model], str] = {
    Meeting: "meeting",
    Commitment: "commitment",
    StatusUpdate: "update",
    Note: "note",
    Party: "party",
    Topic: "topic",
    Forum: "forum",
    Source: "source",
}


class Review(models.Model):
    """The review of one record; a draft without a row was not sent, and its author is unknown."""

    meeting = models.OneToOneField(Meeting, models.CASCADE, null=True, related_name="review")
    commitment = models.OneToOneField(Commitment, models.CASCADE, null=True, related_name="review")
    update = models.OneToOneField(StatusUpdate, models.CASCADE, null=True, related_name="review")
    note = models.OneToOneField(Note, models.CASCADE, null=True, related_name="review")
    party = models.OneToOneField(Party, models.CASCADE, null=True, related_name="review")
    topic = models.OneToOneField(Topic, models.CASCADE, null=True, related_name="review")
    forum = models.OneToOneField(Forum, models.CASCADE, null=True, related_name="review")
    source = models.OneToOneField(Source, models.CASCADE, null=True, related_name="review")
    state = models.CharField(
        _("state"), max_length=9, choices=ReviewState, default=ReviewState.DRAFT
    )
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("last edited by"),
        related_name="+",
        null=True,
    )
    edited_at = models.DateTimeField(_("last edited"), null=True)
    # The other editors of the draft, who may not approve it either.
    earlier_editors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("edited before by"), related_name="+"
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("sent by"),
        related_name="+",
        null=True,
    )
    sent_at = models.DateTimeField(_("sent"), null=True)
    # All that it would make public as it was sent, and its digest, which an approval names
    # (`queries.drafts.submissions`). It stays, to be compared when the review has ended.
    sent_content = models.JSONField(_("what was sent"), default=dict)
    sent_digest = models.CharField(_("digest of what was sent"), max_length=64, blank=True)
    approved_digest = models.CharField(_("digest of what was approved"), max_length=64, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("reviewed by"),
        related_name="+",
        null=True,
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True)
    publish_at = models.DateTimeField(_("to be published at"), null=True, db_index=True)
    # Published together with a scheduled commitment.
    first_update = models.ForeignKey(
        StatusUpdate, models.SET_NULL, null=True, related_name="scheduled_with"
    )

    class Meta:
        verbose_name, verbose_name_plural = _("review"), _("reviews")
        permissions = (("publish", "Can review, publish, correct, retract and amend"),)
        # Reviews remain after publication; this finds those that wait.
        indexes = (models.Index(name="review_waiting", fields=("state", "sent_at")),)
        constraints = (
            models.CheckConstraint(
                name="review_is_of_one_record",
                condition=Q(
                    *(
                        Q(**{f"{name}__isnull": name != one for name in REVIEWED.values()})
                        for one in REVIEWED.values()
                    ),
                    _connector=Q.OR,
                ),
            ),
            known_choice("review", "state", ReviewState),
            models.CheckConstraint(
                name="what_is_scheduled_has_a_time_and_an_approver",
                condition=~Q(state=ReviewState.SCHEDULED)
                | Q(publish_at__isnull=False, reviewed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="what_waits_names_what_was_sent",
                condition=~Q(state__in=WAITING) | ~Q(sent_digest=""),
            ),
            models.CheckConstraint(
                name="what_is_scheduled_names_what_was_approved",
                condition=~Q(state=ReviewState.SCHEDULED)
                | Q(approved_digest=models.F("sent_digest")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.record}: {self.state}"

    @property
    def record(self) -> PublicRecord | StatusUpdate:
        """The record under review."""
        for name in REVIEWED.values():
            record: PublicRecord | StatusUpdate | None = getattr(self, name)
            if record is not None:
                return record
        raise ValueError("A review of nothing.")
