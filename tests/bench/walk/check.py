"""`python -m tests.bench.walk.check --check`: walk the register that BENCH_SIZES names first."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.bench.databases import ROOT, sqlite_register


def main() -> int:
    size = os.environ.get("BENCH_SIZES", "10000").split(",")[0]
    command = [sys.executable, "-m", "tests.bench.walk", "--patience", "2", *sys.argv[1:]]
    environment = sqlite_register(int(size)).environment()
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
