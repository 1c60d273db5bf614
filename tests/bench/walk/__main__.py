"""`DATABASE_URL=... python -m tests.bench.walk`: what every public address costs, worst first.

`--check` compares with the stored ratios to the dashboard instead, and `--store` stores them.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys

import django
from django.core.management import call_command

from tests.bench.databases import PLACE

# As in production, save that no whole answer is kept, and that PostgreSQL does its work in the one
# process whose CPU is counted.
os.environ.update(
    DJANGO_SETTINGS_MODULE="tracker.settings",
    ALLOWED_HOSTS="127.0.0.1",
    HTTPS="0",
    TESTING="0",
    KEPT_ANSWERS="0",
    ANSWERS_CACHE_URL="dummycache://",
    STATIC_ROOT=str(PLACE / "static"),
    PGOPTIONS="-c max_parallel_workers_per_gather=0",
)
os.environ.setdefault("SECRET_KEY", "only measured, never served to anybody")
django.setup()

from django.db import connection  # noqa: E402 - Django must be set up before its models are read

from tests.bench.walk.addresses import LINES  # noqa: E402
from tests.bench.walk.budgets import judged, markdown, statuses  # noqa: E402
from tests.bench.walk.checking import Limit, complaints, store, stored  # noqa: E402
from tests.bench.walk.largest import largest  # noqa: E402
from tests.bench.walk.walking import (  # noqa: E402
    DASHBOARD,
    Cost,
    client_of,
    cost_of,
    counts_the_server,
    prepare,
)
from tracker.models import Commitment  # noqa: E402


def main() -> int:
    options = _options()
    logging.disable(logging.WARNING)  # it would name every address that is not there
    PLACE.mkdir(exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    size = Commitment.objects.public().count()
    at, client = largest(), client_of()
    first_page = prepare(client)

    def ask(line: str, *, rounds: int = options.rounds) -> Cost:
        address = at.address(line)
        cost = cost_of(client, address, rounds=rounds, patience=options.patience)
        if cost.status not in statuses(line):
            raise RuntimeError(f"{address} answers {cost.status}.")
        sys.stderr.write(f"{cost.cpu:8.3f} s  {address}\n")
        return cost

    # All others are compared with the dashboard, so it is asked for oftener.
    costs = {DASHBOARD: ask(DASHBOARD, rounds=7)}
    lines = [line for lines in LINES.values() for line in lines if line != DASHBOARD]
    costs |= {line: ask(line) for line in lines if any(part in line for part in options.only)}
    if options.store:
        store(size, costs)
        return 0
    if options.check:
        limit = Limit(options.factor, options.seconds)
        found = complaints(costs, stored(size), limit=limit, again=ask)
        sys.stdout.write("".join(f"{sentence}\n" for sentence in found))
        sys.stdout.write(f"{len(costs)} addresses, {len(found)} complaints.\n")
        return 1 if found else 0
    register = f"{connection.display_name}, {size:,} commitments"
    table = markdown(judged(costs), register=register, counted=_counted(), first_page=first_page)
    sys.stdout.write(table)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.walk", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the stored ratios")
    parser.add_argument("--store", action="store_true", help="store the ratios")
    parser.add_argument(
        "--only", nargs="+", default=[""], help="walk the addresses with one of these in them"
    )
    parser.add_argument("--rounds", type=int, default=2, help="first answers of each address")
    parser.add_argument(
        "--patience", type=float, default=30, help="seconds for which to read a file"
    )
    parser.add_argument("--factor", type=float, default=1.6, help="growth that is a complaint")
    parser.add_argument("--seconds", type=float, default=0.02, help="and that is at least so long")
    return parser.parse_args()


def _counted() -> str:
    if connection.vendor != "postgresql":
        return "CPU is that of the process, database included."
    if counts_the_server():
        return (
            "CPU is that of the process and of PostgreSQL's for its connection, without parallel "
            "workers; a file has another connection, whose CPU is not counted."
        )
    return "CPU is that of the process alone; the server's is in wall only."


if __name__ == "__main__":
    sys.exit(main())
