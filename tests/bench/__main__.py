"""Make the registers, serve everything, measure it in turns, and tell the table.

BENCH_SIZES names the sizes of the registers, the one to compare with first ("10000,100000");
BENCH_ROUNDS how often each pair is timed.
"""

from __future__ import annotations

import os
import statistics
import sys
from contextlib import ExitStack

from tests.bench.databases import PLACE, ROOT, postgres_register, sqlite_register
from tests.bench.load import download, first_page, mixed, publish
from tests.bench.scenarios import Served, between_databases, pairs
from tests.bench.servers import bare_django, datasette, project
from tests.bench.table import markdown, store
from tests.bench.timing import Figure, figure, in_turns

SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "10000,100000").split(",")]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))


def _files(served: Served) -> tuple[list[Figure], list[str]]:
    """Whole tables as files, three times in turns."""
    size = served.register.size
    stem = served.register.path.stem if served.register.path else ""
    theirs, ours, books = [], [], []
    for _turn in range(3):
        theirs.append(
            download(
                served.datasette, f"/{stem}/tracker_commitment.csv?_stream=on&_size=max", rows=size
            )
        )
        ours.append(download(served.big, "/commitments.csv", rows=size))
    books.append(download(served.big, "/commitments.xlsx", rows=size))
    ratios = [
        one.rows_per_second / other.rows_per_second for one, other in zip(ours, theirs, strict=True)
    ]
    rows = [
        Figure(
            "CSV, time for a row",
            "Datasette",
            1000 / statistics.median(one.rows_per_second for one in ours),
            1000 / statistics.median(one.rows_per_second for one in theirs),
            1 / statistics.median(ratios),
            1 / max(ratios),
            1 / min(ratios),
            0.5,
        )
    ]
    notes = [
        f"CSV: {ours[-1].told()}; Datasette: {theirs[-1].told()}.",
        f"XLSX: {books[-1].told()}.",
    ]
    return rows, notes


def main() -> int:
    small, big = sqlite_register(SIZES[0]), sqlite_register(SIZES[-1])
    other = postgres_register(SIZES[-1])
    big.python("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    notes = [] if other is not None else ["PostgreSQL: none answered here, so it was not measured."]
    with ExitStack() as stack:
        served = Served(
            floor=stack.enter_context(bare_django()),
            datasette=stack.enter_context(datasette(big)),
            big=stack.enter_context(project(big)),
            small=stack.enter_context(project(small)),
            postgres=stack.enter_context(project(other)) if other is not None else None,
            register=big,
        )
        measured = [*pairs(served), *between_databases(served)]
        in_turns(measured, rounds=ROUNDS)
        figures = [figure(pair) for pair in measured]
        rows, told = _files(served)
        figures += rows
        notes += told
        for register in [big, *([other] if other is not None else [])]:
            times = publish(register, count=200)
            rate = 1 / statistics.median(times)
            notes.append(f"Publishing on {register.kind}: {rate:,.0f} durable updates a second.")
        for register in (small, big):
            waited = first_page(register)
            notes.append(f"The first page of a process, at {register.size:,}: {waited:.1f} s.")
        notes.append(f"Mixed load: {mixed(served.big, big).told()}.")
    notes.append(
        "Datasette suggests no facets (`suggest_facets off`); those asked for are counted."
    )
    # When nothing else is served, since it counts what the processor does.
    for register in [big, *([other] if other is not None else [])]:
        notes.append(f"Every address on {register.name}: `{register.walk().relative_to(ROOT)}`.")
    text = markdown(figures, notes, sizes=" and ".join(f"{size:,}" for size in SIZES))
    store(text, PLACE)
    sys.stdout.write(f"{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
