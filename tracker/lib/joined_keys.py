"""Aggregate the keys of related rows into one string, to avoid a query for each row."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, OuterRef, QuerySet, Subquery, TextField


class JoinedKeys(Aggregate):
    """Integers separated by spaces, in any order; null if there are none."""

    function = "GROUP_CONCAT"
    template = "%(function)s(%(expressions)s, ' ')"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            function="STRING_AGG",
            template="%(function)s(%(expressions)s::text, ' ')",
        )


def joined_keys(related: QuerySet[Any], *, by: str, of: str) -> Subquery:
    """Return the column `of` of the related rows whose column `by` is the outer row's key."""
    own = related.order_by().filter(**{by: OuterRef("pk")}).values(by)
    return Subquery(own.annotate(joined_keys=JoinedKeys(of)).values("joined_keys"))


def split_keys(joined: str | None) -> list[int]:
    return [int(key) for key in joined.split()] if joined else []
