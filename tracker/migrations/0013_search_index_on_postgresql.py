"""The search index takes each document at once.

PostgreSQL otherwise keeps new ones on a list that every search reads through, until one publication
that happens to fill it sorts in all of them.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def at_once(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER INDEX tracker_search_text SET (fastupdate = off)")


def later(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER INDEX tracker_search_text RESET (fastupdate)")


class Migration(migrations.Migration):
    dependencies = [("tracker", "0012_lists_in_order")]
    operations = [migrations.RunPython(at_once, later)]
