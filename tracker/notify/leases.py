"""Leases on subscriptions: one deliverer at a time may send to each.

A lease is taken in one short transaction rather than held as a lock while a receiver responds: on
SQLite that would block every writer. The lease of a dead deliverer expires by itself, and its
successor finds the cursor where the last message left it. Every write names the lease, so a
deliverer whose lease has expired writes nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from tracker.models import Delivery, Subscription

# A receiver that takes longer to answer is late.
PROMPT = dt.timedelta(seconds=1)

_last_took = Subquery(
    Delivery.objects.filter(subscription=OuterRef("pk")).order_by("-pk").values("milliseconds")[:1]
)
# Whether the last attempt failed or took long.
_IS_LATE = ExpressionWrapper(
    Q(failures__gt=0) | Q(last_took__gt=PROMPT // dt.timedelta(milliseconds=1)), BooleanField()
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A subscription leased to this deliverer."""

    subscription: Subscription
    token: uuid.UUID
    until: dt.datetime  # when it was taken; `renew` extends what the database has
    duration: dt.timedelta
    is_late: bool  # the last attempt before it failed or took long

    def renew(
        self, *, now: dt.datetime, delivery: Delivery | None = None, **values: object
    ) -> bool:
        """Write values, with the attempt that led to them, and renew the lease.

        Return False and write nothing if the lease has passed to another deliverer, or the
        subscription was stopped or deleted.
        """
        return self._write(delivery, lease_until=now + self.duration, **values)

    def release(self, *, delivery: Delivery | None = None, **values: object) -> bool:
        """Write values and release the lease."""
        return self._write(delivery, lease=None, lease_until=None, **values)

    def _write(self, delivery: Delivery | None, **values: object) -> bool:
        with transaction.atomic():
            leased = Subscription.objects.active().filter(pk=self.subscription.pk, lease=self.token)
            if not leased.update(**values):
                return False
            if delivery is not None:
                delivery.save(force_insert=True)
        for name, value in values.items():
            setattr(self.subscription, name, value)
        return True


def take(
    channels: Collection[str],
    *,
    now: dt.datetime,
    duration: dt.timedelta,
    head: int,
    most: int = 1,
    with_late: bool = True,
) -> list[Lease]:
    """Lease the due subscriptions that have waited longest, at most so many.

    `head` is the last line that may be sent. Without `with_late`, leave out subscriptions
    whose last attempt failed or took long.
    """
    due = Subscription.objects.due(now=now, head=head).filter(channel__in=channels)
    due = due.annotate(last_took=Coalesce(_last_took, 0)).annotate(is_late=_IS_LATE)
    if not with_late:
        due = due.filter(Q(is_late=False))
    due = due.order_by("next_attempt_at", "pk")
    if not due.exists():  # outside the transaction, which on SQLite waits for every writer
        return []
    token = uuid.uuid4()
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        taken = list(due[:most])
        keys = [subscription.pk for subscription in taken]
        Subscription.objects.filter(pk__in=keys).update(lease=token, lease_until=now + duration)
    return [
        Lease(
            subscription,
            token,
            until=now + duration,
            duration=duration,
            is_late=bool(subscription.is_late),  # type: ignore[attr-defined]
        )
        for subscription in taken
    ]
