"""The documentation names what there is: addresses, parameters, commands, fields, kinds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.make import NOW
from tests.test_leaks import LINES
from tracker.filters import CommitmentFilter
from tracker.models import Change, ChangeKind
from tracker.register_format import schema
from tracker.spreadsheets.resources import RESOURCES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FORMAT = (ROOT / "tracker/docs/register-format.md").read_text(encoding="utf-8")
LOG = (ROOT / "tracker/docs/log.md").read_text(encoding="utf-8")
IMPORT = (ROOT / "tracker/docs/import.md").read_text(encoding="utf-8")
NOUNS = [
    *(noun for noun in (*schema.LISTS.values(), *schema.FOLDERS.values())),
    *(schema.ALIAS, schema.UPDATE, schema.CITATION, schema.NOTE),
]


@pytest.mark.parametrize("name", LINES)
def test_every_address_is_in_the_readme(name: str) -> None:
    first = LINES[name][0].split("?")[0]
    shown = re.sub(r"(?<=s/)[a-z-]+/(?=$|[a-z]+[./])", "SLUG/", first)
    assert f"`{shown}`" in README


@pytest.mark.parametrize("parameter", [*CommitmentFilter.base_filters, "page"])
def test_every_filter_is_in_the_readme(parameter: str) -> None:
    assert f"`{parameter}`" in README


def test_every_command_is_in_the_readme() -> None:
    ours = [name for name, app in get_commands().items() if app == "tracker"]
    assert ours
    assert [name for name in ours if f"`{name}`" not in README] == []


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_every_field_of_the_format_is_described(noun: schema.Noun) -> None:
    found = re.search(rf"^\*\*{noun.name}\*\*:(.*?)(?:\n\n|\Z)", FORMAT, re.DOTALL | re.MULTILINE)
    assert found, f"{noun.name} has no paragraph"
    described = found[1]
    for field in noun.fields:
        star = r"\*" if field.required else r"(?!\*)"
        assert re.search(rf"`{field.name}`{star}", described), f"{noun.name}.{field.name}"


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_every_choice_of_the_format_is_described(noun: schema.Noun) -> None:
    for field in noun.fields:
        for choice in field.choices:
            assert f"`{choice}`" in FORMAT, f"{noun.name}.{field.name}: {choice}"


def test_the_log_is_described() -> None:
    assert [kind for kind in ChangeKind.values if f"`{kind}`" not in LOG] == []
    line = Change(seq=1, recorded_at=NOW, kind=ChangeKind.MENTION).canonical()
    assert [key for key in line if f"`{key}`" not in LOG] == []


@pytest.mark.parametrize("noun", RESOURCES)
def test_every_column_of_an_import_is_described(noun: str) -> None:
    assert [name for name in RESOURCES[noun]().columns if f"`{name}`" not in IMPORT] == []


@pytest.mark.parametrize(
    "text", [README, FORMAT, LOG, IMPORT], ids=["readme", "format", "log", "import"]
)
def test_every_link_to_a_file_leads_somewhere(text: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target
