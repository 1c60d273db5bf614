"""`make lock`: write the lock files anew from the requirements, and try them on each platform.

A lock names every package, indirect ones too, with the hashes of all its files, for every Python
and platform at once. People edit the requirements; the locks are only ever written by this.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = "3.11"
PYTHONS = (OLDEST_PYTHON, "3.12", "3.13")
# On Macs with Intel processors cryptography must be built: its makers publish no wheel for them.
PLATFORMS = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "aarch64-apple-darwin")


@dataclass(frozen=True, slots=True)
class Lock:
    """One requirements file, where its lock is, and the lock that it must agree with."""

    requirements: str
    path: str
    within: str = ""


# Operators install the first, so it is where the program is; the others stay beside their list.
SHIPPED = Lock("requirements.txt", "tracker/requirements.lock")
LOCKS = (
    SHIPPED,
    Lock("tests/requirements.txt", "tests/requirements.lock", within=SHIPPED.path),
    Lock("tests/bench/requirements.txt", "tests/bench/requirements.lock"),
    Lock(".ci/requirements.txt", ".ci/requirements.lock"),
)


def _uv(*arguments: str) -> None:
    command = [str(Path(sys.executable).with_name("uv")), "pip", *arguments]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _write(lock: Lock, upgrade: Iterable[str]) -> None:
    _uv(
        *("compile", "--quiet", "--universal", "--python-version", OLDEST_PYTHON),
        *("--generate-hashes", "--no-emit-index-url", "--no-annotate"),
        *("--custom-compile-command", "make lock"),
        *(["--constraints", lock.within] if lock.within else []),
        *upgrade,
        *(lock.requirements, "--output-file", lock.path),
    )


def _try(lock: Lock, python: str, platform: str) -> None:
    """Fail where a package has no built file with a hash of ours for this Python and platform."""
    with tempfile.TemporaryDirectory() as folder:
        _uv(
            *("install", "--quiet", "--dry-run", "--target", folder, "--no-deps"),
            *("--python-version", python, "--python-platform", platform),
            *("--only-binary", ":all:", "--require-hashes", "--requirements", lock.path),
        )


def main(arguments: list[str]) -> int:
    """`--upgrade` takes the newest indirect packages; otherwise they stay where they fit."""
    for lock in LOCKS:
        _write(lock, arguments)
        print(f"{lock.path} is written from {lock.requirements}", flush=True)
    for python, platform in itertools.product(PYTHONS, PLATFORMS):
        _try(SHIPPED, python, platform)
        print(f"{SHIPPED.path} has files for Python {python} on {platform}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
