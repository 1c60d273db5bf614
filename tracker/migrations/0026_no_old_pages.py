"""Write SQLite's file anew, so that nothing deleted before `secure_delete` remains in its pages."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError, migrations


def vacuum(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        try:
            cursor.execute("VACUUM")
        except OperationalError as error:  # such as too little room for a second copy
            print(f"\n  What was deleted earlier may remain in the file until VACUUM: {error}")  # noqa: T201


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("tracker", "0025_clock_accepted"),)

    operations = (migrations.RunPython(vacuum, migrations.RunPython.noop),)
