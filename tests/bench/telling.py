"""How long the deliverer takes when one new line concerns a few of very many subscriptions.

`python -m tests.bench.telling` makes a register of 10,000 commitments in `.bench/`, once, and
subscribes to a copy of it: nine in ten by e-mail, the others by webhook, with 1,000 filters in all.
TELLING_SIZES names how many subscriptions ("1000,10000,100000").
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any

from tests.bench.databases import PLACE, ROOT, Register, sqlite_register

SIZES = [int(size) for size in os.environ.get("TELLING_SIZES", "1000,10000,100000").split(",")]
COMMITMENTS = 10_000


def measured(size: int, register: Register) -> dict[str, Any]:
    """What a process of its own measured with so many subscriptions, on a copy of a register."""
    assert register.path is not None
    path = PLACE / "telling.sqlite3"
    for leftover in PLACE.glob(f"{path.name}*"):
        leftover.unlink()
    shutil.copy(register.path, path)
    copy = Register(register.kind, register.size, f"sqlite:///{path}", path)
    copy.python("manage.py", "accept_clock")  # what was made up ends long ago
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
    register = sqlite_register(COMMITMENTS)
    lines = [
        "| subscriptions | filters | nothing due | all skipped | concerned | ready | processor |",
        "|---|---|---|---|---|---|---|",
    ]
    for size in SIZES:
        found = measured(size, register)
        lines.append(
            f"| {size:,} | {found['filters']:,} | {found['idle'] * 1000:.0f} ms "
            f"| {found['skipped']:.1f} s | {found['concerned']:,} | {found['ready']:.1f} s "
            f"| {found['cpu']:.1f} s |"
        )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
