"""Tables for the files that staff import, and their parts. New ones: no other is made anew."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tracker", "0009_field_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "noun",
                    models.CharField(
                        choices=[
                            ("commitments", "Commitments"),
                            ("meetings", "Meetings"),
                            ("sources", "Sources"),
                            ("updates", "Status updates"),
                        ],
                        max_length=12,
                    ),
                ),
                ("file_name", models.CharField(max_length=200)),
                ("ending", models.CharField(max_length=4)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("row_count", models.PositiveIntegerField(default=0)),
                ("uploaded_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Say what its columns hold"),
                            ("to_check", "It is checked"),
                            ("checked", "Look at what it would do"),
                            ("to_import", "It is imported"),
                            ("imported", "Nothing: it was imported"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("head", models.JSONField(default=dict)),
                ("reading", models.JSONField(default=dict)),
                ("report", models.JSONField(default=dict)),
                ("then", models.CharField(default="keep", max_length=7)),
                ("why", models.TextField(blank=True)),
                ("rows_done", models.PositiveIntegerField(default=0)),
                ("taken_until", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "uploaded file",
                "verbose_name_plural": "uploaded files",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("noun__in", ["commitments", "meetings", "sources", "updates"])
                        ),
                        name="upload_noun_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "to_check", "checked", "to_import", "imported"])
                        ),
                        name="upload_state_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="tracker.upload",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of a file",
                "verbose_name_plural": "parts of files",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("upload", "number"), name="upload_part_is_kept_once"
                    ),
                ],
            },
        ),
    ]
