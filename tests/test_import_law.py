"""Who may import whom in tracker/: the table of the architecture, held by reading the imports."""

import ast
import graphlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent

FACES = {"accounts", "admin", "dashboard", "feeds", "api", "exports", "notify"}
READS = {
    "lib",
    "models",
    "reading",
    "schema",
    "register_format",
    "queries",
    "filters",
    "answers",
    "whole_files",
}

# Each place in tracker/ (a package or a module) and the other places that it may import.
LAW: dict[str, set[str]] = {
    # Ground, and nouns
    "lib": set(),
    "models": {"lib"},
    "migrations": {"lib", "models"},
    # What records say, and what is done with them
    "schema": {"lib", "models"},
    "reading": {"lib"},
    "register_format": {"lib", "schema"},
    "spreadsheets": {"lib", "models", "schema"},
    "queries": {"lib", "models", "register_format", "schema"},
    "filters": {"lib", "models", "queries", "schema"},
    "actions": {"lib", "models", "queries", "register_format", "schema", "spreadsheets"},
    # Faces: what people and programs see
    **{face: set(READS) for face in FACES},
    "api": READS | {"error_pages"},
    "dashboard": READS | {"templatetags"},
    "admin": READS | {"actions", "error_pages", "spreadsheets"},
    # Signing in knows nothing of the register; settings name its middleware and adapters.
    "accounts": {"lib"},
    # Around them
    "templatetags": {"lib", "models"},
    "response_cache": {"lib"},
    "whole_files": {"lib"},
    "fingerprint": set(),
    "answers": {
        *("error_pages", "fingerprint", "lib", "models", "queries", "response_cache"),
        "whole_files",
    },
    "error_pages": {"context", "lib"},
    "middleware": {"error_pages", "lib"},
    "context": {"lib", "models", "queries"},
    "checks": {"lib", "models"},
    "apps": {"accounts", "checks", "lib"},
    "urls": set(FACES),
    "management": READS | FACES | {"actions", "spreadsheets"},
    "settings": {"__version__", "api", "lib"},
    "wsgi": set(),
    "gunicorn_config": set(),
}

# The order in which the facts arrive: a noun imports only those before it. `records` is the
# ground that the others stand on; the log (`changes`) tells of everything above it.
NOUNS = [
    "records",
    "parties",
    "sources",
    "meetings",
    "positions",
    "commitments",
    "updates",
    "notes",
    "reviews",
    "worksheets",
    "changes",
    "raised_flags",
    "standings",
    "former_values",
    "search",
    "subscriptions",
    "uploads",
]

# Within a package, from the ground up: a place (a module or a folder) imports only lower floors,
# and places of one floor do not import one another. A module of a folder that has a floor of its
# own is named with its folder.
FLOORS: dict[str, list[set[str]]] = {
    "queries": [
        # The ground of all reads
        {"viewpoint", "former_values"},
        {"as_published"},
        {"visibility"},
        {"current_reads"},
        {"flags", "reference_data"},
        {"history"},
        # What is read
        {"lists", "log", "drafts"},
        {"records", "health", "register_dump"},
    ],
    "actions": [
        {"log", "amendment_rules"},
        {"publishing"},
        {"review"},
        {"amend", "correct"},
        {"aliases"},
        # Publishing what was approved includes amendments and corrections.
        {"review.publish", "record_meeting", "raise_flags", "check"},
        {"imports", "register_files"},
    ],
}

HOME = "tests/test_import_law.py"


class Import(NamedTuple):
    line: int
    target: str  # absolute and dotted, with the imported name: tracker.models.parties.Party
    function: str  # the innermost function around it; empty at the top of a module


def imports(module: ast.Module, package: str) -> Iterator[Import]:
    """Every import in a module of `package`, nested ones included, relative ones made absolute."""

    def walk(node: ast.AST, function: str) -> Iterator[Import]:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                function = node.name
            case ast.Import():
                for alias in node.names:
                    yield Import(node.lineno, alias.name, function)
            case ast.ImportFrom():
                base = node.module or ""
                if node.level:
                    above = package.split(".")[: len(package.split(".")) - node.level + 1]
                    base = ".".join([*above, *filter(None, [node.module])])
                for alias in node.names:
                    yield Import(node.lineno, f"{base}.{alias.name}", function)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, function)

    return walk(module, "")


def violations(path: str, source: str) -> list[str]:
    """One sentence for each import of the module at `path` (from the root) that breaks the law."""
    parts = PurePosixPath(path).with_suffix("").parts
    if parts == ("tracker", "__init__"):
        place = noun = ""
    else:
        place, noun = parts[1], parts[2] if len(parts) > 2 else ""
        if place not in LAW:
            return [
                f"{path} has no place in the house: move it, or add {place!r} to LAW in {HOME}."
            ]
        if place in FLOORS and parts[2] != "__init__" and floor_of(place, parts[2:]) is None:
            return [f"{path} has no floor in {place}: add it to FLOORS in {HOME}."]
        if place == "models" and noun not in {"", "__init__", *NOUNS}:
            return [f"{path} is a noun without a place in the order: add it to NOUNS in {HOME}."]
    found = []
    for line, target, function in imports(ast.parse(source, path), ".".join(parts[:-1])):
        if function and place != "migrations" and (place, function) != ("apps", "ready"):
            found.append(
                f"{path}:{line} imports {target} inside {function}(): move it to the top of the "
                "module; if that makes a circle, move the code."
            )
        if target.split(".")[0] == "tracker":
            why = why_not(place, noun, target) or why_not_here(place, parts[2:], target)
            if why:
                found.append(f"{path}:{line} imports {target}, but {why}.")
    return found


def floor_of(package: str, module: Sequence[str]) -> tuple[int, str] | None:
    """The number and the place of the floor of a module of a package, given by its parts."""
    for end in range(len(module), 0, -1):
        place = ".".join(module[:end])
        for number, floor in enumerate(FLOORS[package]):
            if place in floor:
                return number, place
    return None


def why_not_here(package: str, module: Sequence[str], target: str) -> str:
    """The reason why a module may not import `target` of its own package; empty when it may."""
    _tracker, to_package, *to_module = target.split(".")
    if package not in FLOORS or to_package != package or module[0] == "__init__":
        return ""
    own, other = floor_of(package, module), floor_of(package, to_module)
    if own is None or other is None or own[1] == other[1] or other[0] < own[0]:
        return ""
    return f"{own[1]} may import only what is below it in {package}, and {other[1]} is not"


def why_not(place: str, noun: str, target: str) -> str:
    """The reason why `place` may not import `target` of tracker; empty when it may."""
    to_place, to_noun = [*target.split("."), "", ""][1:3]
    if to_place == "settings":
        return "settings are read through django.conf only"
    if place == to_place == "models" and noun != "__init__":
        earlier = NOUNS[: NOUNS.index(noun)]
        known = ", ".join(earlier) or "none"
        return "" if to_noun in earlier else f"{noun} may import only earlier nouns: {known}"
    if to_place == place or to_place in LAW.get(place, set()):
        return ""
    if {place, to_place} <= FACES:
        return "a face never imports another face: link by URL name"
    if to_place == "actions":
        return "only admin and commands may call actions"
    allowed = ", ".join(sorted(LAW.get(place, set())))
    return (
        f"{place or 'tracker'} may import {f'only {allowed}' if allowed else 'nothing'} of tracker"
    )


def test_tracker_obeys_the_law() -> None:
    found = [
        violation
        for path in sorted((ROOT / "tracker").rglob("*.py"))
        for violation in violations(
            path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        )
    ]
    assert not found, "\n" + "\n".join(found)


def test_the_law_has_no_circle() -> None:
    order = list(graphlib.TopologicalSorter(LAW).static_order())
    assert order.index("models") < order.index("queries") < order.index("filters")


def test_no_module_imports_itself_by_way_of_others() -> None:
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (ROOT / "tracker").rglob("*.py")
    }
    graph: dict[str, set[str]] = {}
    for module, path in files.items():
        package = module if path.stem == "__init__" else module.rpartition(".")[0]
        parsed = ast.parse(path.read_text(encoding="utf-8"))
        targets = {one.target for one in imports(parsed, package) if not one.function}
        prefixes = (target if target in files else target.rpartition(".")[0] for target in targets)
        graph[module] = {name for name in prefixes if name in files}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) > 300


@pytest.mark.parametrize(
    ("path", "source", "sentence"),
    [
        (
            "tracker/feeds/xml_feeds.py",
            "import datetime\nfrom tracker.dashboard.views import home",
            "tracker/feeds/xml_feeds.py:2 imports tracker.dashboard.views.home, but "
            "a face never imports another face: link by URL name.",
        ),
        (
            "tracker/lib/text.py",
            "import tracker.models.parties",
            "tracker/lib/text.py:1 imports tracker.models.parties, but "
            "lib may import nothing of tracker.",
        ),
        (
            "tracker/dashboard/views.py",
            "from tracker import actions",
            "tracker/dashboard/views.py:1 imports tracker.actions, but "
            "only admin and commands may call actions.",
        ),
        (
            "tracker/queries/flags.py",
            "from .. import filters",
            "tracker/queries/flags.py:1 imports tracker.filters, but "
            "queries may import only lib, models, register_format, schema of tracker.",
        ),
        (
            "tracker/schema/payloads.py",
            "from ..queries.flags import overdue",
            "tracker/schema/payloads.py:1 imports tracker.queries.flags.overdue, but "
            "schema may import only lib, models of tracker.",
        ),
        (
            "tracker/models/sources.py",
            "from .meetings import Meeting",
            "tracker/models/sources.py:1 imports tracker.models.meetings.Meeting, but "
            "sources may import only earlier nouns: records, parties.",
        ),
        (
            "tracker/models/meetings.py",
            "from tracker.models import Party",
            "tracker/models/meetings.py:1 imports tracker.models.Party, but "
            "meetings may import only earlier nouns: records, parties, sources.",
        ),
        (
            "tracker/queries/visibility.py",
            "from tracker.queries.lists.rows import rows",
            "tracker/queries/visibility.py:1 imports tracker.queries.lists.rows.rows, but "
            "visibility may import only what is below it in queries, and lists is not.",
        ),
        (
            "tracker/queries/log/cursor.py",
            "from ..lists import rows",
            "tracker/queries/log/cursor.py:1 imports tracker.queries.lists.rows, but "
            "log may import only what is below it in queries, and lists is not.",
        ),
        (
            "tracker/actions/amend.py",
            "from tracker.actions.review.publish import publish_draft",
            "tracker/actions/amend.py:1 imports tracker.actions.review.publish.publish_draft, but "
            "amend may import only what is below it in actions, and review.publish is not.",
        ),
        (
            "tracker/queries/secrets.py",
            "",
            "tracker/queries/secrets.py has no floor in queries: "
            "add it to FLOORS in tests/test_import_law.py.",
        ),
        (
            "tracker/models/secrets.py",
            "",
            "tracker/models/secrets.py is a noun without a place in the order: "
            "add it to NOUNS in tests/test_import_law.py.",
        ),
        (
            "tracker/utils.py",
            "",
            "tracker/utils.py has no place in the house: move it, "
            "or add 'utils' to LAW in tests/test_import_law.py.",
        ),
        (
            "tracker/admin/site.py",
            "from tracker.settings import DEBUG",
            "tracker/admin/site.py:1 imports tracker.settings.DEBUG, but "
            "settings are read through django.conf only.",
        ),
        (
            "tracker/queries/flags.py",
            "class Search:\n    def run(self):\n        import json",
            "tracker/queries/flags.py:3 imports json inside run(): move it to the top of the "
            "module; if that makes a circle, move the code.",
        ),
        (
            "tracker/models/parties.py",
            "if True:\n    from tracker.unknown import thing",
            "tracker/models/parties.py:2 imports tracker.unknown.thing, but "
            "models may import only lib of tracker.",
        ),
        (
            "tracker/__init__.py",
            "from tracker.lib import text",
            "tracker/__init__.py:1 imports tracker.lib.text, but "
            "tracker may import nothing of tracker.",
        ),
    ],
)
def test_a_planted_violation_is_found(path: str, source: str, sentence: str) -> None:
    assert violations(path, source) == [sentence]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("tracker/models/__init__.py", "from tracker.models.parties import Party"),
        ("tracker/models/meetings.py", "from .sources import Source\nfrom ..lib import text"),
        ("tracker/queries/__init__.py", "from . import flags\nfrom .flags import overdue"),
        ("tracker/admin/nouns/meetings.py", "from tracker.actions import record_meeting"),
        ("tracker/management/commands/rebuild.py", "from tracker.actions.rebuild import rebuild"),
        ("tracker/queries/records/matrix.py", "from tracker.queries.lists.rows import rows"),
        ("tracker/actions/review/publish.py", "from tracker.actions.amend import amend"),
        ("tracker/apps.py", "def ready():\n    from tracker import checks"),
        ("tracker/migrations/0002_x.py", "def forwards():\n    from tracker.lib import text"),
        ("tracker/urls.py", "from tracker.feeds import urls"),
        ("tracker/lib/text.py", "import trackers\nfrom django.conf import settings"),
    ],
)
def test_what_is_allowed_passes(path: str, source: str) -> None:
    assert violations(path, source) == []
