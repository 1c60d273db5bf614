"""What is asked of each server, by name."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

_FILTER = "stage=negotiating&instrument=agreement"
_FACETS = "&".join(f"_facet={name}" for name in ("stage", "assessment", "instrument", "firmness"))


@dataclass(frozen=True, slots=True)
class Scenario:
    """Addresses of one page at the register and, where there is one like it, at Datasette.

    `peer` names the server that the ratio is taken to; `target` is the ratio not to exceed.
    """

    name: str
    ours: str
    theirs: str = ""
    is_hot: bool = False
    is_conditional: bool = False
    target: float | None = None


def scenarios(file: Path) -> list[Scenario]:
    """The pages of one register; `file` is its SQLite database."""
    database, table = f"/{file.stem}", f"/{file.stem}/tracker_commitment"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        counted = (
            "SELECT c.id, c.slug FROM tracker_commitment c JOIN tracker_statusupdate u"
            " ON u.commitment_id = c.id WHERE c.id < 2000 GROUP BY c.id"
        )
        [(long_key, long)] = connection.execute(f"{counted} ORDER BY count(*) DESC LIMIT 1")
        [(_, short)] = connection.execute(f"{counted} HAVING count(*) = 10 LIMIT 1")
    like = f"{database}?sql=select+id,title+from+tracker_commitment+where+title+like+"
    sorted_by = "_sort=reference&_size=50"
    return [
        Scenario("dashboard, unfiltered", "/", f"{table}?{_FACETS}&{sorted_by}", target=0.03),
        Scenario(
            "dashboard, filtered",
            f"/?{_FILTER}&sort=-updated",
            f"{table}?{_FILTER}&{_FACETS}&_sort_desc=last_changed_at&_size=50",
            target=0.10,
        ),
        Scenario("dashboard, kept", "/", is_hot=True, target=1.5),
        Scenario("dashboard, not modified", "/", is_hot=True, is_conditional=True, target=1 / 0.65),
        Scenario("dashboard, last quarter", "/?page=LATE"),
        Scenario("search, common", "/?q=minerals", f"{like}'%25inerals%25'"),
        Scenario("search, rare", "/?q=XAC-XAN-2021-0003", f"{like}'%25XAC-XAN-2021-0003%25'"),
        Scenario(
            "commitment, 10 updates",
            f"/commitments/{short}/",
            f"{table}/{long_key}",
            target=0.5,
        ),
        Scenario("commitment, 500 updates", f"/commitments/{long}/"),
        Scenario("matrix", "/matrix/", target=15),
        Scenario("as of 2020", "/?as_of=2020-01-01"),
        Scenario("feed of 50", "/changes.atom"),
        Scenario("feed of 50, kept", "/changes.atom", is_hot=True),
        Scenario("API, page of 50", "/api/v1/commitments/", f"{table}.json?_size=50"),
        Scenario(
            "CSV, all rows",
            "/commitments.csv",
            f"{table}.csv?_stream=on&_size=max",
        ),
    ]
