"""Delete what limits on signing in kept before they were counted by hashes: network addresses."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import migrations


def forget(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    table = settings.CACHES["default"].get("LOCATION", "")
    if table in connection.introspection.table_names():
        quoted = connection.ops.quote_name(table)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {quoted} WHERE cache_key LIKE %s", ["%allauth:rl:%:ip:%"])  # noqa: S608


class Migration(migrations.Migration):
    dependencies = (("tracker", "0015_not_mentioned_for_dropped"),)

    operations = (migrations.RunPython(forget, migrations.RunPython.noop),)
