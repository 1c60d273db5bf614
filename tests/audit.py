"""`make audit`: ask an advisory database about every package of the lock files.

Ends with 0 when nothing is known against them, 1 when something is, and 2 when nobody could be
asked: without an answer it must not look like a good one. No part of `make test`, which needs no
network.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.lock import LOCKS, ROOT

DATABASES = ("pypi", "osv")
CLEAN, VULNERABLE, NOT_ASKED = 0, 1, 2


def verdict(report: dict[str, Any] | None) -> tuple[int, list[str]]:
    """What one report of pip-audit says, in lines; None stands for no report."""
    packages = (report or {}).get("dependencies", [])
    known = [package for package in packages if "vulns" in package]
    if not known:
        return NOT_ASKED, ["Could not ask: no advisory database answered."]
    lines = [
        f"{package['name']} {package['version']}: {advisory['id']}, mended in "
        f"{', '.join(advisory['fix_versions']) or 'no version yet'}"
        for package in known
        for advisory in package["vulns"]
    ]
    status = VULNERABLE if lines else CLEAN
    if len(known) < len(packages):
        status = status or NOT_ASKED
        lines.append(f"Could not ask about {len(packages) - len(known)} of {len(packages)}.")
    return status, lines or [f"Nothing is known against them ({len(packages)} asked about)."]


def _report(lock: str, database: str) -> dict[str, Any] | None:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "report.json"
        command = [
            *(sys.executable, "-m", "pip_audit", "--vulnerability-service", database),
            *("--disable-pip", "--require-hashes", "--requirement", lock),
            *("--progress-spinner", "off", "--format", "json", "--output", str(output)),
        ]
        subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
        found = json.loads(output.read_text(encoding="utf-8")) if output.exists() else None
    return found


def _ask(lock: str) -> tuple[int, list[str]]:
    answer = verdict(None)
    for database in DATABASES:
        answer = verdict(_report(lock, database))
        if answer[0] != NOT_ASKED:
            break
    return answer


def main() -> int:
    worst = CLEAN
    for lock in LOCKS:
        status, lines = _ask(lock.path)
        for line in lines:
            print(f"{lock.path}: {line}", flush=True)
        # A known weakness says more than silence.
        worst = VULNERABLE if VULNERABLE in (worst, status) else max(worst, status)
    return worst


if __name__ == "__main__":
    sys.exit(main())
