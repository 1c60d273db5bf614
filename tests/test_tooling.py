"""Facts about the tree itself: its top level, its pins, its third-party files, its own tools."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import run_all

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"

TOP_LEVEL = {
    *(".ci", ".editorconfig", ".env.example", ".gitattributes", ".gitignore", ".oxlintrc.json"),
    *("CHANGELOG.md", "LICENSE", "Makefile", "README.md"),
    *("manage.py", "pyproject.toml", "requirements.txt"),
    *("static", "templates", "tests", "tracker"),
}


def tree() -> list[Path]:
    """Every file that is in the repository or would be added to it."""
    if not ((ROOT / ".git").exists() and shutil.which("git")):
        pytest.skip("not a git checkout, or no git")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Path(name) for name in listing.stdout.split("\0") if name and (ROOT / name).exists()]


def test_the_top_level_holds_only_agreed_names() -> None:
    assert {path.parts[0] for path in tree()} - TOP_LEVEL == set()


def test_no_note_to_self_is_left_behind() -> None:
    note = re.compile(rb"\b(TO" + rb"DO|FIX" + rb"ME|XX" + rb"X)\b")
    places = {"tracker", "templates", "tests"}
    # Pictures hold any three bytes by chance.
    files = [p for p in tree() if p.parts[0] in places and p.suffix != ".png"]
    assert [str(path) for path in files if note.search((ROOT / path).read_bytes())] == []


@pytest.mark.parametrize(
    "name",
    [
        *("requirements.txt", "tests/requirements.txt", "tests/bench/requirements.txt"),
        ".ci/requirements.txt",
    ],
)
def test_requirements_are_pinned_exactly(name: str) -> None:
    lines = [
        line.split("#")[0].strip()
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
    ]
    loose = [
        line
        for line in lines
        if line
        and line != "-r ../requirements.txt"
        and not re.fullmatch(r"[\w.-]+(\[\w+(,\w+)*\])?==\d[\w.]*", line)
    ]
    assert loose == []


def test_every_vendored_file_is_in_the_manifest_unaltered() -> None:
    """static/vendor/manifest.json: [{file, name, version, licence, source, sha256}, ...]"""
    manifest = VENDOR / "manifest.json"
    files = {path for path in VENDOR.rglob("*") if path.is_file()} - {manifest}
    entries = json.loads(manifest.read_text(encoding="utf-8")) if files else []
    for entry in entries:
        assert set(entry) == {"file", "name", "version", "licence", "source", "sha256"}
        assert all(entry.values()), f"{entry['file']} has an empty field in the manifest"
    assert {entry["file"]: entry["sha256"] for entry in entries} == {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_the_example_environment_names_every_setting() -> None:
    settings = (ROOT / "tracker" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r"""\benv(?:\.\w+)?\(\s*["'](\w+)["']""", settings))
    server = (ROOT / "tracker" / "gunicorn_config.py").read_text(encoding="utf-8")
    read |= set(re.findall(r"""\bos\.environ\.get\(["'](\w+)["']""", server))
    assert run_all.settings_variables() == read


def stage(name: str, *, missing: str = "") -> run_all.Stage:
    return run_all.Stage(
        name=f"tests on {name}", command=[], kind=run_all.UNIT, on=name, missing=missing
    )


def test_the_summary_names_what_did_not_run_and_each_skip_once(tmp_path: Path) -> None:
    sqlite, postgres = stage("SQLite 3"), stage("", missing="nobody answers")
    sqlite.report(tmp_path).write_text(
        "<testsuites><testsuite>"
        '<testcase name="a"><skipped message="no moon"/></testcase>'
        '<testcase name="b"><skipped message="no moon"/></testcase>'
        '<testcase name="c"/>'
        "</testsuite></testsuites>",
        encoding="utf-8",
    )
    not_run = run_all.could_not_run([sqlite, postgres], tmp_path)
    assert not_run == ["tests on : nobody answers", "2 of the tests on SQLite 3: no moon"]
    assert run_all.summary([sqlite, postgres], ["mypy"], not_run).splitlines() == [
        "",
        "== Summary",
        "unit and property tests: SQLite 3",
        "Could not run here:",
        "  tests on : nobody answers",
        "  2 of the tests on SQLite 3: no moon",
        "FAILED: mypy",
    ]


@pytest.mark.parametrize(("require", "status"), [("0", 0), ("1", 1)])
def test_what_could_not_run_fails_only_on_request(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    require: str,
    status: int,
) -> None:
    monkeypatch.setenv("REQUIRE_EVERYTHING", require)
    monkeypatch.setattr(run_all, "check_stages", lambda: [stage("", missing="no server")])
    assert run_all.main(["--fast"]) == status
    assert "Could not run here:\n  tests on : no server\n" in capsys.readouterr().out


def test_a_failing_stage_does_not_stop_the_next(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    stages = [
        run_all.Stage(name="bad", command=run_all.python("-c", "raise SystemExit(3)")),
        run_all.Stage(name="good", command=run_all.python("-c", "print('was here')")),
    ]
    monkeypatch.delenv("REQUIRE_EVERYTHING", raising=False)
    monkeypatch.setattr(run_all, "check_stages", lambda: stages)
    assert run_all.main(["--fast"]) == 1
    said = capfd.readouterr().out
    assert "was here" in said
    assert said.endswith("FAILED: bad\n")
