"""Group the rows of a query in one pass, where the database would sort them or hand over each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Count, Func, QuerySet, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast


class Words(Func):
    """Texts joined by spaces."""

    output_field = TextField()
    template = "%(expressions)s"
    arg_joiner = " || ' ' || "


class _Lines(Aggregate):
    """Texts, each on a line, in any order, on SQLite; null if there are none."""

    function = "GROUP_CONCAT"
    template = "%(function)s(%(expressions)s, char(10))"
    output_field = TextField()


class _Keys(Aggregate):
    """Whole numbers, separated by commas, in any order; one that occurs again is repeated."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="STRING_AGG((%(expressions)s)::text, ',')",
            **extra,
        )


def keys_by(
    rows: QuerySet[Any], value: str, key: str = "commitment"
) -> Iterator[tuple[Any, list[int]]]:
    """Yield each value of a column with the keys in another column of its rows. One query.

    A text for each value takes a third of the time of a row for each key.
    """
    joined = rows.order_by().values_list(value).annotate(keys=_Keys(key))
    for found, keys in joined.iterator():
        yield found, _numbers(keys)


def keys_alike(rows: QuerySet[Any], *values: str) -> Iterator[tuple[tuple[str, ...], list[int]]]:
    """Yield each combination of values of some columns, as texts without spaces, with its keys.

    One query. SQLite sorts rows in order to group them, and to hand each over takes three times as
    long as to hand over all as one text.
    """
    rows = rows.order_by()
    columns = [Cast(value, TextField()) for value in values]
    if connection.vendor != "sqlite":
        named = {f"value_{place}": column for place, column in enumerate(columns)}
        grouped = rows.values(**named).annotate(keys=_Keys("pk"))
        for *combination, keys in grouped.values_list(*named, "keys").iterator():
            yield tuple(combination), _numbers(keys)
        return
    joined = rows.aggregate(joined=_Lines(Words(*columns, Cast("pk", TextField()))))["joined"]
    alike: dict[str, list[str]] = defaultdict(list)
    for line in joined.split("\n") if joined else ():
        combination, _space, key = line.rpartition(" ")
        alike[combination].append(key)
    for combination, keys in alike.items():
        yield tuple(combination.split(" ")), list(map(int, keys))


def keys_of(rows: QuerySet[Any]) -> list[int]:
    """Return the primary keys of the rows, in any order. One query, which hands over one text."""
    return _numbers(rows.order_by().aggregate(keys=_Keys("pk"))["keys"])


def counts_by(rows: QuerySet[Any], key: str, counted: str) -> dict[int, int]:
    """Return the number of rows with a value in the column `counted`, by another column's key.

    One query, which hands over all numbers as two texts: a row for each key takes twice as long.
    """
    grouped = rows.order_by().values(key).annotate(number=Count(counted))
    # The texts are made in one pass over the same groups, so their numbers are in the same order.
    joined = grouped.aggregate(keys=_Keys(key), numbers=_Keys("number"))
    return dict(zip(_numbers(joined["keys"]), _numbers(joined["numbers"]), strict=True))


def tally(rows: QuerySet[Any], text: Combinable) -> Counter[str]:
    """Return the number of rows by a text of one line. One query.

    SQLite sorts rows in order to group them, and takes twice as long as to hand over all texts as
    one, some 20 MB of a million rows, whose lines Python counts.
    """
    rows = rows.order_by()
    if connection.vendor != "sqlite":
        return Counter(dict(rows.values_list(text).annotate(count=Count("pk"))))
    joined = rows.aggregate(joined=_Lines(text))["joined"]
    if joined is None:
        return Counter()
    # Lines of bytes, which are read one by one, where `splitlines` would make them all at once.
    counted = Counter(BytesIO(f"{joined}\n".encode()))
    return Counter({line[:-1].decode(): count for line, count in counted.items()})


def _numbers(joined: str | None) -> list[int]:
    return [*map(int, joined.split(","))] if joined else []
