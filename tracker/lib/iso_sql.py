"""Days and instants told by the database itself, in ISO 8601.

To read a hundred thousand of them into objects only to write them out again is most of the work of
telling them.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Func, TextField


class ToldDay(Func):
    """A date as `2026-11-22`."""

    output_field = TextField()
    # As text: of a bare column of days, Python's driver for SQLite makes objects.
    template = "CAST(%(expressions)s AS TEXT)"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        # Not a cast, which goes by the server's setting DateStyle.
        return self.as_sql(compiler, connection, template="to_char(%(expressions)s, 'YYYY-MM-DD')")


class ToldInstant(Func):
    """A moment as `2026-11-22T09:00:00Z`: in UTC, to the second."""

    output_field = TextField()
    # SQLite has it as text in UTC, as Django writes it; its own `strftime` would round the seconds.
    template = "substr(%(expressions)s, 1, 10) || 'T' || substr(%(expressions)s, 12, 8) || 'Z'"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        template = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
        return self.as_sql(compiler, connection, template=template)


class AsKept(Func):
    """A column's text as it is kept, where its field would make an object of it."""

    output_field = TextField()
    template = "%(expressions)s"
