"""The system checks tell of a wrong deployment, with what to do about it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings

from tracker.checks import (
    licence_can_be_named,
    replica_is_of_the_same_kind,
    rules_have_sensible_numbers,
    sqlite_can_search,
)

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.sqlite_only
def test_an_old_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sqlite_can_search(None) == []
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 33, 0))
    [error] = sqlite_can_search(None)
    assert error.id == "tracker.E001"
    assert "SQLite 3.34 or newer" in str(error.hint)


@pytest.mark.parametrize(("name", "value"), [("QUIET_AFTER_MONTHS", 0), ("DUE_SOON_DAYS", -1)])
def test_a_senseless_number_is_refused(settings: Settings, name: str, value: int) -> None:
    assert rules_have_sensible_numbers(None) == []
    setattr(settings, name, value)
    [error] = rules_have_sensible_numbers(None)
    assert error.id == "tracker.E002"
    assert name in str(error.hint)


def test_a_licence_that_nobody_can_look_up_is_refused(settings: Settings) -> None:
    assert licence_can_be_named(None) == []
    settings.REGISTER_LICENCE = "free to use"
    [error] = licence_can_be_named(None)
    assert error.id == "tracker.E004"
    assert "CC-BY-4.0" in str(error.hint)


def test_production_without_a_secret_fails_loudly() -> None:
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "SECRET_KEY is not set." in done.stderr


def test_a_replica_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    postgres = {"ENGINE": "django.db.backends.postgresql"}
    other = {"ENGINE": "django.db.backends.sqlite3"}
    monkeypatch.setattr(settings, "DATABASES", {"default": postgres, "replica": postgres})
    assert replica_is_of_the_same_kind(None) == []
    monkeypatch.setattr(settings, "DATABASES", {"default": other, "replica": postgres})
    [error] = replica_is_of_the_same_kind(None)
    assert error.id == "tracker.E005"
