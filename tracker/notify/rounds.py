"""What the deliverer finds and makes once for all subscriptions, in one round up to the log's head.

Filters that differ only in spelling are one filter, which is evaluated once for all who follow it;
those who are owed nothing move to the head together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import TypeVar

from django.db import DatabaseError, connection, transaction
from django.db.models import Case, DateTimeField, Q, Value, When
from django.http import QueryDict

from tracker.filters import ChangeFilter
from tracker.lib.query_strings import canonical_query
from tracker.models import Frequency, Subscription
from tracker.notify.following import filter_of, followed_lines
from tracker.notify.frequencies import next_time
from tracker.notify.mail_server import MailServer
from tracker.queries.log.change_summary import ChangeSummary, summarise
from tracker.queries.visibility import public_changes

T = TypeVar("T")

# Lines that a filter finds at a time: a subscription may start at the beginning of a long log.
_AT_ONCE = 1_000
# Summaries and parts of messages held at a time; most rounds need a few.
_MOST_HELD = 500
# Some 5,000 filters; responses to what is under way wait for it, and leases go on.
_LONGEST_SKIP = dt.timedelta(seconds=20)
# Places named in one statement: databases limit how many values and conditions it may have.
_PLACES = 900


@dataclass(frozen=True, slots=True)
class _Found:
    """The numbers of all lines after `after` and up to `to` that a filter finds."""

    after: int
    to: int
    seqs: Sequence[int]


class Round:
    """The lines up to `head` as filters find them on the day `today`."""

    def __init__(self, *, head: int, today: dt.date, mail_server: MailServer) -> None:
        self.head, self.today, self.mail_server = head, today, mail_server
        self._filters: dict[str, ChangeFilter | Exception] = {}
        self._found: dict[str, list[_Found]] = {}
        self._summaries: dict[int, ChangeSummary] = {}
        self._parts: dict[object, object] = {}

    def filter_of(self, query: str) -> ChangeFilter:
        """Return the filter; raise what reading it raised, such as BrokenFilterError."""
        sorted_query = canonical_query(dict(QueryDict(query).lists()))
        if sorted_query not in self._filters:
            try:
                self._filters[sorted_query] = filter_of(sorted_query, today=self.today)
            except DatabaseError:
                raise
            except Exception as error:
                self._filters[sorted_query] = error
        found = self._filters[sorted_query]
        if isinstance(found, Exception):
            raise found
        return found

    def owed(self, query: str, *, after: int, to: int | None = None) -> Iterator[int]:
        """Yield the numbers of the lines after `after`, up to `to` or the head, in order."""
        end = self.head if to is None else min(to, self.head)
        while after < end:
            found = self._find(query, after)
            yield from (seq for seq in found.seqs if after < seq <= end)
            after = found.to

    def _find(self, query: str, after: int) -> _Found:
        """Return what the filter finds after that line, or from earlier on."""
        filterset = self.filter_of(query)
        known = self._found.setdefault(filterset.canonical_query, [])
        for found in known:
            if found.after <= after < found.to:
                return found
        lines = followed_lines(filterset, after=after, to=self.head)
        seqs = list(lines.values_list("seq", flat=True)[:_AT_ONCE])
        to = seqs[-1] if len(seqs) == _AT_ONCE else self.head
        known.append(_Found(after, to, seqs))
        return known[-1]

    def summaries(self, seqs: Sequence[int]) -> list[ChangeSummary]:
        """Return the summaries of some lines, each read once for all who are owed it."""
        if missing := [seq for seq in seqs if seq not in self._summaries]:
            if len(self._summaries) > _MOST_HELD:
                self._summaries.clear()
                missing = list(seqs)
            read = summarise(public_changes().filter(seq__in=missing))
            self._summaries |= {line.change.seq: line for line in read}
        return [self._summaries[seq] for seq in seqs]

    def part(self, key: object, make: Callable[[], T]) -> T:
        """Return a part of messages that depends on nothing but `key` and the round."""
        if key not in self._parts:
            if len(self._parts) > _MOST_HELD:
                self._parts.clear()
            self._parts[key] = make()
        return self._parts[key]  # type: ignore[return-value]  # what `make` returned

    def skip(self, channels: Collection[str], *, clock: Callable[[], dt.datetime]) -> bool:
        """Move all due subscriptions that are owed nothing to the head, leaving out what is leased.

        A place is named by filter and cursor, so that one that was set back or changed meanwhile
        stays where it is. Those furthest behind come first; return whether there was time for all.
        """
        now = clock()
        due = Subscription.objects.due(now=now, head=self.head)
        due = due.filter(channel__in=channels, batch_end=None)
        next_times = Case(
            *(When(frequency=f, then=Value(next_time(f, now=now))) for f in Frequency),
            output_field=DateTimeField(),
        )
        places = due.order_by("cursor").values_list("cursor", "query").distinct()
        in_time = takewhile(lambda _place: clock() - now < _LONGEST_SKIP, list(places))
        idle = (place for place in in_time if self._is_idle(*place))
        while some := list(islice(idle, _PLACES)):
            here = Q(pk__in=())
            for cursor in dict(some):
                here |= Q(cursor=cursor, query__in=[query for at, query in some if at == cursor])
            with transaction.atomic():
                moving = due.filter(here).order_by()
                if connection.features.has_select_for_update_skip_locked:
                    # What another deliverer is taking or moving; two that wait for each other's
                    # rows would block each other.
                    moving = moving.select_for_update(skip_locked=True)
                Subscription.objects.filter(pk__in=moving.values("pk")).update(
                    cursor=self.head, next_attempt_at=next_times
                )
        return clock() - now < _LONGEST_SKIP

    def _is_idle(self, cursor: int, query: str) -> bool:
        """Return whether nothing is owed; a filter that is broken concerns each who follows it."""
        try:
            return next(self.owed(query, after=cursor), None) is None
        except DatabaseError:
            raise
        except Exception:
            return False
