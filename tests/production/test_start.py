"""The production start of tracker/docs/operations.md, followed word by word in a fresh clone."""

from __future__ import annotations

import configparser
import os
import pty
import re
import secrets
import select
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.production.serving import (
    EXAMPLES,
    NAME,
    NGINX,
    NO_NGINX,
    PATIENCE,
    ROOT,
    free_port,
    nginx,
    running,
)

GUIDE = (ROOT / "tracker/docs/operations.md").read_text(encoding="utf-8")
SECTION = GUIDE.partition("## Running it for others")[2].partition("\n## ")[0]
ONCE, PROCESSES, AS_ROOT = re.findall(r"```\n(.*?)```", SECTION, re.DOTALL)
PASSWORD = "correct horse battery staple"


def processes() -> list[list[str]]:
    return [shlex.split(line) for line in PROCESSES.splitlines()]


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    parser.read(EXAMPLES / name, encoding="utf-8")
    return parser


def follow(script: str, *, cwd: Path, env: dict[str, str], answers: dict[str, str]) -> str:
    """Type a block of the guide into a terminal and answer what it asks; all that was shown."""
    terminal, other_end = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", "bash", "-e", "-c", script],
        cwd=cwd,
        env=env,
        stdin=other_end,
        stdout=other_end,
        stderr=other_end,
    )
    os.close(other_end)
    shown, answered, deadline = "", 0, time.monotonic() + 5 * PATIENCE
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            shown += os.read(terminal, 4096).decode(errors="replace")
        except OSError:  # the other end is closed
            break
        for question, answer in answers.items():
            if re.search(question + r"[^\n]*: $", shown[answered:]):
                answered = len(shown)
                os.write(terminal, f"{answer}\n".encode())
    os.close(terminal)
    assert process.wait(timeout=PATIENCE) == 0, shown
    return shown


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What git would hand to somebody else, of the files as they are now."""
    folder = tmp_path / "register"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def editor(folder: Path, *, port: int) -> Path:
    """Somebody at the editor, who fills in what is asked for."""
    script = folder / "edit"
    script.write_text(
        "#!/bin/sh\n"
        f"sed -i -e 's/^SECRET_KEY=.*/SECRET_KEY={secrets.token_urlsafe(50)}/' "
        f"-e 's/^ALLOWED_HOSTS=.*/ALLOWED_HOSTS={NAME}/' "
        f"-e 's/^#PORT=.*/PORT={port}/' \"$1\"\n"
    )
    script.chmod(0o755)
    return script


def test_the_start_can_be_followed_word_by_word(clone: Path, tmp_path: Path) -> None:
    if NGINX is None:
        pytest.skip(NO_NGINX)
    port = free_port()
    # Nothing of this checkout's environment; how pip finds packages is the machine's.
    ours = {"PATH", "HOME", "LANG", "TMPDIR"}
    bare = {n: v for n, v in os.environ.items() if n in ours or n.startswith(("PIP_", "SSL_"))}
    typed = {**bare, "EDITOR": str(editor(tmp_path, port=port)), "TERM": "dumb"}
    answers = {"Username": "staff", "Email address": "", "Password": PASSWORD}
    shown = follow(ONCE, cwd=clone, env=typed, answers=answers)
    assert "System check identified no issues" in shown
    assert "Superuser created successfully." in shown
    assert re.search(r"Loaded: changes 1 to \d+", shown)

    sourced = subprocess.run(
        ["bash", "-c", "set -a && . ./.env && set +a && env -0"],
        cwd=clone,
        env=bare,
        capture_output=True,
        text=True,
        check=True,
    )
    env = dict(pair.split("=", 1) for pair in sourced.stdout.split("\0") if pair)
    web, deliver = processes()
    with (
        running(web, env=env, cwd=clone, port=port, log=tmp_path / "web.log"),
        running(deliver, env=env, cwd=clone, log=tmp_path / "deliver.log") as deliverer,
        nginx(tmp_path, backend=port) as site,
    ):
        response, body = site.get("/")
        assert response.status == 200
        [style] = re.findall(rb'href="(/static/[^"]*\.css)"', body)[:1]
        assert site.get(style.decode())[0].status == 200
        assert site.get("/healthz")[0].status == 200
        assert b'name="login"' in site.get("/accounts/login/")[1]
        deadline = time.monotonic() + PATIENCE
        while "Delivering" not in (tmp_path / "deliver.log").read_text():
            assert deliverer.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)


@pytest.mark.parametrize(
    ("name", "command"),
    list(zip(("register-web.service", "register-deliver.service"), processes(), strict=True)),
)
def test_the_units_run_what_the_guide_says(name: str, command: list[str]) -> None:
    service = unit(name)["Service"]
    executable, *arguments = command
    assert shlex.split(service["ExecStart"]) == [f"/srv/register/{executable}", *arguments]
    assert service["EnvironmentFile"] == "/srv/register/.env"
    assert service["WorkingDirectory"] == "/srv/register"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("register-*")), ids=lambda path: path.name)
def test_each_unit_is_one_that_systemd_takes(path: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        assert unit(path.name).sections()[0] == "Unit"
        return
    for other in EXAMPLES.glob("register-*"):
        text = other.read_text(encoding="utf-8")
        # The user and the folder are not on this machine.
        text = text.replace("/srv/register/.venv/bin/", "/usr/bin/env ").replace(
            "=register\n", "=root\n"
        )
        (tmp_path / other.name).write_text(text, encoding="utf-8")
    found = subprocess.run(
        [analyze, "verify", "--man=no", str(tmp_path / path.name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert path.name not in found.stderr, found.stderr


def test_what_root_copies_is_there() -> None:
    for pattern in re.findall(r"tracker/docs/production/\S+", AS_ROOT):
        assert list(ROOT.glob(pattern)), pattern
    enabled = re.findall(r"register-\w+\.(?:service|timer)", AS_ROOT)
    assert sorted(enabled) == [
        "register-deliver.service",
        "register-nightly.timer",
        "register-web.service",
    ]
    assert all((EXAMPLES / name).exists() for name in enabled)
