"""A kind of change for what time does, and a row for each flag that was told.

SQLite changes a table by making it anew, which would lose the triggers that guard it: they are
taken away before and put back after.
"""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tracker.migrations import _triggers


def create_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.create(schema_editor)


def drop_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.drop(schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("tracker", "0003_search_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(drop_triggers, create_triggers),
        migrations.CreateModel(
            name="RaisedFlag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("flag", models.CharField(max_length=10)),
                ("basis", models.DateField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="change",
            name="change_kind_is_known",
        ),
        migrations.AlterField(
            model_name="change",
            name="kind",
            field=models.CharField(
                choices=[
                    ("commitment_published", "Commitment published"),
                    ("status", "Status"),
                    ("mention", "Mention"),
                    ("deadline", "Deadline"),
                    ("evidence", "Evidence"),
                    ("renamed", "Renamed"),
                    ("amended", "Amended"),
                    ("correction", "Correction"),
                    ("retraction", "Retraction"),
                    ("meeting", "Meeting"),
                    ("commentary", "Commentary"),
                    ("flag", "Flag raised"),
                ],
                max_length=24,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "commitment_published",
                            "status",
                            "mention",
                            "deadline",
                            "evidence",
                            "renamed",
                            "amended",
                            "correction",
                            "retraction",
                            "meeting",
                            "commentary",
                            "flag",
                        ],
                    )
                ),
                name="change_kind_is_known",
            ),
        ),
        migrations.AddField(
            model_name="raisedflag",
            name="change",
            field=models.OneToOneField(
                db_column="seq",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="raised_flag",
                to="tracker.change",
            ),
        ),
        migrations.AddField(
            model_name="raisedflag",
            name="commitment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="raised_flags",
                to="tracker.commitment",
            ),
        ),
        migrations.AddConstraint(
            model_name="raisedflag",
            constraint=models.UniqueConstraint(
                fields=("commitment", "flag", "basis"), name="flag_is_told_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="raisedflag",
            constraint=models.CheckConstraint(
                condition=models.Q(("flag__in", ("overdue", "due_soon", "quiet", "dropped"))),
                name="raised_flag_is_made_by_time",
            ),
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
