"""manage.py load_register PATH: load a register from its files, all or nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracker.actions.register_files.load import load_register
from tracker.register_format.records import RegisterError


class Command(BaseCommand):
    help = "Load a register from a folder of files; a second time changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the folder that holds register.yaml")
        parser.add_argument(
            "--notify",
            action="store_true",
            help="notify subscribers; without it the changes are back-fill",
        )

    def handle(self, *args: Any, path: Path, notify: bool, **options: Any) -> None:
        try:
            changes = load_register(
                path,
                now=timezone.now(),
                is_backfill=not notify,
                warn=lambda problem: self.stderr.write(self.style.WARNING(f"Look at {problem}")),
            )
        except RegisterError as error:
            raise CommandError(f"Nothing was loaded.\n{error}") from error
        if changes:
            self.stdout.write(f"Loaded: changes {changes[0]} to {changes[-1]}.")
        else:
            self.stdout.write("Nothing to change: the register says the same already.")
