"""What each answer may cost, and the table of what it does."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.walk.addresses import LINES
from tests.bench.walk.walking import DASHBOARD, Cost

# Seconds of CPU for a page of one thing or of a list, and for what sums up the whole register.
PAGE, WHOLE = 0.25, 1.0
# Seconds until the first byte of a file, and rows a second; a workbook may begin later.
FIRST_BYTE, PACE = 0.5, 10_000
SUMS = {"charts", "compare"}
# These count all commitments, as of a day too.
COUNTS = {
    *("dashboard", "matrix", "party", "topic", "forum", "share-card", "embed-status"),
    *("api-commitments", "api-updates"),
}
FILES = {f"{noun}-{ending}" for noun in ("commitments", "updates") for ending in ("csv", "json")}
WORKBOOKS = {"commitments-xlsx", "updates-xlsx"}
REFUSED = {"not found": {404}, "not understood": {200, 400}}
NAMES = {line: name for name, lines in LINES.items() for line in lines}


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be used of something, and what share of that an answer used."""

    of: str
    share: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: how much of its budgets an answer used."""

    line: str
    cost: Cost
    budgets: Sequence[Budget]

    @property
    def share(self) -> float:
        """The largest, which is above 1 where a budget was missed."""
        return max(budget.share for budget in self.budgets)

    @property
    def missed(self) -> list[str]:
        return [budget.of for budget in self.budgets if budget.share > 1]


def statuses(line: str) -> set[int]:
    """Return the statuses that an address may answer with."""
    return REFUSED.get(NAMES[line], {200})


def is_file(line: str) -> bool:
    return NAMES[line] in FILES | WORKBOOKS or "format=ndjson" in line


def looks_back(line: str) -> bool:
    return "as_of=" in line or "known_at=" in line


def judged(costs: Mapping[str, Cost]) -> list[Row]:
    """Return a row for each line, the worst first."""
    dashboard = costs[DASHBOARD].cpu
    rows = [Row(line, cost, [*_budgets(line, cost, dashboard)]) for line, cost in costs.items()]
    return sorted(rows, key=lambda row: -row.share)


def _budgets(line: str, cost: Cost, dashboard: float) -> Iterator[Budget]:
    name = NAMES[line]
    if is_file(line):
        # What comes all at once in the time of a first byte has no pace.
        allowed = max(cost.rows / PACE, FIRST_BYTE)
        yield Budget(f"{PACE:,} rows/s", cost.wall / allowed)
        if name not in WORKBOOKS:
            yield Budget(f"first byte {FIRST_BYTE}", cost.first_byte / FIRST_BYTE)
    elif name in REFUSED:
        yield Budget(f"the dashboard {dashboard:.3g}", cost.cpu / dashboard)
    elif name in SUMS or (name in COUNTS and looks_back(line)):
        yield Budget(f"CPU {WHOLE:.3g}", cost.cpu / WHOLE)
    else:
        yield Budget(f"CPU {PAGE:.3g}", cost.cpu / PAGE)


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
        budgets = ", ".join(budget.of for budget in row.budgets)
        verdict = f"missed: {', '.join(row.missed)}" if len(row.budgets) > 1 else "missed"
        lines.append(
            f"| `{row.line}` | {cost.cpu:.3f} | {cost.wall:.3f} | {first} | {cost.queries} "
            f"| {size} | {pace} | {budgets} | {verdict if row.missed else 'met'} |"
        )
    return "\n".join(lines) + "\n"
