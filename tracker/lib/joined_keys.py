"""Keys of many related rows as one text, so that a relation costs a row no query of its own."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, OuterRef, QuerySet, Subquery, TextField


class JoinedKeys(Aggregate):
    """Whole numbers with commas between them, in any order; null for none."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            function="STRING_AGG",
            template="%(function)s(%(expressions)s::text, ',')",
        )


def joined_keys(related: QuerySet[Any], *, by: str, of: str) -> Subquery:
    """The column `of` of the related rows whose column `by` is the outer row's key."""
    own = related.order_by().filter(**{by: OuterRef("pk")}).values(by)
    return Subquery(own.annotate(told_keys=JoinedKeys(of)).values("told_keys"))


def parted_keys(joined: str | None) -> list[int]:
    return [int(key) for key in joined.split(",")] if joined else []
