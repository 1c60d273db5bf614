"""What records said before they were amended, filled from the lines that there are."""

from typing import Any

from django.db import migrations, models

from tracker.models.former_values import COLUMNS, rows_of_the_log


def fill(apps: Any, schema_editor: Any) -> None:
    def model_of(name: str) -> Any:
        return apps.get_model("tracker", name)

    former = model_of("FormerValue")
    rows = rows_of_the_log(model_of)
    former.objects.bulk_create(
        (former(**dict(zip(COLUMNS, row, strict=True))) for row in rows), batch_size=500
    )


class Migration(migrations.Migration):
    dependencies = [
        ("tracker", "0023_fold_spellings_alike"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("noun", models.CharField(max_length=12)),
                ("record", models.PositiveBigIntegerField()),
                ("field", models.CharField(max_length=24)),
                ("value", models.TextField(blank=True)),
                ("since", models.PositiveBigIntegerField()),
                ("until", models.PositiveBigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["noun", "record", "until"], name="former_of_record"),
                    models.Index(fields=["noun", "field", "until"], name="former_of_field"),
                    models.Index(
                        condition=models.Q(("field", "slug")),
                        fields=["noun", "value"],
                        name="former_address",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("since__lt", models.F("until"))),
                        name="former_value_covers_a_change",
                    ),
                    models.UniqueConstraint(
                        fields=("noun", "record", "field", "until"),
                        name="former_value_is_said_once",
                    ),
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
