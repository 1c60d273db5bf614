"""Which updates came with a new name: none of those published before, whose names stand alone.

SQLite adds the column by making the table anew, which would lose the triggers that guard it: they
are taken away before and put back after.
"""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tracker.migrations import _triggers


def create_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.create(schema_editor)


def drop_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.drop(schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("tracker", "0026_no_old_pages"),
    ]

    operations = [
        migrations.RunPython(drop_triggers, create_triggers),
        migrations.AddField(
            model_name="statusupdate",
            name="gives_name",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="Set at publication, where a name was drafted with it that was not public.",
                verbose_name="gives a new name",
            ),
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
