"""manage.py dump_register PATH: write the public register to files for load_register."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.queries.register_dump import register_files


class Command(BaseCommand):
    help = "Write the public register to a new or empty folder, in the format of load_register."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a new or empty folder")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise CommandError(f"{path} is not an empty folder; nothing was written.")
        count = 0
        for name, text in register_files():
            file = path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            count += 1
        self.stdout.write(f"Wrote {count} files to {path}.")
