"""One register of some size, served as in production, for all tests here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.production.serving import NGINX, NO_NGINX, ROOT, Proxy, free_port, gunicorn, nginx
from tests.production.serving import production as production_environment


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a server whose database holds a made-up register."""
    folder = tmp_path_factory.mktemp("served")
    env = production_environment(folder, port=free_port())
    for arguments in (
        ["migrate", "--verbosity", "0"],
        ["make_register", "--commitments", "200", "--updates-per", "4"],
        ["collectstatic", "--noinput", "--verbosity", "0"],
    ):
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)
    return env


@pytest.fixture(scope="session")
def site(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    if NGINX is None:
        pytest.skip(NO_NGINX)
    folder = tmp_path_factory.mktemp("proxy")
    backend = int(environment["PORT"])
    with (
        gunicorn(environment, folder / "gunicorn.log"),
        nginx(folder, backend=backend) as proxy,
    ):
        yield proxy
