"""The series that a commitment promises to hold, and what its forum's cadence expects.

The new columns are derived from what was published. No commitment names a series yet, so silence
counts from the last update; what is expected follows from the forum of the last mention.
"""

import datetime as dt
from collections import defaultdict
from typing import Any

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, OuterRef, Q, Subquery

from tracker.lib.partial_dates import add_months

_AT_ONCE = 5_000


def _expected_by(last: dt.date, cadence: int) -> dt.date:
    try:
        return add_months(last, cadence + (cadence + 1) // 2)
    except ValueError:
        return dt.date.max


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    commitments = apps.get_model("tracker", "Commitment").objects
    standings = apps.get_model("tracker", "Standing").objects
    for rows in (commitments, standings):
        rows.filter(last_update_day__isnull=False).update(silence_counts_after=F("last_update_day"))
    mentions = (
        apps.get_model("tracker", "StatusUpdate")
        .objects.filter(
            Q(revision=None) | Q(revision__seq__gt=OuterRef("known_from")),
            commitment=OuterRef("commitment"),
            meeting__isnull=False,
            published_seq__lte=OuterRef("known_from"),
            happened_first_day__lte=OuterRef("valid_from"),
        )
        .order_by("-happened_first_day", "-happened_last_day", "-number")
    )
    cadence = Subquery(mentions.values("meeting__forum__cadence_months")[:1])
    found = standings.annotate(cadence=cadence).filter(cadence__isnull=False)
    alike: dict[tuple[Any, Any], list[int]] = defaultdict(list)
    for pk, last, months in found.values_list("pk", "last_update_day", "cadence").iterator():
        alike[last, months].append(pk)
    for values, keys in alike.items():
        for start in range(0, len(keys), _AT_ONCE):
            some = standings.filter(pk__in=keys[start : start + _AT_ONCE])
            some.update(expected_by=_expected_by(*values))
    latest = standings.filter(commitment=OuterRef("pk"), known_to=2**62, valid_to=dt.date.max)
    commitments.filter(standings__expected_by__isnull=False).update(
        expected_by=Subquery(latest.values("expected_by")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [
        ("tracker", "0018_normal_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="commitment",
            name="expected_by",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="commitment",
            name="series",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="promised_by",
                to="tracker.forum",
                verbose_name="series to be held",
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="silence_counts_after",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="historicalcommitment",
            name="series",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tracker.forum",
                verbose_name="series to be held",
            ),
        ),
        migrations.AddField(
            model_name="standing",
            name="expected_by",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="standing",
            name="silence_counts_after",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
