"""The fingerprint of the program and its settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tracker.fingerprint import program

PRINT = """
import django; django.setup()
from tracker.fingerprint import fingerprint
print(fingerprint())
"""


def fingerprint_of(**environment: str) -> str:
    given = {"TESTING": "1", "SECRET_KEY": "x", "DATABASE_URL": "sqlite:////tmp/unused.sqlite3"}
    found = subprocess.run(
        [sys.executable, "-c", PRINT],
        env={**given, "DJANGO_SETTINGS_MODULE": "tracker.settings", **environment},
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip()


def test_processes_agree_and_settings_tell_them_apart() -> None:
    usual = fingerprint_of(PYTHONHASHSEED="1")
    assert len(usual) == 64
    elsewhere = {"DATABASE_URL": "sqlite:////tmp/other.sqlite3", "SECRET_KEY": "y"}
    assert fingerprint_of(PYTHONHASHSEED="2", **elsewhere) == usual
    assert fingerprint_of(TIME_ZONE="Asia/Seoul") != usual
    assert fingerprint_of(DUE_SOON_DAYS="30") != usual
    assert fingerprint_of(RELEASE="9") != usual


@pytest.mark.parametrize(
    "name", ["requirements.txt", "templates/base.html", "tracker/views.py", "static/css/base.css"]
)
def test_any_file_of_the_program_alters_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    program.cache_clear()
    before = program(tmp_path)
    path.write_text(json.dumps(os.urandom(4).hex()))
    program.cache_clear()
    assert program(tmp_path) != before
    program.cache_clear()
