"""How long the deliverer takes when one new line concerns a few of very many subscriptions.

`python -m tests.bench.telling` makes a register of 10,000 commitments, once, on SQLite and, where
one answers, PostgreSQL, and subscribes to a copy of it: nine in ten by e-mail, the others by
webhook, with 1,000 filters in all. TELLING_SIZES names how many subscriptions
("1000,10000,100000"), and TELLING_ON the databases ("SQLite,PostgreSQL").
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import product
from typing import Any

from tests.bench.databases import ROOT, Register, copied, postgres_register, sqlite_register

SIZES = [int(size) for size in os.environ.get("TELLING_SIZES", "1000,10000,100000").split(",")]
KINDS = os.environ.get("TELLING_ON", "SQLite,PostgreSQL").split(",")
COMMITMENTS = 10_000


def measured(size: int, register: Register) -> dict[str, Any]:
    """What a process of its own measured with so many subscriptions, on a copy of a register."""
    with copied(register) as copy:
        copy.python("manage.py", "accept_clock")  # what was made up ends long ago
        return _delivering(size, copy)


def _delivering(size: int, copy: Register) -> dict[str, Any]:
    environment = {
        **copy.environment(),
        "EMAIL_URL": "smtp://127.0.0.1:1",  # `delivering` names the port
        "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
        "WEBHOOK_ALLOW_HTTP": "1",
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
    }
    command = [sys.executable, "-m", "tests.bench.delivering", str(size)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> int:
    makers = {"SQLite": sqlite_register, "PostgreSQL": postgres_register}
    registers = [makers[kind](COMMITMENTS) for kind in KINDS]
    lines = [
        "| subscriptions | filters | nothing due | all skipped | concerned | ready | processor |",
        "|---|---|---|---|---|---|---|",
    ]
    for register, size in product(filter(None, registers), SIZES):
        found = measured(size, register)
        lines.append(
            f"| {register.kind}, {size:,} | {found['filters']:,} | {found['idle'] * 1000:.0f} ms "
            f"| {found['skipped']:.1f} s | {found['concerned']:,} | {found['ready']:.1f} s "
            f"| {found['cpu']:.1f} s |"
        )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
