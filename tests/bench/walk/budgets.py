"""What each answer may cost, and the table of what it does."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass

from tests.bench.walk.addresses import LINES
from tests.bench.walk.walking import DASHBOARD, Cost

# Seconds of CPU for a page of one thing or of a list, and for what sums up the whole register.
PAGE, WHOLE = 0.25, 1.0
# Seconds until the first byte of a file.
FIRST_BYTE = 0.5
SUMS = {"charts", "compare"}
# These count all commitments, as of a day too.
COUNTS = {
    *("dashboard", "matrix", "party", "topic", "forum", "share-card", "embed-status"),
    *("api-commitments", "api-updates"),
}
FILES = {f"{noun}-{ending}" for noun in ("commitments", "updates") for ending in ("csv", "json")}
FILES |= {"commitments-xlsx", "updates-xlsx"}
REFUSED = {"not found": {404}, "not understood": {200, 400}}
NAMES = {line: name for name, lines in LINES.items() for line in lines}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: how much of its budget an answer used."""

    line: str
    cost: Cost
    used: float
    budget: float
    of: str

    @property
    def share(self) -> float:
        return self.used / self.budget


def statuses(line: str) -> set[int]:
    """Return the statuses that an address may answer with."""
    return REFUSED.get(NAMES[line], {200})


def is_file(line: str) -> bool:
    return NAMES[line] in FILES or "format=ndjson" in line


def looks_back(line: str) -> bool:
    return "as_of=" in line or "known_at=" in line


def judged(costs: Mapping[str, Cost]) -> list[Row]:
    """Return a row for each line, the worst first."""
    dashboard = costs[DASHBOARD].cpu
    rows = []
    for line, cost in costs.items():
        name = NAMES[line]
        if is_file(line):
            rows.append(Row(line, cost, cost.first_byte, FIRST_BYTE, "first byte"))
        elif name in REFUSED:
            rows.append(Row(line, cost, cost.cpu, dashboard, "the dashboard"))
        elif name in SUMS or (name in COUNTS and looks_back(line)):
            rows.append(Row(line, cost, cost.cpu, WHOLE, "CPU"))
        else:
            rows.append(Row(line, cost, cost.cpu, PAGE, "CPU"))
    return sorted(rows, key=lambda row: -row.share)


def markdown(rows: list[Row], *, register: str, counted: str, first_page: float) -> str:
    """Return the table with what has to be known to read it."""
    missed = sum(row.share > 1 for row in rows)
    lines = [
        f"{register}. {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}. {counted}",
        "",
        f"{len(rows)} addresses, of which {missed} missed their budget. The first page of a "
        f"process took {first_page:.1f} s.",
        "",
        "| address | CPU s | wall s | first byte s | queries | bytes | rows/s | budget s | |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cost = row.cost
        first = f"{cost.first_byte:.3f}" if cost.is_stream else ""
        pace = f"{cost.rows_per_second:,.0f}" if is_file(row.line) else ""
        size = f"{cost.size:,}" + ("" if cost.is_whole else ", not read to its end")
        lines.append(
            f"| `{row.line}` | {cost.cpu:.3f} | {cost.wall:.3f} | {first} | {cost.queries} "
            f"| {size} | {pace} | {row.of} {row.budget:.3g} "
            f"| {'met' if row.share <= 1 else 'missed'} |"
        )
    return "\n".join(lines) + "\n"
