"""What was measured, as one table that can go into a page."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from tests.bench.timing import Figure


def _cell(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


def markdown(figures: Iterable[Figure], notes: Iterable[str], *, sizes: str) -> str:
    lines = [
        f"Commitments: {sizes}. {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}.",
        "",
        "| what | against | ratio | quartiles | target | | ms | ms of the other |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in figures:
        target = f"≤ {_cell(one.target)}" if one.target is not None else ""
        lines.append(
            f"| {one.name} | {one.against} | {_cell(one.ratio)} | "
            f"{_cell(one.low)} to {_cell(one.high)} | {target} | {one.verdict} | "
            f"{one.ours:.1f} | {one.theirs:.1f} |"
        )
    return "\n".join([*lines, "", *(f"- {note}" for note in notes)]) + "\n"


def store(text: str, place: Path) -> None:
    place.mkdir(exist_ok=True)
    (place / "table.md").write_text(text)
