"""manage.py accept_clock: confirm that the clock is right where it disagrees with the log."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.core.management.base import BaseCommand
from django.utils import timezone

from tracker.actions.log.append import accept_clock
from tracker.queries.log.clock import present_clock_fault


class Command(BaseCommand):
    help = (
        "Believe the clock where it is far from the last line of the log: after a silence of "
        "months, or after lines that were written under a clock that was set wrong."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        # Rate limits may have stored times that are years ahead, even if no line was written then.
        cache.clear()
        if not present_clock_fault(now=now):
            self.stdout.write("The clock and the log agree. Limits on guesses begin anew.")
            return
        last = accept_clock(now=now)
        assert last is not None  # noqa: S101 - or there was no fault
        self.stdout.write(
            f"The next line may be of {timezone.localtime(now):%Y-%m-%d %H:%M}; "
            f"the last one is of {timezone.localtime(last):%Y-%m-%d %H:%M}."
        )
