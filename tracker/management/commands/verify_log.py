"""manage.py verify_log: walk the chain of the log and say where it breaks."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.queries.log.chain import walk_log


class Command(BaseCommand):
    help = "Check that the log has no gap and that every hash holds; exit 1 at the first break."

    def handle(self, *args: Any, **options: Any) -> None:
        head, broken = walk_log()
        if broken is not None:
            raise CommandError(f"The log breaks at line {broken.seq}: {broken.sentence}.")
        self.stdout.write(f"The log is whole: {head.seq} lines, head {head.hash}.")
