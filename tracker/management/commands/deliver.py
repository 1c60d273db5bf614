"""manage.py deliver: send what is due to subscribers, once or continuously."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.actions.imports.processing import process_due
from tracker.actions.imports.uploads import delete_old
from tracker.actions.raise_flags import raise_flags
from tracker.actions.review.publish import publish_scheduled
from tracker.models import Channel
from tracker.notify.deliver import LEASE, clock, deliver_due
from tracker.notify.lanes import Lane, LaneEndedError, NotNowError, run_once, run_until_stopped
from tracker.notify.upkeep import Upkeep
from tracker.queries.log.clock import present_clock_fault


class Command(BaseCommand):
    help = (
        "Publish what is scheduled, import the large files of staff, write into the log what time "
        "has done, and deliver to every subscription what it is owed. "
        "Any number may run at the same time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--watch", action="store_true", help="stay, and deliver as it happens")
        parser.add_argument("--rest", type=float, default=2, help="seconds between two looks")
        parser.add_argument(
            "--with-parent",
            action="store_true",
            help="with --watch: end when the process that started this one ends",
        )
        parser.add_argument(
            "--lease",
            type=float,
            default=LEASE.total_seconds(),
            help="seconds after which another deliverer takes over from one that died",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        lease = dt.timedelta(seconds=options["lease"])
        if options["watch"]:
            self._watch(lease=lease, rest=options["rest"], with_parent=options["with_parent"])
        else:
            self._once(lease=lease, rest=options["rest"])

    def _once(self, *, lease: dt.timedelta, rest: float) -> None:
        """Do all that is due; meanwhile, publish on time what is scheduled."""
        stopping = threading.Event()
        upkeep, lanes = Upkeep(prepare=_prepare), _delivery_lanes(lease=lease, stopping=stopping)
        try:
            PUBLISHING.look()
            _keep_up(upkeep)
            done = run_once([*lanes, FILES], meanwhile=PUBLISHING, rest=rest)
            again = run_once(lanes, meanwhile=PUBLISHING, rest=rest)  # of what was published
        except NotNowError as reason:
            raise CommandError(str(reason)) from reason
        attempts = sum(count for count in [*done[: len(lanes)], *again] if isinstance(count, int))
        self.stdout.write(f"Attempts: {attempts}.")

    def _watch(self, *, lease: dt.timedelta, rest: float, with_parent: bool) -> None:
        stopping = threading.Event()

        def stop(*_: object) -> None:
            # In a thread, because the main one, which this interrupts, may hold the event's lock.
            threading.Thread(target=stopping.set).start()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        parent, upkeep = os.getppid(), Upkeep(prepare=_prepare)
        self.stdout.write("Delivering to subscribers.")
        self.stdout.flush()
        try:
            run_until_stopped(
                [
                    PUBLISHING,
                    Lane("Flags and upkeep", lambda: _keep_up(upkeep)),
                    *_delivery_lanes(lease=lease, stopping=stopping),
                    FILES,
                ],
                stopping=stopping,
                is_orphaned=(lambda: os.getppid() != parent) if with_parent else (lambda: False),
                rest=rest,
            )
        except LaneEndedError as error:
            raise CommandError(str(error)) from error


def _right_now() -> dt.datetime:
    """Return the time. Raises NotNowError if the clock is implausible: everything scheduled would
    be published at once, temporary data deleted, and every deadline passed."""
    now = clock()
    if fault := present_clock_fault(now=now):
        raise NotNowError(fault)
    return now


def _keep_up(upkeep: Upkeep) -> None:
    upkeep.look(now=_right_now())


PUBLISHING = Lane("Publishing", lambda: publish_scheduled(now=_right_now()))
FILES = Lane("Files", lambda: process_due(clock=clock))
# Webhooks called at a time, beside those that take long to answer.
WEBHOOKS_AT_ONCE = 64


def _delivery_lanes(*, lease: dt.timedelta, stopping: threading.Event) -> list[Lane]:
    """Return a lane for e-mail, which has one server, and one for webhooks and the hub."""

    def lane(name: str, *channels: str, at_once: int = 1) -> Lane:
        return Lane(
            name,
            lambda: deliver_due(
                clock=clock,
                channels=channels,
                lease=lease,
                is_stopping=stopping.is_set,
                at_once=at_once,
            ),
        )

    webhooks = lane("Webhooks", Channel.WEBHOOK, Channel.HUB, at_once=WEBHOOKS_AT_ONCE)
    return [lane("E-mail", Channel.EMAIL), webhooks]


def _prepare(now: dt.datetime) -> None:
    raise_flags(now=now)
    delete_old(now=now)
