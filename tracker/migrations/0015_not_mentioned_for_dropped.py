"""The flag `dropped` becomes `not_mentioned`, in rows of raised flags and in stored filters.

Lines of the log stay as they were written; `queries.flags.raised_flag` reads both names.
"""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.http import QueryDict


def rename(apps: Apps, *, old: str, new: str) -> None:
    apps.get_model("tracker", "RaisedFlag").objects.filter(flag=old).update(flag=new)
    subscriptions = apps.get_model("tracker", "Subscription").objects
    for subscription in subscriptions.filter(query__contains=f"flag={old}"):
        params = QueryDict(subscription.query, mutable=True)
        flags = {new if flag == old else flag for flag in params.getlist("flag")}
        params.setlist("flag", sorted(flags))
        subscription.query = params.urlencode()
        subscription.save(update_fields=["query"])


def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rename(apps, old="dropped", new="not_mentioned")


def backwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rename(apps, old="not_mentioned", new="dropped")


class Migration(migrations.Migration):
    dependencies = [
        ("tracker", "0014_mentions_from_the_index"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="raisedflag",
            name="raised_flag_is_made_by_time",
        ),
        migrations.AlterField(
            model_name="raisedflag",
            name="flag",
            field=models.CharField(max_length=16),
        ),
        migrations.RunPython(forwards, backwards),
        migrations.AddConstraint(
            model_name="raisedflag",
            constraint=models.CheckConstraint(
                condition=models.Q(("flag__in", ("overdue", "due_soon", "quiet", "not_mentioned"))),
                name="raised_flag_is_made_by_time",
            ),
        ),
    ]
