"""The full-text index beside `SearchDocument`."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tracker.migrations import _search_index


def create_index(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _search_index.create(schema_editor)


def drop_index(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _search_index.drop(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("tracker", "0002_immutable")]
    operations = [migrations.RunPython(create_index, drop_index)]
