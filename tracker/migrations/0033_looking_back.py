"""Answer `as_of` and `known_at` from indexes.

Indexes are dropped by their names, because to alter a field SQLite copies its table, and the log
is the largest of all.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


def _drop_index(table: str, column: str, digest: str) -> migrations.RunSQL:
    name = f"{table}_{column}_{digest}"
    return migrations.RunSQL(
        f'DROP INDEX "{name}"', f'CREATE INDEX "{name}" ON "{table}" ("{column}")'
    )


class Migration(migrations.Migration):
    dependencies = (("tracker", "0032_mentions_known"),)

    operations = (
        migrations.RemoveIndex("Standing", "standing_known"),
        migrations.AddIndex(
            "Standing",
            models.Index(
                name="standing_known",
                fields=("commitment", "known_to", "valid_from", "valid_to", "known_from"),
            ),
        ),
        migrations.AddIndex(
            "Change", models.Index(name="change_by_time", fields=("recorded_at", "seq"))
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "Change", "recorded_at", models.DateTimeField(verbose_name="recorded")
                ),
                migrations.AlterField(
                    "Standing",
                    "commitment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="standings",
                        to="tracker.commitment",
                    ),
                ),
            ],
            database_operations=[
                _drop_index("tracker_change", "recorded_at", "3915fe6b"),
                _drop_index("tracker_standing", "commitment_id", "c47676b8"),
            ],
        ),
    )
