""".env.example: a shell, django-environ and systemd read the same from it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import environ
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def filled_in(tmp_path: Path) -> Path:
    """The example with every variable set."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    path = tmp_path / ".env"
    path.write_text(re.sub(r"^#(?=[A-Z_]+=)", "", text, flags=re.MULTILINE), encoding="utf-8")
    return path


def read_by_shell(shell: str, path: Path) -> dict[str, str]:
    found = subprocess.run(
        [shell, "-euc", f"set -a; . {path}; set +a; env -0"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stderr == ""
    return dict(pair.split("=", 1) for pair in found.stdout.split("\0") if pair)


def read_by_environ(path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    read: dict[str, str] = {}
    monkeypatch.setattr(environ.Env, "ENVIRON", read)
    environ.Env.read_env(path)
    return read


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_the_example_can_be_sourced_and_read(
    shell: str, filled_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell}")
    expected = read_by_environ(filled_in, monkeypatch)
    sourced = read_by_shell(shell, filled_in)
    assert len(expected) > 30
    assert {name: sourced.get(name) for name in expected} == expected
    assert sourced["EMAIL_FROM"] == "Commitment Tracker <register@example.org>"
    assert sourced["REGISTER_NAME"] == "Commitment Tracker"


def test_what_a_shell_would_take_apart_is_quoted() -> None:
    """systemd and docker compose take the same single quotes away."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    for value in re.findall(r"^#?[A-Z_]+=(.*)$", text, re.MULTILINE):
        assert re.fullmatch(r"'[^']*'|[\w./:,@+-]*", value), value
