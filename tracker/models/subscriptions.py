"""Subscriptions to the log, and every attempt to deliver to them.

A subscription is a filter and a cursor into the log. Nothing here is public; a row is looked up by
its `key`, which only the owner's signed links contain.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models.records import known_choice


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    WEBHOOK = "webhook", _("Webhook")
    # The configured WebSub hub: there is at most one.
    HUB = "hub", _("WebSub hub")


class SubscriptionState(models.TextChoices):
    PENDING = "pending", _("Waiting to be confirmed or approved")
    ACTIVE = "active", _("Active")
    STOPPED = "stopped", _("Stopped")


class Frequency(models.TextChoices):
    IMMEDIATE = "immediate", _("As it happens")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")


# Longer than any lease; longer than e-mail waits for a Monday, or a day more after a bounce.
_LEASED = dt.timedelta(days=1)
_WEEK = dt.timedelta(days=9)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> Self:
        return self.filter(state=SubscriptionState.ACTIVE)

    def due(self, *, now: dt.datetime, head: int) -> Self:
        """Keep active subscriptions with new lines whose time has come and that are not leased.

        A message that was begun up to a later line than `head` waits for that line. A time further
        ahead than any wait was set while the clock was wrong, and counts as come.
        """
        free = Q(lease_until=None) | Q(lease_until__lte=now) | Q(lease_until__gt=now + _LEASED)
        longest = _WEEK + dt.timedelta(
            seconds=1.1 * max(settings.DELIVERY_RETRY_SECONDS, default=0)
        )
        has_come = Q(next_attempt_at__lte=now) | Q(next_attempt_at__gt=now + longest)
        is_read = Q(batch_end=None) | Q(batch_end__lte=head)
        return self.active().filter(free, has_come, is_read, cursor__lt=head)


class Subscription(models.Model):
    """A filter of the log, an address to deliver to, and how far delivery has come.

    `cursor` is the number of the last line handled. `batch_end` is set while a message that covers
    several lines is being sent: a deliverer that takes over sends the same message again.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    state = models.CharField(
        _("state"), max_length=8, choices=SubscriptionState, default=SubscriptionState.PENDING
    )
    address = models.CharField(_("address"), max_length=2000)
    query = models.TextField(
        _("filter"), blank=True, help_text=_("The filter as it stands in an address; empty: all.")
    )
    frequency = models.CharField(
        _("how often"), max_length=9, choices=Frequency, default=Frequency.IMMEDIATE
    )
    with_overdue = models.BooleanField(
        _("with what is overdue"),
        default=False,
        help_text=_("Each message ends with a list of what is overdue."),
    )
    contact = models.EmailField(_("whom to ask about it"), blank=True)
    created_at = models.DateTimeField(_("asked for"))
    # A hash, to count the requests of one network without storing its address.
    asked_from = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    stopped_because = models.TextField(_("stopped because"), blank=True)

    cursor = models.PositiveBigIntegerField(_("told up to change"), default=0)
    batch_end = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    failures = models.PositiveSmallIntegerField(
        _("failures in a row"),
        default=0,
        help_text=_("Attempts that failed since the last success."),
    )
    lease = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    secret = models.CharField(max_length=100, blank=True, editable=False)
    previous_secret = models.CharField(max_length=100, blank=True, editable=False)
    previous_secret_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name, verbose_name_plural = _("subscription"), _("subscriptions")
        indexes = (
            models.Index(name="subscription_due", fields=("state", "next_attempt_at", "cursor")),
            models.Index(name="subscription_address", fields=("channel", "address")),
        )
        constraints = (
            known_choice("subscription", "channel", Channel),
            known_choice("subscription", "state", SubscriptionState),
            known_choice("subscription", "frequency", Frequency),
            models.CheckConstraint(
                name="webhook_has_a_secret", condition=~Q(channel="webhook", secret="")
            ),
            models.CheckConstraint(
                name="subscription_says_why_it_stopped",
                condition=~Q(state="stopped", stopped_because=""),
            ),
            models.UniqueConstraint(
                name="address_subscribes_to_a_filter_once",
                fields=("address", "query"),
                condition=Q(channel="email"),
            ),
            models.UniqueConstraint(
                name="there_is_one_hub", fields=("channel",), condition=Q(channel="hub")
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.address}"

    def start(self, *, now: dt.datetime, head: int) -> None:
        """Make it active from the log's head on, without earlier lines. Does not save."""
        self.state, self.confirmed_at, self.next_attempt_at = SubscriptionState.ACTIVE, now, now
        self.cursor, self.batch_end, self.failures = head, None, 0
        self.stopped_at, self.stopped_because = None, ""

    def stop(self, *, now: dt.datetime, because: str) -> None:
        """Stop deliveries until it is started or resumed. The cursor stays. Does not save."""
        self.state, self.stopped_at, self.stopped_because = SubscriptionState.STOPPED, now, because

    def resume(self, *, now: dt.datetime) -> None:
        """Make it active again from its cursor, so that nothing is missed. Does not save."""
        self.state, self.next_attempt_at, self.failures = SubscriptionState.ACTIVE, now, 0
        self.stopped_at, self.stopped_because = None, ""


class Outcome(models.TextChoices):
    DELIVERED = "delivered", _("Delivered")
    # To be retried.
    FAILED = "failed", _("Failed")
    # Not to be retried: the receiver said so, or the URL may not be called.
    REFUSED = "refused", _("Refused")
    # E-mail only: undeliverable, by the mail server's response or a bounce message.
    BOUNCED = "bounced", _("Bounced")


class Delivery(models.Model):
    """The outcome of one attempt to send one message."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="deliveries")
    message_id = models.CharField(_("message"), max_length=200)
    first_seq = models.PositiveBigIntegerField(_("from change"), null=True)
    last_seq = models.PositiveBigIntegerField(_("to change"), null=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    started_at = models.DateTimeField(_("started"), db_index=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"))
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome)
    status = models.PositiveSmallIntegerField(_("answered with"), null=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    is_test = models.BooleanField(_("test"), default=False)

    class Meta:
        ordering = ("-pk",)
        verbose_name, verbose_name_plural = _("delivery"), _("deliveries")
        indexes = (models.Index(name="delivery_of", fields=("subscription", "-id")),)
        constraints = (known_choice("delivery", "outcome", Outcome),)

    def __str__(self) -> str:
        return f"{self.message_id}: {self.outcome}"


class AskedMail(models.Model):
    """One message sent because of the subscription form; stored for a day, for rate limits.

    It contains only hashes: enough to count the requests for one address or from one network.
    """

    address_hash = models.CharField(max_length=64)
    network_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name, verbose_name_plural = _("message asked for"), _("messages asked for")
        indexes = (
            models.Index(name="asked_for_address", fields=("address_hash", "sent_at")),
            models.Index(name="asked_by_network", fields=("network_hash", "sent_at")),
        )

    def __str__(self) -> str:
        return f"{self.sent_at:%Y-%m-%d %H:%M}"
