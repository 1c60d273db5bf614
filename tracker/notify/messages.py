"""What is sent to one subscription at one time, and how an attempt to send it ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.models import Outcome
from tracker.queries.change_lines import Line


@dataclass(frozen=True, slots=True)
class Message:
    """Lines of the log for one subscription. A message sent again has the same `id`.

    `last_seq` is where the cursor stands once it is delivered: the last line looked at, which may
    be after the last line told. `omitted` counts lines that matched and found no room.
    `is_batch` is true when what the message covers depends on when it was put together: its end is
    then written down before it is sent.
    """

    id: str
    lines: Sequence[Line]
    first_seq: int
    last_seq: int
    omitted: int = 0
    is_batch: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Something is owed, and its time has not come: look again at `until`.

    Up to `cursor` nothing concerned the subscription.
    """

    until: dt.datetime
    cursor: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """How sending ended. `status` is the HTTP or SMTP status; `detail` a sentence for people.

    An attempt that failed is repeated by the table of the settings, unless `again_at` says when;
    that one does not count towards the failures after which a subscription stops.
    """

    outcome: Outcome
    status: int | None = None
    detail: str = ""
    again_at: dt.datetime | None = None
