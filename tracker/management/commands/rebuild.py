"""manage.py rebuild: recompute every derived row from the published updates."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tracker.actions.log.rebuild import rebuild


class Command(BaseCommand):
    help = "Rebuild positions, standings and the search index from what was published."

    def handle(self, *args: Any, **options: Any) -> None:
        differed = rebuild(now=timezone.now())
        for reference in differed:
            self.stdout.write(f"{reference}: differed, put right")
        self.stdout.write(f"Rebuilt; {len(differed)} differed from before.")
