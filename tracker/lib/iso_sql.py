"""Format dates as ISO 8601 in SQL.

Parsing a hundred thousand of them into objects, only to format them again, takes most of the time
of serialising them.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Func, TextField


class IsoDay(Func):
    """Format a date as `2026-11-22`."""

    output_field = TextField()
    # Cast to text, because Python's SQLite driver converts a bare date column to objects.
    template = "CAST(%(expressions)s AS TEXT)"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        # Not a cast, which depends on the server's DateStyle setting.
        return self.as_sql(compiler, connection, template="to_char(%(expressions)s, 'YYYY-MM-DD')")


class IsoMonth(Func):
    """Format the month of a date as `2026-11`.

    On SQLite, Django's own functions of dates call Python for every row.
    """

    output_field = TextField()
    template = "SUBSTR(%(expressions)s, 1, 7)"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, template="to_char(%(expressions)s, 'YYYY-MM')")


class IsoInstant(Func):
    """Format an instant as `2026-11-22T09:00:00Z`: in UTC, truncated to the second."""

    output_field = TextField()
    # Django stores text in UTC on SQLite, whose own `strftime` would round the seconds.
    template = "substr(%(expressions)s, 1, 10) || 'T' || substr(%(expressions)s, 12, 8) || 'Z'"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        template = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
        return self.as_sql(compiler, connection, template=template)


class StoredText(Func):
    """Read a column as the stored text, where its field would convert it to an object."""

    output_field = TextField()
    template = "%(expressions)s"
