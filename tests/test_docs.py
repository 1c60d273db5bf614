"""The documentation names what there is: addresses, parameters, commands, fields, kinds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.make import NOW
from tests.test_leaks import LINES
from tracker.filters import ChangeFilter
from tracker.models import Change, ChangeKind
from tracker.register_format.files import FOLDERS, LISTS
from tracker.schema.commitments import ALIAS
from tracker.schema.fields import Noun
from tracker.schema.notes import NOTE
from tracker.schema.updates import CITATION, UPDATE
from tracker.spreadsheets.tables import TABLES

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "tracker/docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESSES = (DOCS / "addresses.md").read_text(encoding="utf-8")
FILTERS = (DOCS / "filters.md").read_text(encoding="utf-8")
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
FORMAT = (DOCS / "register-format.md").read_text(encoding="utf-8")
LOG = (DOCS / "log.md").read_text(encoding="utf-8")
IMPORT = (DOCS / "import.md").read_text(encoding="utf-8")
NOUNS = [
    *(noun for noun in (*LISTS.values(), *FOLDERS.values())),
    *(ALIAS, UPDATE, CITATION, NOTE),
]


@pytest.mark.parametrize("name", LINES)
def test_every_address_is_described(name: str) -> None:
    first = LINES[name][0].split("?")[0]
    shown = re.sub(r"(?<=s/)[a-z-]+/(?=$|[a-z]+[./])", "SLUG/", first)
    assert f"`{shown}`" in ADDRESSES


@pytest.mark.parametrize("parameter", [*ChangeFilter.base_filters, "page"])
def test_every_filter_is_described(parameter: str) -> None:
    assert f"`{parameter}`" in FILTERS


def test_every_command_is_described() -> None:
    ours = [name for name, app in get_commands().items() if app == "tracker"]
    assert ours
    assert [name for name in ours if f"| `{name}` |" not in OPERATIONS] == []


def test_the_readme_is_short_and_names_every_page_of_the_documentation() -> None:
    assert len(README.splitlines()) <= 120
    pages = sorted(path.name for path in DOCS.glob("*.md"))
    assert [name for name in pages if f"](tracker/docs/{name})" not in README] == []


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_every_field_of_the_format_is_described(noun: Noun) -> None:
    found = re.search(rf"^\*\*{noun.name}\*\*:(.*?)(?:\n\n|\Z)", FORMAT, re.DOTALL | re.MULTILINE)
    assert found, f"{noun.name} has no paragraph"
    described = found[1]
    for field in noun.in_file:
        star = r"\*" if field.is_needed else r"(?!\*)"
        assert re.search(rf"`{field.key}`{star}", described), f"{noun.name}.{field.key}"


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_every_choice_of_the_format_is_described(noun: Noun) -> None:
    for field in noun.in_file:
        for choice in field.words:
            assert f"`{choice}`" in FORMAT, f"{noun.name}.{field.key}: {choice}"


def test_the_log_is_described() -> None:
    assert [kind for kind in ChangeKind.values if f"`{kind}`" not in LOG] == []
    line = Change(seq=1, recorded_at=NOW, kind=ChangeKind.MENTION).canonical()
    assert [key for key in line if f"`{key}`" not in LOG] == []


@pytest.mark.parametrize("noun", TABLES)
def test_every_column_of_an_import_is_described(noun: str) -> None:
    assert [name for name in TABLES[noun].columns if f"`{name}`" not in IMPORT] == []


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted(DOCS.glob("*.md"))], ids=lambda page: page.name
)
def test_every_link_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
