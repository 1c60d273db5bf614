"""One register of some size, served as in production, for all tests here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.production.serving import (
    NGINX,
    NO_NGINX,
    ROOT,
    Proxy,
    free_port,
    gunicorn,
    nginx,
    with_copied_database,
)
from tests.production.serving import production as production_environment


def run(env: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, check=True, capture_output=True)


def manage(env: dict[str, str], *arguments: str) -> None:
    run(env, "manage.py", *arguments)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a server whose register is empty."""
    env = production_environment(tmp_path_factory.mktemp("served"), port=free_port())
    manage(env, "migrate", "--verbosity", "0")
    uncompressed = {**env, "DJANGO_SETTINGS_MODULE": "tests.production.uncompressed"}
    manage(uncompressed, "collectstatic", "--noinput", "--verbosity", "0")
    return env


@pytest.fixture(scope="session")
def environment(
    migrated: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The environment of a server whose database holds a made-up register."""
    env = with_copied_database(migrated, tmp_path_factory.mktemp("made"), port=free_port())
    run(env, "-m", "tests.bench.made_up", "--commitments", "200", "--updates-per", "4")
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
