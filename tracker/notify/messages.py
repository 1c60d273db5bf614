"""A message to one subscription, and the outcome of an attempt to send it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.models import Outcome
from tracker.queries.log.change_summary import ChangeSummary


@dataclass(frozen=True, slots=True)
class Message:
    """Log lines for one subscription. A message that is sent again has the same `id`.

    `last_seq` is the cursor's position after delivery: the last line examined, which may come after
    the last line sent. `omitted` counts matching lines that did not fit. `is_batch` is true if the
    time of composing decides what the message covers: its end is then stored before it is sent.
    """

    id: str
    lines: Sequence[ChangeSummary]
    first_seq: int
    last_seq: int
    omitted: int = 0
    is_batch: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Something is owed but not due yet: look again at `until`.

    Nothing up to `cursor` concerned the subscription.
    """

    until: dt.datetime
    cursor: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of sending; `status` is the HTTP or SMTP status, `detail` a sentence for people.

    A failed attempt is retried by the table in the settings, unless `again_at` gives a time. That
    attempt does not count towards the failures that stop a subscription.
    """

    outcome: Outcome
    status: int | None = None
    detail: str = ""
    again_at: dt.datetime | None = None
