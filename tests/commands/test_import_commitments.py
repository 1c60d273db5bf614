"""manage.py import_commitments: what it says, and that it goes by the rights of a person."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from tests import make
from tests.actions.importing import COMMITMENT, SOURCE, written
from tracker.models import Commitment, Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    make.both_parties()
    User.objects.create_superuser("staff")
    path = tmp_path / "file.csv"
    path.write_bytes(written(COMMITMENT).getvalue())
    return path


def said(*arguments: object) -> str:
    out = io.StringIO()
    call_command("import_commitments", *map(str, arguments), stdout=out)
    return out.getvalue()


def refused(*arguments: object) -> str:
    with pytest.raises(CommandError) as refusal:
        said(*arguments)
    return str(refusal.value)


def test_a_dry_run_says_what_would_be_done(file: Path) -> None:
    told = "1 new, 0 changed, 0 amended, 0 unchanged.\n"
    assert said(file, "--dry-run") == f"Would import: {told}"
    assert Commitment.objects.count() == 0
    assert said(file, "--by", "staff") == f"Imported: {told}"
    assert Commitment.objects.get().review.edited_by == User.objects.get()
    assert said(file, "--by", "staff") == "Imported: 0 new, 0 changed, 0 amended, 1 unchanged.\n"


def test_a_summary_that_tells_the_outcome_is_imported_with_a_warning(file: Path) -> None:
    file.write_bytes(written(COMMITMENT | {"summary": "It was signed."}).getvalue())
    warned = io.StringIO()
    call_command("import_commitments", str(file), by="staff", stdout=io.StringIO(), stderr=warned)
    assert warned.getvalue() == (
        "Look at Row 2, column “summary”: “was signed” tells what became of it. "
        "Say what was promised; the rest is an update.\n"
    )
    assert Commitment.objects.get().summary == "It was signed."


def test_a_mapping_names_the_columns(file: Path) -> None:
    line = {("Nom" if name == "title" else name): cell for name, cell in COMMITMENT.items()}
    file.write_bytes(written(line | {"Couleur": "rouge"}).getvalue())
    asked = refused(file, "--dry-run")
    assert "These columns are not known: Nom, Couleur." in asked
    mapping = file.with_name("mapping.yaml")
    names = {name: name for name in COMMITMENT} | {"title": "Nom"}
    mapping.write_text(f"columns: {names}", encoding="utf-8")
    said(file, "--mapping", mapping, "--by", "staff")
    assert Commitment.objects.get().title == COMMITMENT["title"]


def test_what_is_asked_is_answered_by_an_option(file: Path) -> None:
    line = SOURCE | {"published_on": "03/04/2026", "title": "Séoul"}
    arguments = [file, "--noun", "sources", "--by", "staff"]
    file.write_bytes(written(line).getvalue().decode().encode("windows-1252"))
    assert "  --encoding windows-1252: “a-statement,Séoul," in refused(*arguments)
    arguments += ["--encoding", "windows-1252"]
    assert refused(*arguments) == (
        "Nothing was imported. 1 dates are two days; say with --dates day_first or month_first "
        "which is meant:\nRow 2, column “published_on”: 03/04/2026"
    )
    said(*arguments, "--dates", "day_first")
    assert Source.objects.get().published_on.iso == "2026-04-03"


def test_problems_are_told_by_row_and_column(file: Path) -> None:
    file.write_bytes(written(COMMITMENT | {"instrument": "deal", "summary": ""}).getvalue())
    told = refused(file, "--by", "staff").splitlines()
    assert told[0] == "Nothing was imported."
    assert told[1] == "Row 2, column “summary”: The cell is empty, and it is needed."
    assert told[2].startswith("Row 2, column “instrument”: “deal” is none of:")


def test_somebody_imports_by_the_rights_of_an_account(file: Path) -> None:
    assert refused(file).startswith("Say who imports with --by USERNAME")
    assert refused(file, "--by", "nobody") == "There is no account “nobody”."
    User.objects.create_user("reader", is_staff=True)
    assert "You may not add records of this kind." in refused(file, "--by", "reader")
    assert "its first update" in refused(file, "--by", "staff", "--then", "publish")
    assert Commitment.objects.count() == 0


def test_a_file_that_cannot_be_read_is_told(file: Path) -> None:
    assert "neither a CSV file (.csv) nor" in refused("a.doc", "--dry-run")
    assert "cannot be read: No such file" in refused("missing.csv", "--dry-run")
    file.write_bytes(b"")
    assert "The first row is empty" in refused(file, "--dry-run")


def test_a_terminal_sees_a_bar(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    said(file, "--by", "staff")
    assert f"\rWriting  [{'#' * 40}] 1 of about 1 rows\n" in terminal.getvalue()
