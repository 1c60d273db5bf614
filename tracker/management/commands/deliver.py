"""manage.py deliver: tell subscribers what they are owed, once or for as long as it runs."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tracker.actions.publish_reviewed import publish_scheduled
from tracker.actions.raise_flags import raise_flags
from tracker.actions.uploads import carry_out_due, forget_old
from tracker.notify.deliver import LEASE, clock, deliver_due
from tracker.notify.hub import keep_hub
from tracker.notify.tidy import tidy
from tracker.notify.watch import watch


class Command(BaseCommand):
    help = (
        "Publish what is scheduled, import the large files of staff, write into the log what time "
        "has done, and deliver to every subscription what it is owed. "
        "Any number may run at the same time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--watch", action="store_true", help="stay, and deliver as it happens")
        parser.add_argument(
            "--rest", type=float, default=2, help="with --watch: seconds between two looks"
        )
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
            self._stay(lease=lease, rest=options["rest"], with_parent=options["with_parent"])
            return
        now = clock()
        publish_scheduled(now=now)
        carry_out_due(clock=clock)
        raise_flags(now=now)
        keep_hub(now=now)
        tidy(now=now)
        forget_old(now=now)
        attempts = deliver_due(clock=clock, lease=lease)
        self.stdout.write(f"Attempts: {attempts}.")

    def _stay(self, *, lease: dt.timedelta, rest: float, with_parent: bool) -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        parent = os.getppid()
        self.stdout.write("Delivering to subscribers.")
        self.stdout.flush()
        watch(
            clock=clock,
            stopping=stopping,
            publish=_publish_and_import,
            prepare=_prepare,
            is_orphaned=(lambda: os.getppid() != parent) if with_parent else (lambda: False),
            rest=rest,
            lease=lease,
        )


def _publish_and_import(now: dt.datetime) -> None:
    publish_scheduled(now=now)
    carry_out_due(clock=clock)


def _prepare(now: dt.datetime) -> None:
    raise_flags(now=now)
    forget_old(now=now)
