"""Each cache of the tree has its line in the documentation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHING = (ROOT / "tracker/docs/caching.md").read_text(encoding="utf-8")
DECORATORS = {"cache", "lru_cache"}
CONTAINERS = {"LRUCache"}


def called(node: ast.AST) -> str:
    """The last part of the name of what is called, subscripted or named."""
    match node:
        case ast.Call(func=inner) | ast.Subscript(value=inner):
            return called(inner)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def caches(source: str) -> Iterator[str]:
    """The names of cached functions and of module-level containers, and of functions that make
    containers or cached functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            inner = {called(n) for n in ast.walk(node) if isinstance(n, ast.Call)}
            if {called(d) for d in node.decorator_list} & DECORATORS or inner & (
                CONTAINERS | {"lru_cache"}
            ):
                yield node.name
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            value = node.value
            if isinstance(value, ast.Call) and called(value) in CONTAINERS:
                yield node.target.id


def found() -> set[str]:
    names = set()
    for path in (ROOT / "tracker").rglob("*.py"):
        if path.parent.name != "migrations":
            for name in caches(path.read_text(encoding="utf-8")):
                names.add(f"{path.stem}.{name}")
    return names


def test_each_cache_has_its_line() -> None:
    assert len(found()) > 10
    assert [name for name in sorted(found()) if f"`{name}`" not in CACHING] == []


def test_no_line_is_of_a_cache_that_is_gone() -> None:
    listed = {
        name
        for name in re.findall(r"`([a-z_]+\.[A-Za-z_]+)`", CACHING)
        if not name.endswith((".py", ".md"))
    }
    assert listed - found() == set()


def test_no_template_caches_a_part() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        assert "{% cache" not in path.read_text(encoding="utf-8"), path
