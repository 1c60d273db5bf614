"""`make check` and `make test`: every stage in order, then what ran, on what, and what could not.

A stage that fails does not stop the others. With REQUIRE_EVERYTHING=1 whatever could not run here
is a failure too. TEST_POSTGRES_URL names a server whose role may create databases, TEST_REDIS_URL a
Redis or Valkey; tests that find none skip themselves and say so.
"""

import os
import re
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.browser import NO_CHROMIUM, find_chromium

ROOT = Path(__file__).resolve().parent.parent
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
# One database per checkout, so that two checkouts may test on one server at the same time.
POSTGRES_NAME = f"tracker_{zlib.crc32(str(ROOT).encode()):08x}"

CHECK = "check"
UNIT = "unit and property tests"
BROWSER = "browser tests"


@dataclass(frozen=True, kw_only=True)
class Stage:
    name: str
    command: list[str]
    kind: str = CHECK
    on: str = ""  # what it runs on, for the summary: "SQLite 3.40.1"
    env: dict[str, str] = field(default_factory=dict)
    missing: str = ""  # why it cannot run here

    def report(self, scratch: Path) -> Path:
        return scratch / f"{self.name}.xml"


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def pytest(*arguments: str) -> list[str]:
    return python("-m", "pytest", "--quiet", *arguments)


def tool(name: str, *arguments: str) -> list[str]:
    """A program that a package put beside the interpreter."""
    return [str(Path(sys.executable).with_name(name)), *arguments]


def check_stages() -> list[Stage]:
    production = {
        "TESTING": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "register.example.org",
    }
    return [
        Stage(name="ruff: rules", command=python("-m", "ruff", "check")),
        Stage(name="ruff: layout", command=python("-m", "ruff", "format", "--check")),
        Stage(name="mypy", command=python("-m", "mypy")),
        Stage(name="djlint", command=python("-m", "djlint", "--quiet", "--lint", "templates")),
        Stage(
            name="oxlint",
            command=tool(
                "oxlint", "--deny-warnings", "--no-error-on-unmatched-pattern", "static/js"
            ),
        ),
        Stage(name="system checks", command=python("manage.py", "check")),
        Stage(
            name="system checks of a deployment",
            command=python("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
            env=production,
        ),
        Stage(
            name="migrations match the models",
            command=python("manage.py", "makemigrations", "--check", "--dry-run"),
        ),
        Stage(name="import law", command=pytest("tests/test_import_law.py")),
    ]


def test_stages() -> list[Stage]:
    postgres, no_postgres = find_postgres()
    chromium = find_chromium()
    return [
        Stage(
            name="tests on SQLite",
            command=pytest("-n", "2"),
            kind=UNIT,
            on=f"SQLite {sqlite3.sqlite_version}",
        ),
        Stage(
            name="tests on PostgreSQL",
            command=pytest("-n", "2"),
            kind=UNIT,
            on=postgres,
            env={"DATABASE_URL": urlsplit(POSTGRES_URL)._replace(path=POSTGRES_NAME).geturl()},
            missing=no_postgres,
        ),
        Stage(
            name=BROWSER,
            command=pytest("tests/browser", "-n", "2"),
            kind=BROWSER,
            on=chromium_version(chromium) if chromium else "",
            missing="" if chromium else NO_CHROMIUM,
        ),
    ]


def find_postgres() -> tuple[str, str]:
    """The server's name and version, or why the tests cannot run on it; the other is empty."""
    try:
        with psycopg.connect(POSTGRES_URL, connect_timeout=5) as connection:
            row = connection.execute(
                "SELECT current_setting('server_version'), rolcreatedb OR rolsuper "
                "FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        return "", f"no PostgreSQL to log in to (TEST_POSTGRES_URL names another): {said}"
    if row is None or not row[1]:
        return "", "the role of TEST_POSTGRES_URL may not create databases"
    return f"PostgreSQL {row[0].split()[0]}", ""


def chromium_version(executable: str) -> str:
    said = subprocess.run([executable, "--version"], capture_output=True, text=True, check=False)
    numbers = [word for word in said.stdout.split() if word[0].isdigit()]
    return f"Chromium {numbers[0]}" if numbers else "Chromium"


def settings_variables() -> set[str]:
    """What tracker/settings.py reads; a test holds .env.example to naming all of it."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))


def environment(scratch: Path) -> dict[str, str]:
    """The caller's, but of the settings only those of a test, whatever a developer has set."""
    kept = {name: value for name, value in os.environ.items() if name not in settings_variables()}
    return kept | {
        "DATABASE_URL": f"sqlite:///{scratch / 'register.sqlite3'}",
        "SECRET_KEY": "only for tests",
        "TESTING": "1",
    }


def skips(report: Path) -> Counter[str]:
    """The reasons for which pytest skipped tests, each with its number of tests."""
    if not report.exists():
        return Counter()
    # Written by our own pytest a moment ago, so there is nothing hostile in it.
    cases = ET.parse(report).iter("skipped")  # noqa: S314
    return Counter(case.get("message", "no reason given") for case in cases)


def run(stage: Stage, scratch: Path) -> bool:
    print(f"\n== {stage.name}", flush=True)
    command = stage.command
    if "pytest" in command:
        command = [*command, f"--junitxml={stage.report(scratch)}"]
    started = time.monotonic()
    result = subprocess.run(command, cwd=ROOT, env=environment(scratch) | stage.env, check=False)
    passed = result.returncode == 0
    seconds = time.monotonic() - started
    print(f"-- {stage.name}: {'passed' if passed else 'FAILED'} in {seconds:.1f} s", flush=True)
    return passed


def could_not_run(stages: list[Stage], scratch: Path) -> list[str]:
    """What did not run and why: whole stages, and tests that skipped themselves."""
    whole = [f"{stage.name}: {stage.missing}" for stage in stages if stage.missing]
    single = [
        f"{count} of the {stage.name}: {reason}"
        for stage in stages
        for reason, count in skips(stage.report(scratch)).items()
    ]
    return whole + single


def summary(stages: list[Stage], failed: list[str], not_run: list[str]) -> str:
    lines = ["", "== Summary"]
    ran = [stage for stage in stages if not stage.missing]
    for kind in dict.fromkeys(stage.kind for stage in ran):
        on = [stage.on or stage.name for stage in ran if stage.kind == kind]
        lines.append(f"{kind}: {', '.join(on)}")
    lines.append("Could not run here:" + ("" if not_run else " nothing"))
    lines += [f"  {line}" for line in not_run]
    lines.append("FAILED: " + ", ".join(failed) if failed else "All that ran has passed.")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    stages = check_stages() + ([] if "--fast" in arguments else test_stages())
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        failed = [stage.name for stage in stages if not stage.missing and not run(stage, scratch)]
        not_run = could_not_run(stages, scratch)
    if not_run and os.environ.get("REQUIRE_EVERYTHING") == "1":
        failed.append("REQUIRE_EVERYTHING=1, and not everything could run")
    print(summary(stages, failed, not_run))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
