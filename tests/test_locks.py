"""Each lock names what its requirements need, all of it, by hash; and what an audit says."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.audit import CLEAN, NOT_ASKED, VULNERABLE, verdict
from tests.lock import LOCKS, SHIPPED, Lock

ROOT = Path(__file__).resolve().parent.parent
SHA256 = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def locked(path: str) -> dict[str, tuple[Requirement, list[str]]]:
    """Each package of a lock with its hashes."""
    text = (ROOT / path).read_text(encoding="utf-8").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line and not line.startswith("#")]
    found = {}
    for entry in entries:
        requirement = Requirement(entry.split(" --hash")[0])
        found[canonicalize_name(requirement.name)] = requirement, SHA256.findall(entry)
    return found


def asked_for(path: str) -> Iterator[Requirement]:
    """What a requirements file names itself, and through the files that it includes."""
    for line in (ROOT / path).read_text(encoding="utf-8").splitlines():
        entry = line.split("#")[0].strip()
        if entry.startswith("-r "):
            other = ((ROOT / path).parent / entry[3:].strip()).resolve()
            yield from asked_for(str(other.relative_to(ROOT)))
        elif entry:
            yield Requirement(entry)


def installed_closure(requirements: Iterator[Requirement]) -> dict[str, str]:
    """Everything that these packages need on this machine, with the version that is installed."""
    found: dict[str, str] = {}
    waiting = [(requirement, "") for requirement in requirements]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        found[name] = metadata.version(name)
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                needs = metadata.requires(name) or []
                waiting += [(Requirement(need), wanted) for need in needs]
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.path)
def test_a_lock_agrees_with_its_requirements(lock: Lock) -> None:
    packages = locked(lock.path)
    for requirement in asked_for(lock.requirements):
        found, _hashes = packages[canonicalize_name(requirement.name)]
        assert found.specifier == requirement.specifier, "run `make lock`"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.path)
def test_every_package_is_pinned_exactly_and_by_hash(lock: Lock) -> None:
    packages = locked(lock.path)
    assert packages
    for requirement, hashes in packages.values():
        assert re.fullmatch(r"==\d[\w.]*", str(requirement.specifier)), requirement
        assert hashes, requirement
        assert requirement.url is None


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.path)
def test_a_lock_names_no_place_to_fetch_from(lock: Lock) -> None:
    text = (ROOT / lock.path).read_text(encoding="utf-8")
    options = re.findall(r"^\s*(-[\w-]+)", text, re.MULTILINE)
    assert "://" not in text
    assert {option for option in options if not option.startswith("--hash")} == set()


@pytest.mark.parametrize("lock", LOCKS[:2], ids=lambda lock: lock.path)
def test_nothing_that_is_needed_is_left_out_of_a_lock(lock: Lock) -> None:
    packages = locked(lock.path)
    needed = installed_closure(asked_for(lock.requirements))
    assert len(needed) > 40
    assert {name: version for name, version in needed.items() if name not in packages} == {}


def test_the_tests_run_with_what_operators_install() -> None:
    shipped, tested = locked(SHIPPED.path), locked("tests/requirements.lock")
    assert {name: str(entry[0].specifier) for name, entry in shipped.items()} == {
        name: str(tested[name][0].specifier) for name in shipped
    }


def test_packages_that_are_built_for_one_machine_are_locked_for_every_one() -> None:
    """Three Pythons on three platforms at least; `make lock` tries each of these."""
    packages = locked(SHIPPED.path)
    for name in ("brotli", "cffi", "psycopg-binary", "pyyaml", "rpds-py"):
        assert len(packages[name][1]) >= 9, name


def test_make_installs_by_hash_alone() -> None:
    for goal, lock in (
        ("run", "tracker/requirements.lock"),
        ("test", "tests/requirements.lock"),
        ("audit", ".ci/requirements.lock"),
    ):
        said = subprocess.run(
            ["make", "--dry-run", goal], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for command in re.findall(r"pip install.*?&&", said, re.DOTALL):
            assert "--require-hashes" in command
        assert f"-r {lock}" in said


ADVISORY = {"id": "CVE-2030-1", "fix_versions": ["5.2.20"], "aliases": [], "description": ""}


def test_an_audit_that_nobody_answered_is_no_good_news() -> None:
    skipped = {"name": "django", "skip_reason": "not found"}
    sound = {"name": "nh3", "version": "0.3.8", "vulns": []}
    weak = {"name": "django", "version": "5.2.19", "vulns": [ADVISORY]}
    assert verdict(None) == (NOT_ASKED, ["Could not ask: no advisory database answered."])
    assert verdict({"dependencies": [skipped]})[0] == NOT_ASKED
    assert verdict({"dependencies": [sound]}) == (
        CLEAN,
        ["Nothing is known against them (1 asked about)."],
    )
    assert verdict({"dependencies": [sound, skipped]}) == (
        NOT_ASKED,
        ["Could not ask about 1 of 2."],
    )
    assert verdict({"dependencies": [weak, skipped]}) == (
        VULNERABLE,
        ["django 5.2.19: CVE-2030-1, mended in 5.2.20", "Could not ask about 1 of 2."],
    )
