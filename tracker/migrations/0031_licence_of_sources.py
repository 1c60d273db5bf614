"""Sources may name the licence under which their publisher lets others use them.

SQLite adds a column by making the table anew, which would lose the triggers that guard it: they are
dropped before and created after.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tracker.migrations import _triggers


def create_triggers(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.create(schema_editor)


def drop_triggers(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.drop(schema_editor)


class Migration(migrations.Migration):
    dependencies = (("tracker", "0030_folded_names"),)

    operations = (
        migrations.RunPython(drop_triggers, create_triggers),
        *(
            migrations.AddField(
                name,
                "licence",
                models.CharField(
                    blank=True,
                    default="",
                    help_text="Under which the publisher lets others use it, such as CC-BY-4.0.",
                    max_length=120,
                    verbose_name="licence",
                ),
                preserve_default=False,
            )
            for name in ("Source", "HistoricalSource")
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    )
