"""A table for what the office does with drafts, and the groups of staff.

A table of its own: no other is made anew on SQLite, so no trigger is lost.
"""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tracker.migrations import _roles


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _roles.make_groups(apps, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("tracker", "0006_mail_asked_for"),
        ("mfa", "0003_authenticator_type_uniq"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "In review"),
                            ("scheduled", "Scheduled"),
                            ("published", "Published"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("edited_at", models.DateTimeField(null=True, verbose_name="last edited")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("comment", models.TextField(blank=True, verbose_name="comment")),
                ("reviewed_at", models.DateTimeField(null=True, verbose_name="reviewed")),
                (
                    "publish_at",
                    models.DateTimeField(
                        db_index=True, null=True, verbose_name="to be published at"
                    ),
                ),
                (
                    "commitment",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review",
                        to="tracker.commitment",
                    ),
                ),
                (
                    "edited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="last edited by",
                    ),
                ),
                (
                    "first_update",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="scheduled_with",
                        to="tracker.statusupdate",
                    ),
                ),
                (
                    "forum",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review",
                        to="tracker.forum",
                    ),
                ),
                (
                    "meeting",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review",
                        to="tracker.meeting",
                    ),
                ),
                (
                    "note",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review",
                        to="tracker.note",
                    ),
                ),
                (
                    "party",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review",
                        to="tracker.party",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reviewed by",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sent by",
                    ),
                ),
                (
                    "source",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review",
                        to="tracker.source",
                    ),
                ),
                (
                    "topic",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review",
                        to="tracker.topic",
                    ),
                ),
                (
                    "update",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review",
                        to="tracker.statusupdate",
                    ),
                ),
            ],
            options={
                "verbose_name": "review",
                "verbose_name_plural": "reviews",
                "permissions": (("publish", "Can review, publish, correct, retract and amend"),),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("commitment__isnull", True),
                                ("forum__isnull", True),
                                ("meeting__isnull", False),
                                ("note__isnull", True),
                                ("party__isnull", True),
                                ("source__isnull", True),
                                ("topic__isnull", True),
                                ("update__isnull", True),
                            ),
                            models.Q(
                                ("commitment__isnull", False),
                                ("forum__isnull", True),
                                ("meeting__isnull", True),
                                ("note__isnull", True),
                                ("party__isnull", True),
                                ("source__isnull", True),
                                ("topic__isnull", True),
                                ("update__isnull", True),
                            ),
                            models.Q(
                                ("commitment__isnull", True),
                                ("forum__isnull", True),
                                ("meeting__isnull", True),
                                ("note__isnull", True),
                                ("party__isnull", True),
                                ("source__isnull", True),
                                ("topic__isnull", True),
                                ("update__isnull", False),
                            ),
                            models.Q(
                                ("commitment__isnull", True),
                                ("forum__isnull", True),
                                ("meeting__isnull", True),
                                ("note__isnull", False),
                                ("party__isnull", True),
                                ("source__isnull", True),
                                ("topic__isnull", True),
                                ("update__isnull", True),
                            ),
                            models.Q(
                                ("commitment__isnull", True),
                                ("forum__isnull", True),
                                ("meeting__isnull", True),
                                ("note__isnull", True),
                                ("party__isnull", False),
                                ("source__isnull", True),
                                ("topic__isnull", True),
                                ("update__isnull", True),
                            ),
                            models.Q(
                                ("commitment__isnull", True),
                                ("forum__isnull", True),
                                ("meeting__isnull", True),
                                ("note__isnull", True),
                                ("party__isnull", True),
                                ("source__isnull", True),
                                ("topic__isnull", False),
                                ("update__isnull", True),
                            ),
                            models.Q(
                                ("commitment__isnull", True),
                                ("forum__isnull", False),
                                ("meeting__isnull", True),
                                ("note__isnull", True),
                                ("party__isnull", True),
                                ("source__isnull", True),
                                ("topic__isnull", True),
                                ("update__isnull", True),
                            ),
                            models.Q(
                                ("commitment__isnull", True),
                                ("forum__isnull", True),
                                ("meeting__isnull", True),
                                ("note__isnull", True),
                                ("party__isnull", True),
                                ("source__isnull", False),
                                ("topic__isnull", True),
                                ("update__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="review_is_of_one_record",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in_review", "scheduled", "published"])
                        ),
                        name="review_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "scheduled"), _negated=True),
                            models.Q(("publish_at__isnull", False), ("reviewed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="what_is_scheduled_has_a_time_and_an_approver",
                    ),
                ],
            },
        ),
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
