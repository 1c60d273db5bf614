"""The walk knows every public address, and what each costs beside the dashboard does not grow."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.bench.databases import ROOT, sqlite_register
from tests.bench.made_up.register import MakeRegister
from tests.bench.walk.addresses import BEHIND_A_KEY, LINES, SIGNING_IN_PREFIXES
from tests.bench.walk.budgets import REFUSED, judged, statuses
from tests.bench.walk.checking import Limit, complaints
from tests.bench.walk.largest import largest
from tests.bench.walk.walking import DASHBOARD, Cost

SIZE = 10_000


def names(resolver: URLResolver) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name or str(pattern.pattern)
        elif pattern.namespace != "admin":  # its pages are for staff, whose number is small
            yield from names(pattern)


def test_every_public_address_is_walked() -> None:
    walked = LINES.keys() - REFUSED
    left_out = {
        name
        for name in names(get_resolver())
        if name.startswith(SIGNING_IN_PREFIXES) and name not in walked
    }
    assert set(names(get_resolver())) - left_out == walked | BEHIND_A_KEY


def ignored(content: bytes) -> set[str]:
    """Return the parameters that a page says it ignored."""
    found = re.search(rb"were ignored: ([^<]*)", content)
    return set(found[1].decode().split(", ")) if found else set()


@pytest.mark.sqlite_only
@pytest.mark.django_db
def test_every_line_is_understood() -> None:
    call_command(MakeRegister(), commitments=60, updates_per=6, stdout=StringIO())
    at, client = largest(), Client()
    for line in (line for lines in LINES.values() for line in lines):
        response = client.get(at.address(line))
        content = response.getvalue()
        assert response.status_code in statuses(line), at.address(line)
        # A parameter that the page does not know would make the question a cheap one.
        given = {part.partition("=")[0] for part in line.partition("?")[2].split("&")}
        assert given.isdisjoint(ignored(content)), line


def cost(cpu: float, *, rows: int = 0) -> Cost:
    return Cost(200, cpu, cpu, cpu, 1, 1, False, rows)


def test_the_worst_comes_first() -> None:
    costs = {DASHBOARD: cost(0.02), "/charts/": cost(0.5), "/nothing/": cost(0.03)}
    rows = judged(costs)
    assert [(row.line, row.share > 1) for row in rows] == [
        ("/nothing/", True),
        ("/charts/", False),
        (DASHBOARD, False),
    ]


def test_a_file_is_judged_by_its_pace_and_its_first_byte() -> None:
    def file(seconds: float, *, rows: int) -> Cost:
        return replace(cost(seconds, rows=rows), first_byte=seconds / 2)

    costs = {
        DASHBOARD: cost(0.02),
        "/commitments.csv": file(2, rows=30_000),
        "/updates.csv": file(0.8, rows=7_000),
        "/updates.json": file(0.4, rows=10),
        "/commitments.xlsx": file(4, rows=50_000),
        "/updates.xlsx?meeting={meeting}": file(4, rows=30_000),
    }
    assert {row.line: row.missed for row in judged(costs) if row.missed} == {
        "/commitments.csv": ["first byte 0.5"],
        "/updates.csv": ["10,000 rows/s"],
        "/updates.xlsx?meeting={meeting}": ["10,000 rows/s"],
    }


def test_it_complains_of_what_grew_each_time() -> None:
    before = {DASHBOARD: 1.0, "/charts/": 2.0, "/parties/": 1.0, "/commitments.csv": 0.5}
    costs = {
        DASHBOARD: cost(0.1),
        "/charts/": cost(0.5),
        "/parties/": cost(0.5),
        "/commitments.csv": cost(5, rows=100_000),
    }

    def again(line: str) -> Cost:
        return cost(0.11) if line == "/parties/" else costs[line]

    limit = Limit(1.6, 0.02)
    assert complaints(costs, before, limit=limit, again=again) == [
        "/charts/ takes 0.500 s, 2.5 times what was expected (0.200 s) of the 0.100 s of the "
        "dashboard."
    ]
    assert complaints(costs, {**before, "/charts/": 4.0}, limit=limit, again=again) == []
    assert complaints({DASHBOARD: cost(1)}, {"/gone/": 1.0}, limit=limit, again=again) == [
        "/ has no stored ratio: store them anew.",
        "/gone/ is not asked any more: store the ratios anew.",
    ]


@pytest.mark.sqlite_only
def test_no_address_has_grown() -> None:
    """In a process of its own, since what pytest adds to Django would be measured too."""
    register = sqlite_register(SIZE)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.bench.walk", "--check", "--rounds", "1"),
            *("--patience", "3", "--factor", "3", "--seconds", "0.1"),
        ],
        cwd=ROOT,
        env={**os.environ, **register.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-2000:]}"
