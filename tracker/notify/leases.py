"""Who may send to a subscription: one deliverer at a time, for as long as its lease lasts.

A lease is taken in one short transaction and not held as a lock while a receiver takes its time:
on SQLite that would stop everybody who writes. A deliverer that dies leaves a lease that ends by
itself; whoever then takes over finds the cursor where the last message left it. Everything that is
written about a subscription names the lease, so a deliverer that slept through the end of its own
changes nothing any more.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection, transaction

from tracker.models import Delivery, Subscription
from tracker.queries.visibility import log_head


@dataclass(frozen=True, slots=True)
class Lease:
    """A subscription in this deliverer's hands."""

    subscription: Subscription
    token: uuid.UUID
    duration: dt.timedelta

    def keep(self, *, now: dt.datetime, delivery: Delivery | None = None, **values: object) -> bool:
        """Write values, and the attempt that led to them, and renew the lease.

        Returns False, and writes nothing, when the lease has passed to another deliverer or the
        subscription was stopped or deleted meanwhile.
        """
        return self._write(delivery, lease_until=now + self.duration, **values)

    def give_back(self, *, delivery: Delivery | None = None, **values: object) -> bool:
        """Write values and let others have it."""
        return self._write(delivery, lease=None, lease_until=None, **values)

    def _write(self, delivery: Delivery | None, **values: object) -> bool:
        with transaction.atomic():
            mine = Subscription.objects.active().filter(pk=self.subscription.pk, lease=self.token)
            if not mine.update(**values):
                return False
            if delivery is not None:
                delivery.save(force_insert=True)
        for name, value in values.items():
            setattr(self.subscription, name, value)
        return True


def take(channels: Collection[str], *, now: dt.datetime, duration: dt.timedelta) -> Lease | None:
    """Take the lease of the subscription that has waited longest; None when none is due."""
    due = Subscription.objects.due(now=now, head=log_head().seq).filter(channel__in=channels)
    due = due.order_by("next_attempt_at", "pk")
    if not due.exists():  # without a transaction: on SQLite one would wait for every writer
        return None
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        subscription = due.first()
        if subscription is None:
            return None
        lease = Lease(subscription, uuid.uuid4(), duration)
        subscription.lease, subscription.lease_until = lease.token, now + duration
        subscription.save(update_fields=["lease", "lease_until"])
        return lease
