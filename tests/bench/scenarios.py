"""What is asked of the register, and of what it is measured against."""

from __future__ import annotations

import datetime as dt
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlencode

from tests.bench.databases import Register
from tests.bench.servers import Server
from tests.bench.timing import Pair, Take

FACETS = ("stage", "assessment", "instrument", "firmness")
FILTER = {"stage": "negotiating", "instrument": "agreement"}
_fresh: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(2))
# More than rounds, so that no word is asked for twice.
_WORDS = 20


@dataclass(frozen=True, slots=True)
class Served:
    """All that runs while one run measures."""

    floor: Server
    datasette: Server
    big: Server
    small: Server
    postgres: Server | None
    register: Register


def get(
    server: Server, path: str, *, fresh: bool = False, headers: Mapping[str, str] | None = None
) -> Take:
    """Time one request; `fresh` keeps any answer that was kept from serving."""

    def take(turn: int) -> float:
        address = path
        if fresh:
            address += ("&" if "?" in path else "?") + _unheard_of(path)
        seconds, answer, body = server.get(address, headers)
        if answer.status not in {200, 304}:
            raise RuntimeError(f"{address}: {answer.status} {body[:200]!r}")
        return seconds

    return take


def _unheard_of(path: str) -> str:
    """A parameter that leaves the answer as it is and the address unlike any before.

    Feeds and the API refuse a parameter without meaning: feeds do not heed how a page is cut, and
    of the API the next page is taken.
    """
    number = next(_fresh[path])
    return f"page={number}" if path.startswith(("/changes.", "/api/")) else f"_={number}"


def table(register: Register, **query: Any) -> str:
    """Datasette's page of commitments, with a count for each value of the facets."""
    name = register.path.stem if register.path else ""
    parts = [("_size", 50), ("_sort", "reference"), *query.items()]
    parts += [("_facet", facet) for facet in FACETS]
    return f"/{name}/tracker_commitment?{urlencode(parts)}"


def etag(server: Server, path: str) -> dict[str, str]:
    server.get(path)
    return {"If-None-Match": server.get(path)[1].headers["ETag"]}


def _rows(register: Register, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{register.path}?mode=ro", uri=True) as connection:
        return connection.execute(sql).fetchall()


def _one_of(server: Server, paths: Sequence[str]) -> Take:
    """Another one of these each turn."""

    def take(turn: int) -> float:
        return get(server, paths[turn % len(paths)])(turn)

    return take


def search_page(server: Server, words: Sequence[str]) -> Take:
    """The page of a search for words that nobody asked for before, another one each turn."""

    def take(turn: int) -> float:
        return get(server, f"/?q={words[turn % len(words)]}", fresh=True)(turn)

    return take


def _statement(register: Register, sql: str, pattern: str, words: Sequence[str]) -> Take:
    """One statement in the database alone, without a page around it."""

    def take(turn: int) -> float:
        asked = pattern.format(words[turn % len(words)])
        with sqlite3.connect(f"file:{register.path}?mode=ro", uri=True) as connection:
            connection.execute("SELECT count(*) FROM tracker_loghead").fetchone()  # opens the file
            started = time.perf_counter()
            connection.execute(sql, [asked]).fetchall()
            return time.perf_counter() - started

    return take


def _like(register: Register, words: Sequence[str]) -> Take:
    """A scan of the text that is searched."""
    sql = "SELECT count(*) FROM tracker_searchdocument WHERE text LIKE ?"
    return _statement(register, sql, "%{}%", words)


def _indexed(register: Register, words: Sequence[str]) -> Take:
    """The statement by which the register searches."""
    sql = "SELECT rowid FROM tracker_search_index WHERE tracker_search_index MATCH ?"
    return _statement(register, sql, '"{}"', words)


_OF_UPDATES = """
    SELECT c.slug, c.id FROM tracker_commitment c JOIN tracker_statusupdate u
    ON u.commitment_id = c.id GROUP BY c.id HAVING count(*) {} ORDER BY count(*) DESC LIMIT {}
"""


# The last lines of the log, under the names that datasette-atom asks for.
_LAST_LINES = """
    SELECT seq AS atom_id, hash AS atom_title,
    replace(recorded_at, ' ', 'T') || 'Z' AS atom_updated,
    payload AS atom_content FROM tracker_change ORDER BY seq DESC LIMIT 50
"""


def pairs(served: Served) -> list[Pair]:
    """Every scenario that is one request against another."""
    big, small, floor, peer = served.big, served.small, served.floor, served.datasette
    register = served.register
    chosen = urlencode(FILTER)
    bare = get(floor, "/")
    last = min(1500, register.size // 50)
    (usual, usual_key), *others = _rows(register, _OF_UPDATES.format("BETWEEN 9 AND 11", 50))
    longest, longest_key = _rows(register, _OF_UPDATES.format("> 0", 1))[0]
    stem = register.path.stem if register.path else ""
    feed = urlencode({"sql": _LAST_LINES})
    hot = get(big, f"/?{chosen}")

    def fresh(path: str, server: Server = big) -> Take:
        return get(server, path, fresh=True)

    common, rare = _words(register)
    return [
        Pair("dashboard, unfiltered", fresh("/"), get(peer, table(register)), "Datasette", 0.03),
        Pair(
            "dashboard, filtered, with counts",
            fresh(f"/?{chosen}"),
            get(peer, table(register, **FILTER)),
            "Datasette",
            0.10,
        ),
        Pair("dashboard, hot", hot, bare, "bare Django", 1.5),
        Pair(
            "dashboard, 304",
            get(big, f"/?{chosen}", headers=etag(big, f"/?{chosen}")),
            bare,
            "bare Django",
            1 / 0.65,
        ),
        Pair(
            "dashboard, filtered",
            fresh(f"/?{chosen}"),
            fresh(f"/?{chosen}", small),
            "a tenth of the register",
            2,
        ),
        Pair("dashboard", fresh("/"), fresh("/", small), "a tenth of the register", 2),
        Pair(f"page {last:,}", fresh(f"/?page={last}"), fresh("/?page=1"), "page 1", 1.6),
        Pair(
            "a page never seen",
            _one_of(big, [f"/?page={number}" for number in range(3, last)]),
            fresh("/?page=1"),
            "page 1",
        ),
        Pair(
            "search, rare word: the statement",
            _indexed(register, rare),
            _like(register, rare),
            "LIKE",
            0.05,
        ),
        Pair(
            "search, common word: the statement",
            _indexed(register, common),
            _like(register, common),
            "LIKE",
            0.05,
        ),
        Pair(
            "search, rare word: the page",
            search_page(big, rare),
            _like(register, rare),
            "LIKE",
            0.05,
        ),
        Pair(
            "search, common word: the page",
            search_page(big, common),
            _like(register, common),
            "LIKE",
            0.05,
        ),
        Pair(
            "commitment never seen, 10 updates",
            _one_of(big, [f"/commitments/{slug}/" for slug, _key in others]),
            _one_of(peer, [f"/{stem}/tracker_commitment/{key}" for _slug, key in others]),
            "Datasette",
            0.5,
        ),
        Pair(
            "commitment seen before, 10 updates",
            fresh(f"/commitments/{usual}/"),
            get(peer, f"/{stem}/tracker_commitment/{usual_key}"),
            "Datasette",
            0.5,
        ),
        Pair(
            "commitment, most updates",
            fresh(f"/commitments/{longest}/"),
            get(peer, f"/{stem}/tracker_commitment/{longest_key}"),
            "Datasette",
            0.5,
        ),
        Pair("matrix, 50 by 12", fresh("/matrix/"), bare, "bare Django"),
        Pair(
            "matrix, 100 by 40",
            fresh("/matrix/?per_page=100&columns_per_page=40"),
            bare,
            "bare Django",
            15,
        ),
        Pair("as of a day asked before", fresh("/?as_of=2024-06-30"), fresh("/"), "today's page"),
        Pair(
            "as of a day never asked before",
            _another_day(big),
            get(peer, table(register)),
            "Datasette",
        ),
        Pair(
            "feed of 50",
            fresh("/changes.atom"),
            get(peer, f"/{stem}.atom?{feed}"),
            "datasette-atom",
            0.5,
        ),
        Pair(
            "feed, 304",
            get(big, "/changes.atom", headers=etag(big, "/changes.atom")),
            bare,
            "bare Django",
            1 / 0.65,
        ),
        Pair("API, page of 50", fresh("/api/v1/commitments/"), fresh("/"), "the dashboard"),
    ]


def _another_day(server: Server) -> Take:
    """The register as it stood on a day that nobody looked back to: another one each turn."""

    def take(turn: int) -> float:
        day = dt.date(2024, 1, 1) + dt.timedelta(days=turn)
        return get(server, f"/?as_of={day}")(turn)

    return take


def _words(register: Register) -> tuple[list[str], list[str]]:
    """Words of many commitments, and words of few, from the titles themselves."""
    sql = "SELECT title FROM tracker_commitment ORDER BY id LIMIT 20000"
    counted: Counter[str] = Counter()
    with sqlite3.connect(f"file:{register.path}?mode=ro", uri=True) as connection:
        for (title,) in connection.execute(sql):
            counted.update({word.lower() for word in title.split()})
    usable = [w for w, _ in counted.most_common() if w.isascii() and w.isalpha() and len(w) > 4]
    return usable[:_WORDS], usable[-_WORDS:]


def between_databases(served: Served) -> list[Pair]:
    """The same pages on PostgreSQL and on SQLite."""
    if served.postgres is None:
        return []
    chosen = urlencode(FILTER)
    common, rare = _words(served.register)
    usual, _key = _rows(served.register, _OF_UPDATES.format("BETWEEN 9 AND 11", 1))[0]
    asked = {
        "dashboard, unfiltered": "/",
        "dashboard, filtered": f"/?{chosen}",
        "commitment, 10 updates": f"/commitments/{usual}/",
        "matrix, 50 by 12": "/matrix/",
        "as of a past day": "/?as_of=2024-06-30",
        "feed of 50": "/changes.atom",
        "API, page of 50": "/api/v1/commitments/",
        "the log": "/changes/",
    }
    postgres, sqlite = served.postgres, served.big
    searched = {"search, common word": common, "search, rare word": rare}
    return [
        *(
            Pair(
                f"PostgreSQL: {name}",
                # Parts of words, since the words themselves have been asked for.
                search_page(postgres, [word[:-1] for word in words]),
                search_page(sqlite, [word[:-1] for word in words]),
                "SQLite",
                3,
            )
            for name, words in searched.items()
        ),
        *(
            Pair(
                f"PostgreSQL: {name}",
                get(postgres, path, fresh=True),
                get(sqlite, path, fresh=True),
                "SQLite",
                3,
            )
            for name, path in asked.items()
        ),
    ]
