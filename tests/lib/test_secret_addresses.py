"""Signed links stay out of every log."""

from __future__ import annotations

import logging
import logging.config
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from tests.notify.test_two_processes import PATIENCE, _free_port, _page
from tracker.lib.secret_addresses import without_tokens

ROOT = Path(__file__).resolve().parent.parent.parent
TOKEN = "b5e9aa.sIgned-0_x"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("GET /subscribe/manage/{} HTTP/1.1", "GET /subscribe/manage/... HTTP/1.1"),
        ("GET /subscribe/stop/{}/?x=1 HTTP/1.1", "GET /subscribe/stop/.../?x=1 HTTP/1.1"),
        ('"https://r.example/subscribe/confirm/{}/"', '"https://r.example/subscribe/confirm/.../"'),
        ("Not Found: /subscribe/webhook/{}/", "Not Found: /subscribe/webhook/.../"),
        ("/accounts/password/reset/key/1a-{}/", "/accounts/password/reset/key/.../"),
        ("/subscribe/webhook/?topic=x", "/subscribe/webhook/?topic=x"),
        ("/subscribe/email/ /commitments/a/", "/subscribe/email/ /commitments/a/"),
    ],
)
def test_what_a_log_keeps(said: str, kept: str) -> None:
    assert without_tokens(said.format(TOKEN)) == kept


def test_each_address_with_a_token_is_one_of_them() -> None:
    """A new one must be added to the pattern."""
    resolver = get_resolver()
    for name in ("confirm-subscription", "manage-subscription", "stop-subscription", "webhook"):
        [(path, _)] = resolver.reverse_dict.getlist(name)[0][0]
        address = "/" + path % {"token": TOKEN}
        assert TOKEN not in without_tokens(address), name
    tokens = [p for p in _paths(resolver) if "token" in p or "key>" in p]
    assert len(tokens) == 5


def _paths(resolver, before: str = ""):  # type: ignore[no-untyped-def]
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _paths(pattern, path)
        else:
            yield path


@pytest.mark.django_db
def test_django_does_not_log_them_either(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.config.dictConfig(settings.LOGGING)
    client.get(f"/subscribe/manage/{TOKEN}/")
    said = capsys.readouterr().err
    assert "Not Found: /subscribe/manage/.../" in said
    assert TOKEN not in said


def test_gunicorns_access_log_holds_none(tmp_path: Path) -> None:
    port, log = _free_port(), tmp_path / "access.log"
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "tests.bench.floor:application"),
            *("--bind", f"127.0.0.1:{port}", "--access-logfile", str(log), "--log-level", "error"),
            *("--logger-class", "tracker.lib.access_log.AccessLog"),
        ],
        cwd=ROOT,
        env={**os.environ, "TESTING": "1", "SECRET_KEY": "x"},
    )
    try:
        _ask(port)
    finally:
        server.terminate()
        server.wait(PATIENCE)
    said = log.read_text(encoding="utf-8")
    assert "GET /subscribe/manage/.../?q=1" in said
    assert TOKEN not in said


def _ask(port: int) -> None:
    """As soon as it listens."""
    for _attempt in range(100):
        try:
            _page(port, f"/subscribe/manage/{TOKEN}/?q=1")
        except ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not listen")
