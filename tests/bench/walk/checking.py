"""What each address costs beside the dashboard, compared with what it cost when that was stored.

A ratio travels from machine to machine, where seconds do not. That of a file is of a thousand rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.walk.budgets import is_file
from tests.bench.walk.walking import DASHBOARD, Cost

STORE = Path(__file__).parent / "ratios.json"
Ratios = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Limit:
    """An address has grown if it costs more than `factor` times what is expected, and more than
    `seconds` on top of that."""

    factor: float
    seconds: float

    def is_exceeded(self, cpu: float, expected: float) -> bool:
        return cpu > expected * self.factor and cpu - expected > self.seconds


def stored(size: int) -> Ratios:
    """Return the ratios for a register of so many commitments; none where none were stored."""
    ratios: Ratios = json.loads(STORE.read_text()).get(str(size), {}) if STORE.exists() else {}
    return ratios


def store(size: int, costs: Mapping[str, Cost]) -> None:
    every = json.loads(STORE.read_text()) if STORE.exists() else {}
    every[str(size)] = {line: float(f"{ratio:.3g}") for line, ratio in ratios_of(costs).items()}
    STORE.write_text(json.dumps(every, indent=2) + "\n")


def ratios_of(costs: Mapping[str, Cost]) -> Ratios:
    dashboard = costs[DASHBOARD].cpu
    return {line: cost.cpu / dashboard / _thousands(line, cost) for line, cost in costs.items()}


def _thousands(line: str, cost: Cost) -> float:
    return max(cost.rows, 1) / 1000 if is_file(line) else 1


def complaints(
    costs: Mapping[str, Cost],
    expected: Ratios,
    *,
    limit: Limit,
    again: Callable[[str], Cost],
) -> list[str]:
    """Return a sentence for each address that has grown, or that is not the same as was stored.

    What seems to have grown is asked for twice `again`, the dashboard beside it, since another
    process may have been in the way.
    """
    dashboard = costs[DASHBOARD].cpu
    found = []
    for line, cost in costs.items():
        if line not in expected:
            found.append(f"{line} has no stored ratio: store them anew.")
            continue
        usual = expected[line] * dashboard * _thousands(line, cost)
        if not limit.is_exceeded(cost.cpu, usual):
            continue
        beside = max(dashboard, *(again(DASHBOARD).cpu for _turn in range(2)))
        best = min([cost, again(line), again(line)], key=lambda one: one.cpu)
        usual = expected[line] * beside * _thousands(line, best)
        if limit.is_exceeded(best.cpu, usual):
            found.append(
                f"{line} takes {best.cpu:.3f} s, {best.cpu / usual:.1f} times what was expected "
                f"({usual:.3f} s) of the {beside:.3f} s of the dashboard."
            )
    found += [
        f"{line} is not asked any more: store the ratios anew." for line in expected.keys() - costs
    ]
    return found
