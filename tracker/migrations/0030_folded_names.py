"""Keep names of meetings, sources and whatever else is searched for by name in folded form, too.

SQLite adds a column by making the table anew, which would lose the triggers that guard it: they are
dropped before and created after.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tracker.lib.folded_fields import folded_text
from tracker.migrations import _triggers

_PARTS = {
    "Forum": ("name",),
    "Meeting": ("title", "place", "summary"),
    "Party": ("name", "short_name"),
    "Source": ("title", "publisher", "summary"),
    "Topic": ("name",),
}
_AT_ONCE = 500


def create_triggers(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.create(schema_editor)


def drop_triggers(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.drop(schema_editor)


def fold_names(apps: Any, schema_editor: Any) -> None:
    for name, parts in _PARTS.items():
        model = apps.get_model("tracker", name)
        some: list[Any] = []
        for record in model.objects.only(*parts).iterator(chunk_size=_AT_ONCE):
            record.folded_text = folded_text(getattr(record, part) for part in parts)
            some.append(record)
            if len(some) == _AT_ONCE:
                model.objects.bulk_update(some, ["folded_text"], batch_size=100)
                some.clear()
        model.objects.bulk_update(some, ["folded_text"], batch_size=100)


class Migration(migrations.Migration):
    dependencies = (("tracker", "0029_passages_left_out"),)

    operations = (
        migrations.RunPython(drop_triggers, create_triggers),
        *(
            migrations.AddField(
                name, "folded_text", models.TextField(blank=True, default="", editable=False)
            )
            for name in _PARTS
        ),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
        migrations.RunPython(create_triggers, drop_triggers),
    )
