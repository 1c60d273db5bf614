"""python -m tests.bench: build, serve, measure in turns, print and store one table of ratios.

BENCH_SIZES (10000,100000) are the numbers of commitments, BENCH_ROUNDS (15) how often each page is
asked for. Registers are built once and kept in .bench/.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from tests.bench import servers
from tests.bench.scenarios import Scenario, scenarios
from tests.bench.servers import ROOT, Server

PLACE = ROOT / ".bench"
SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "10000,100000").split(",")]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
# What takes seconds is asked for as often as tells its order of magnitude.
_SLOW_ROUNDS = 2
_AS_A_BROWSER = {"Accept-Encoding": "gzip"}


def built(size: int) -> Path:
    file = PLACE / f"{size}.sqlite3"
    database = f"sqlite:///{file}"
    is_new = not file.exists()
    servers.manage(database, "migrate", "--verbosity", "0")
    if is_new:
        sys.stdout.write(f"Building a register of {size} commitments\n")
        servers.manage(database, "make_register", "--commitments", str(size))
    return file


class Run:
    """The servers over one register, and the seconds that each page took at each."""

    def __init__(self, file: Path, size: int, stack: ExitStack) -> None:
        self.size = size
        self.scenarios = scenarios(file)
        self.took: dict[tuple[str, str], list[float]] = defaultdict(list)
        database = f"sqlite:///{file}"
        self.made = self._started(stack, servers.register(database, kept=False))
        self.kept = self._started(stack, servers.register(database, kept=True))
        self.floor = self._started(stack, servers.floor())
        self.peer = self._started(stack, servers.datasette(file))

    @staticmethod
    def _started(stack: ExitStack, server: Server) -> Server:
        stack.callback(server.stop)
        return server

    def _ours(self, scenario: Scenario) -> str:
        return scenario.ours.replace("LATE", str(self.size * 3 // 4 // 50))

    def _asked(self, scenario: Scenario, tags: dict[str, str]) -> None:
        ours = self._ours(scenario)
        server = self.kept if scenario.is_hot else self.made
        headers = dict(_AS_A_BROWSER)
        if scenario.is_conditional:
            headers["If-None-Match"] = tags[ours]
        took, response, _ = server.get(ours, **headers)
        if response.status != (304 if scenario.is_conditional else 200):
            raise RuntimeError(f"{ours}: {response.status}")
        self.took[scenario.name, "ours"].append(took)
        if scenario.theirs:
            took, response, _ = self.peer.get(scenario.theirs, **_AS_A_BROWSER)
            if response.status != 200:
                raise RuntimeError(f"{scenario.theirs}: {response.status}")
            self.took[scenario.name, "peer"].append(took)
        self.took["floor", "ours"].append(self.floor.get("/")[0])

    def measure(self) -> None:
        tags = {}
        for scenario in self.scenarios:
            server = self.kept if scenario.is_hot else self.made
            _, response, _ = server.get(self._ours(scenario))
            tags[self._ours(scenario)] = response.headers.get("ETag", "")
        for turn in range(ROUNDS):
            for scenario in self.scenarios:
                longest = max(
                    statistics.median(self.took[scenario.name, who] or [0])
                    for who in ("ours", "peer")
                )
                if longest < 1 or turn < _SLOW_ROUNDS:
                    self._asked(scenario, tags)

    def median(self, name: str, who: str = "ours") -> float:
        return statistics.median(self.took[name, who])

    def spread(self, name: str, who: str = "ours") -> str:
        took = sorted(self.took[name, who])
        return f"{took[len(took) // 4] * 1e3:.1f}–{took[3 * len(took) // 4] * 1e3:.1f}"


def table(runs: list[Run]) -> str:
    """Medians in milliseconds with their quartiles, and the ratios of them."""
    lines = [
        "| page | commitments | ms (quartiles) | bare Django | Datasette | target |",
        "|---|---|---|---|---|---|",
    ]
    for run in runs:
        bare = run.median("floor")
        lines.append(f"| bare Django | | {bare * 1e3:.2f} ({run.spread('floor')}) | 1 | | |")
        for scenario in run.scenarios:
            ours = run.median(scenario.name)
            beside = ours / run.median(scenario.name, "peer") if scenario.theirs else None
            lines.append(
                f"| {scenario.name} | {run.size} | {ours * 1e3:.1f} ({run.spread(scenario.name)})"
                f" | {ours / bare:.2f} | {'' if beside is None else f'{beside:.3f}'}"
                f" | {'' if scenario.target is None else f'{scenario.target:.2f}'} |"
            )
    if len(runs) > 1:
        small, large = runs[0], runs[-1]
        lines += ["", "| page | largest against smallest |", "|---|---|"]
        lines += [
            f"| {s.name} | {large.median(s.name) / small.median(s.name):.2f} |"
            for s in large.scenarios
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    PLACE.mkdir(exist_ok=True)
    runs = []
    for size in SIZES:
        file = built(size)
        servers.manage(f"sqlite:///{file}", "collectstatic", "--noinput", "--verbosity", "0")
        with ExitStack() as stack:
            run = Run(file, size, stack)
            run.measure()
            runs.append(run)
    told = (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python "
        f"{platform.python_version()}, {ROUNDS} rounds.\n\n{table(runs)}"
    )
    (PLACE / "table.md").write_text(told, encoding="utf-8")
    sys.stdout.write(told)


if __name__ == "__main__":
    main()
