"""Migrations 1 to 29 at once, for a new database: the tables as they are, and what SQL adds to them.

A database that has some of the replaced migrations goes on with those it lacks.
"""

import datetime
import uuid

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import tracker.lib.partial_date_fields
from tracker.migrations import _roles, _search_index, _triggers


def create_search_index(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _search_index.create(schema_editor)


def drop_search_index(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _search_index.drop(schema_editor)


def create_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.create(schema_editor)


def drop_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.drop(schema_editor)


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _roles.make_groups(apps, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("tracker", "0001_initial"),
        ("tracker", "0002_immutable"),
        ("tracker", "0003_search_index"),
        ("tracker", "0004_flags_raised_by_time"),
        ("tracker", "0005_subscriptions"),
        ("tracker", "0006_mail_asked_for"),
        ("tracker", "0007_reviews_and_roles"),
        ("tracker", "0008_worksheets"),
        ("tracker", "0009_field_history"),
        ("tracker", "0010_uploads"),
        ("tracker", "0011_kept_by_the_head"),
        ("tracker", "0012_lists_in_order"),
        ("tracker", "0013_search_index_on_postgresql"),
        ("tracker", "0014_mentions_from_the_index"),
        ("tracker", "0015_not_mentioned_for_dropped"),
        ("tracker", "0016_forget_raw_networks"),
        ("tracker", "0017_tries_of_uploads"),
        ("tracker", "0018_normal_addresses"),
        ("tracker", "0019_series_and_cadence"),
        ("tracker", "0020_approval_of_a_digest"),
        ("tracker", "0021_reviews_sent_anew"),
        ("tracker", "0022_what_waits_names_what_was_sent"),
        ("tracker", "0023_fold_spellings_alike"),
        ("tracker", "0024_former_values"),
        ("tracker", "0025_clock_accepted"),
        ("tracker", "0026_no_old_pages"),
        ("tracker", "0027_updates_that_give_a_name"),
        ("tracker", "0028_level_not_stated"),
        ("tracker", "0029_passages_left_out"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("mfa", "0003_authenticator_type_uniq"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Commitment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "published_seq",
                    models.PositiveBigIntegerField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        help_text="Number of the change that made it public; empty for a draft.",
                        null=True,
                        verbose_name="public since change",
                    ),
                ),
                (
                    "retracted_seq",
                    models.PositiveBigIntegerField(
                        blank=True, editable=False, null=True, verbose_name="retracted by change"
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("announced", "Announced"),
                            ("preparing", "Preparing"),
                            ("negotiating", "Negotiating"),
                            ("scheduled", "Scheduled"),
                            ("concluded", "Concluded"),
                            ("signed", "Signed"),
                            ("in_effect", "In effect"),
                            ("completed", "Completed"),
                            ("superseded", "Superseded"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        editable=False,
                        max_length=12,
                        verbose_name="stage",
                    ),
                ),
                (
                    "assessment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_assessed", "Not assessed"),
                            ("on_track", "On track"),
                            ("delayed", "Delayed"),
                            ("stalled", "Stalled"),
                            ("delivered", "Delivered"),
                            ("delivered_late", "Delivered late"),
                            ("delivered_in_part", "Delivered in part"),
                            ("abandoned", "Abandoned"),
                            ("not_assessable", "Not assessable"),
                        ],
                        editable=False,
                        max_length=20,
                        verbose_name="assessment",
                    ),
                ),
                (
                    "firmness",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("aspiration", "Aspiration"),
                            ("intent", "Intent"),
                            ("firm", "Firm"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="firmness",
                    ),
                ),
                (
                    "target",
                    tracker.lib.partial_date_fields.PartialDateField(
                        blank=True, default=None, editable=False, verbose_name="target"
                    ),
                ),
                (
                    "target_first_day",
                    tracker.lib.partial_date_fields.EdgeDayField(edge="first", of="target"),
                ),
                (
                    "target_last_day",
                    tracker.lib.partial_date_fields.EdgeDayField(edge="last", of="target"),
                ),
                (
                    "has_slipped",
                    models.BooleanField(default=False, editable=False, verbose_name="slipped"),
                ),
                (
                    "last_update_day",
                    models.DateField(editable=False, null=True, verbose_name="last update"),
                ),
                (
                    "mention_level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Level not stated"),
                            (1, "Working level"),
                            (2, "Senior officials"),
                            (3, "Ministers"),
                            (4, "Leaders"),
                        ],
                        editable=False,
                        null=True,
                    ),
                ),
                (
                    "mention_parties_key",
                    models.CharField(blank=True, editable=False, max_length=400),
                ),
                ("silence_counts_after", models.DateField(editable=False, null=True)),
                ("expected_by", models.DateField(editable=False, null=True)),
                (
                    "reference",
                    models.CharField(
                        help_text="Permanent: parties, year first stated and a number, CAN-KOR-2025-004.",
                        max_length=40,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9]+(-[A-Z0-9]+)*-[0-9]{4}-[0-9]{3,6}\\Z",
                                "Write parties, year and number, such as CAN-KOR-2025-004.",
                            )
                        ],
                        verbose_name="reference",
                    ),
                ),
                ("slug", models.SlugField(max_length=120, unique=True, verbose_name="address")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("summary", models.TextField(verbose_name="summary")),
                (
                    "instrument",
                    models.CharField(
                        choices=[
                            ("agreement", "Agreement"),
                            ("arrangement", "Arrangement"),
                            ("dialogue", "Dialogue"),
                            ("meeting", "Meeting"),
                            ("action_plan", "Action plan"),
                            ("exercise", "Exercise"),
                            ("cooperation", "Cooperation"),
                            ("statement", "Statement"),
                        ],
                        max_length=12,
                        verbose_name="instrument",
                    ),
                ),
                (
                    "last_checked_on",
                    models.DateField(blank=True, null=True, verbose_name="last checked"),
                ),
                ("last_change_seq", models.PositiveBigIntegerField(editable=False, null=True)),
                (
                    "last_changed_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="last change"),
                ),
                (
                    "part_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="tracker.commitment",
                        verbose_name="part of",
                    ),
                ),
                (
                    "related",
                    models.ManyToManyField(
                        blank=True, to="tracker.commitment", verbose_name="related"
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="tracker.commitment",
                        verbose_name="supersedes",
                    ),
                ),
            ],
            options={
                "verbose_name": "commitment",
                "verbose_name_plural": "commitments",
                "ordering": ("reference",),
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=["reference"],
                        name="public_by_reference",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=["stage", "reference"],
                        name="public_by_stage",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=["assessment", "reference"],
                        name="public_by_assessment",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=["title", "reference"],
                        name="public_by_title",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=["-title", "reference"],
                        name="public_by_title_falling",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=["instrument", "reference"],
                        name="public_by_instrument",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=["-instrument", "reference"],
                        name="public_by_instrument_falling",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=["target_last_day", "reference"],
                        name="public_by_target_last_day",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=["-target_last_day", "reference"],
                        name="public_by_target_last_day_fall",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=["last_update_day", "reference"],
                        name="public_by_last_update_day",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=["-last_update_day", "reference"],
                        name="public_by_last_update_day_fall",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=["last_changed_at", "reference"],
                        name="public_by_last_changed",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=["-last_changed_at", "reference"],
                        name="public_by_last_changed_falling",
                    ),
                    models.Index(
                        condition=models.Q(("part_of__isnull", False)),
                        fields=["part_of"],
                        name="commitment_parts",
                    ),
                    models.Index(
                        condition=models.Q(("supersedes__isnull", False)),
                        fields=["supersedes"],
                        name="commitment_successors",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retracted_seq__isnull", True),
                            models.Q(
                                ("published_seq__isnull", False),
                                ("retracted_seq__gte", models.F("published_seq")),
                            ),
                            _connector="OR",
                        ),
                        name="commitment_is_public_before_it_is_retracted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "instrument__in",
                                [
                                    "agreement",
                                    "arrangement",
                                    "dialogue",
                                    "meeting",
                                    "action_plan",
                                    "exercise",
                                    "cooperation",
                                    "statement",
                                ],
                            )
                        ),
                        name="commitment_instrument_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "stage__in",
                                [
                                    "announced",
                                    "preparing",
                                    "negotiating",
                                    "scheduled",
                                    "concluded",
                                    "signed",
                                    "in_effect",
                                    "completed",
                                    "superseded",
                                    "withdrawn",
                                    "",
                                ],
                            )
                        ),
                        name="commitment_stage_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "assessment__in",
                                [
                                    "not_assessed",
                                    "on_track",
                                    "delayed",
                                    "stalled",
                                    "delivered",
                                    "delivered_late",
                                    "delivered_in_part",
                                    "abandoned",
                                    "not_assessable",
                                    "",
                                ],
                            )
                        ),
                        name="commitment_assessment_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published_seq__isnull", True),
                            models.Q(("stage", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="commitment_has_a_stage_before_it_is_public",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("part_of", models.F("id")), _negated=True),
                            models.Q(("supersedes", models.F("id")), _negated=True),
                        ),
                        name="commitment_is_not_part_of_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Forum",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "published_seq",
                    models.PositiveBigIntegerField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        help_text="Number of the change that made it public; empty for a draft.",
                        null=True,
                        verbose_name="public since change",
                    ),
                ),
                (
                    "retracted_seq",
                    models.PositiveBigIntegerField(
                        blank=True, editable=False, null=True, verbose_name="retracted by change"
                    ),
                ),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="address")),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Level not stated"),
                            (1, "Working level"),
                            (2, "Senior officials"),
                            (3, "Ministers"),
                            (4, "Leaders"),
                        ],
                        verbose_name="level",
                    ),
                ),
                (
                    "cadence_months",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="months between meetings"
                    ),
                ),
                ("summary", models.TextField(blank=True, verbose_name="summary")),
            ],
            options={
                "verbose_name": "forum",
                "verbose_name_plural": "forums",
                "ordering": ("-level", "name"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retracted_seq__isnull", True),
                            models.Q(
                                ("published_seq__isnull", False),
                                ("retracted_seq__gte", models.F("published_seq")),
                            ),
                            _connector="OR",
                        ),
                        name="forum_is_public_before_it_is_retracted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", [0, 1, 2, 3, 4])),
                        name="forum_level_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AskedMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address_hash", models.CharField(max_length=64)),
                ("network_hash", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "message asked for",
                "verbose_name_plural": "messages asked for",
                "indexes": [
                    models.Index(fields=["address_hash", "sent_at"], name="asked_for_address"),
                    models.Index(fields=["network_hash", "sent_at"], name="asked_by_network"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                (
                    "commitment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_document",
                        serialize=False,
                        to="tracker.commitment",
                    ),
                ),
                ("names", models.TextField()),
                ("text", models.TextField()),
            ],
        ),
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
        migrations.CreateModel(
            name="HistoricalAlias",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "language",
                    models.CharField(default="en", max_length=35, verbose_name="language"),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.commitment",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical other name",
                "verbose_name_plural": "historical other names",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCommitment",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        help_text="Permanent: parties, year first stated and a number, CAN-KOR-2025-004.",
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9]+(-[A-Z0-9]+)*-[0-9]{4}-[0-9]{3,6}\\Z",
                                "Write parties, year and number, such as CAN-KOR-2025-004.",
                            )
                        ],
                        verbose_name="reference",
                    ),
                ),
                ("slug", models.SlugField(db_index=False, max_length=120, verbose_name="address")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("summary", models.TextField(verbose_name="summary")),
                (
                    "instrument",
                    models.CharField(
                        choices=[
                            ("agreement", "Agreement"),
                            ("arrangement", "Arrangement"),
                            ("dialogue", "Dialogue"),
                            ("meeting", "Meeting"),
                            ("action_plan", "Action plan"),
                            ("exercise", "Exercise"),
                            ("cooperation", "Cooperation"),
                            ("statement", "Statement"),
                        ],
                        max_length=12,
                        verbose_name="instrument",
                    ),
                ),
                (
                    "last_checked_on",
                    models.DateField(blank=True, null=True, verbose_name="last checked"),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "part_of",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.commitment",
                        verbose_name="part of",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
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
                (
                    "supersedes",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.commitment",
                        verbose_name="supersedes",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical commitment",
                "verbose_name_plural": "historical commitments",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCommitment_related",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                (
                    "m2m_history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                (
                    "from_commitment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.commitment",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="tracker.historicalcommitment",
                    ),
                ),
                (
                    "to_commitment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.commitment",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalCommitment_related",
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalForum",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(db_index=False, max_length=80, verbose_name="address")),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Level not stated"),
                            (1, "Working level"),
                            (2, "Senior officials"),
                            (3, "Ministers"),
                            (4, "Leaders"),
                        ],
                        verbose_name="level",
                    ),
                ),
                (
                    "cadence_months",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="months between meetings"
                    ),
                ),
                ("summary", models.TextField(blank=True, verbose_name="summary")),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical forum",
                "verbose_name_plural": "historical forums",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalMeeting",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(db_index=False, max_length=120, verbose_name="address")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Level not stated"),
                            (1, "Working level"),
                            (2, "Senior officials"),
                            (3, "Ministers"),
                            (4, "Leaders"),
                        ],
                        verbose_name="level",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("held", "Held"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "date",
                    tracker.lib.partial_date_fields.PartialDateField(
                        default=None, verbose_name="date"
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=120, verbose_name="place")),
                ("summary", models.TextField(blank=True, verbose_name="summary")),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "forum",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.forum",
                        verbose_name="forum",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical meeting",
                "verbose_name_plural": "historical meetings",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalParty",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="A state's ISO 3166-1 alpha-3 code, such as CAN.",
                        max_length=12,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9]{2,12}\\Z", "Use 2 to 12 capital letters."
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("slug", models.SlugField(db_index=False, max_length=80, verbose_name="address")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("short_name", models.CharField(max_length=60, verbose_name="short name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("state", "State"), ("organisation", "Organisation")],
                        default="state",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical party",
                "verbose_name_plural": "historical parties",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalSource",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(db_index=False, max_length=120, verbose_name="address")),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("joint_statement", "Joint statement"),
                            ("press_release", "Press release"),
                            ("read_out", "Read-out"),
                            ("treaty_text", "Treaty text"),
                            ("official_record", "Official record"),
                            ("news_report", "News report"),
                            ("analyst_note", "Analyst’s note"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("publisher", models.CharField(max_length=200, verbose_name="publisher")),
                (
                    "identifier",
                    models.CharField(
                        blank=True,
                        help_text="The publisher’s own number for the document.",
                        max_length=120,
                        verbose_name="identifier",
                    ),
                ),
                ("url", models.URLField(blank=True, max_length=500, verbose_name="web address")),
                (
                    "archived_url",
                    models.URLField(blank=True, max_length=500, verbose_name="archived address"),
                ),
                (
                    "language",
                    models.CharField(
                        default="en",
                        help_text="BCP 47 tag, such as en or ko.",
                        max_length=35,
                        verbose_name="language",
                    ),
                ),
                (
                    "published_on",
                    tracker.lib.partial_date_fields.PartialDateField(
                        default=None, verbose_name="published"
                    ),
                ),
                ("retrieved_on", models.DateField(blank=True, null=True, verbose_name="retrieved")),
                ("summary", models.TextField(blank=True, verbose_name="about the source")),
                ("text_sha256", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical source",
                "verbose_name_plural": "historical sources",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalTopic",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(db_index=False, max_length=80, verbose_name="address")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("summary", models.TextField(blank=True, verbose_name="summary")),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical topic",
                "verbose_name_plural": "historical topics",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="LogHead",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("seq", models.PositiveBigIntegerField(default=0)),
                (
                    "hash",
                    models.CharField(
                        default="0000000000000000000000000000000000000000000000000000000000000000",
                        max_length=64,
                    ),
                ),
                ("recorded_at", models.DateTimeField(null=True)),
                ("generation", models.PositiveIntegerField(default=0)),
                ("clock_accepted_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="log_has_one_head")
                ],
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "published_seq",
                    models.PositiveBigIntegerField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        help_text="Number of the change that made it public; empty for a draft.",
                        null=True,
                        verbose_name="public since change",
                    ),
                ),
                (
                    "retracted_seq",
                    models.PositiveBigIntegerField(
                        blank=True, editable=False, null=True, verbose_name="retracted by change"
                    ),
                ),
                ("slug", models.SlugField(max_length=120, unique=True, verbose_name="address")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Level not stated"),
                            (1, "Working level"),
                            (2, "Senior officials"),
                            (3, "Ministers"),
                            (4, "Leaders"),
                        ],
                        verbose_name="level",
                    ),
                ),
                ("parties_key", models.CharField(blank=True, editable=False, max_length=400)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("held", "Held"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "date",
                    tracker.lib.partial_date_fields.PartialDateField(
                        default=None, verbose_name="date"
                    ),
                ),
                (
                    "first_day",
                    tracker.lib.partial_date_fields.EdgeDayField(
                        db_index=True, edge="first", of="date"
                    ),
                ),
                ("last_day", tracker.lib.partial_date_fields.EdgeDayField(edge="last", of="date")),
                ("place", models.CharField(blank=True, max_length=120, verbose_name="place")),
                ("summary", models.TextField(blank=True, verbose_name="summary")),
                (
                    "fully_recorded_seq",
                    models.PositiveBigIntegerField(
                        blank=True,
                        editable=False,
                        help_text="Set when the whole text was read; only then does silence mean anything.",
                        null=True,
                        verbose_name="fully recorded by change",
                    ),
                ),
                (
                    "forum",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings",
                        to="tracker.forum",
                        verbose_name="forum",
                    ),
                ),
            ],
            options={
                "verbose_name": "meeting",
                "verbose_name_plural": "meetings",
                "ordering": (
                    models.OrderBy(models.F("first_day"), descending=True, nulls_last=True),
                    "slug",
                ),
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("fully_recorded_seq__isnull", False)),
                        fields=["parties_key", "level", "first_day"],
                        name="meeting_fully_recorded",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retracted_seq__isnull", True),
                            models.Q(
                                ("published_seq__isnull", False),
                                ("retracted_seq__gte", models.F("published_seq")),
                            ),
                            _connector="OR",
                        ),
                        name="meeting_is_public_before_it_is_retracted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", [0, 1, 2, 3, 4])),
                        name="meeting_level_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["planned", "held", "cancelled"])),
                        name="meeting_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fully_recorded_seq__isnull", True),
                            models.Q(
                                ("first_day__isnull", False),
                                ("published_seq__isnull", False),
                                ("state", "held"),
                            ),
                            _connector="OR",
                        ),
                        name="meeting_is_held_and_public_before_it_is_fully_recorded",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="historicalcommitment",
            name="first_stated_at",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tracker.meeting",
                verbose_name="first stated at",
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="first_stated_at",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="commitments_first_stated",
                to="tracker.meeting",
                verbose_name="first stated at",
            ),
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "published_seq",
                    models.PositiveBigIntegerField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        help_text="Number of the change that made it public; empty for a draft.",
                        null=True,
                        verbose_name="public since change",
                    ),
                ),
                (
                    "retracted_seq",
                    models.PositiveBigIntegerField(
                        blank=True, editable=False, null=True, verbose_name="retracted by change"
                    ),
                ),
                ("key", models.SlugField(max_length=120, unique=True, verbose_name="key")),
                ("author", models.CharField(max_length=160, verbose_name="author")),
                (
                    "language",
                    models.CharField(default="en", max_length=35, verbose_name="language"),
                ),
                ("text", models.TextField(verbose_name="text")),
                (
                    "commitment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="tracker.commitment",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="tracker.meeting",
                    ),
                ),
            ],
            options={
                "verbose_name": "analyst’s note",
                "verbose_name_plural": "analysts’ notes",
                "ordering": ("key",),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retracted_seq__isnull", True),
                            models.Q(
                                ("published_seq__isnull", False),
                                ("retracted_seq__gte", models.F("published_seq")),
                            ),
                            _connector="OR",
                        ),
                        name="note_is_public_before_it_is_retracted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("commitment__isnull", True), ("meeting__isnull", False)),
                            models.Q(("commitment__isnull", False), ("meeting__isnull", True)),
                            _connector="OR",
                        ),
                        name="note_is_about_one_thing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "seq",
                    models.PositiveBigIntegerField(
                        primary_key=True, serialize=False, verbose_name="number"
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_index=True, verbose_name="recorded")),
                (
                    "kind",
                    models.CharField(
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
                (
                    "significance",
                    models.CharField(
                        choices=[("major", "Major"), ("minor", "Minor")],
                        max_length=5,
                        verbose_name="significance",
                    ),
                ),
                (
                    "is_backfill",
                    models.BooleanField(
                        default=False,
                        help_text="Recorded long after; nobody is notified.",
                        verbose_name="back-fill",
                    ),
                ),
                ("payload", models.JSONField(verbose_name="as published")),
                (
                    "previous_hash",
                    models.CharField(max_length=64, verbose_name="hash of the line before"),
                ),
                ("hash", models.CharField(max_length=64, unique=True, verbose_name="hash")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="tracker.commitment",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="tracker.meeting",
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="tracker.note",
                    ),
                ),
            ],
            options={
                "verbose_name": "change",
                "verbose_name_plural": "changes",
                "ordering": ("-seq",),
                "indexes": [
                    models.Index(fields=["commitment", "-seq"], name="change_by_commitment"),
                    models.Index(fields=["kind", "-seq"], name="change_by_kind"),
                ],
                "constraints": [
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(("significance__in", ["major", "minor"])),
                        name="change_significance_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seq__gte", 1)), name="change_is_numbered_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "published_seq",
                    models.PositiveBigIntegerField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        help_text="Number of the change that made it public; empty for a draft.",
                        null=True,
                        verbose_name="public since change",
                    ),
                ),
                (
                    "retracted_seq",
                    models.PositiveBigIntegerField(
                        blank=True, editable=False, null=True, verbose_name="retracted by change"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="A state's ISO 3166-1 alpha-3 code, such as CAN.",
                        max_length=12,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9]{2,12}\\Z", "Use 2 to 12 capital letters."
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="address")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("short_name", models.CharField(max_length=60, verbose_name="short name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("state", "State"), ("organisation", "Organisation")],
                        default="state",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
            ],
            options={
                "verbose_name": "party",
                "verbose_name_plural": "parties",
                "ordering": ("name",),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retracted_seq__isnull", True),
                            models.Q(
                                ("published_seq__isnull", False),
                                ("retracted_seq__gte", models.F("published_seq")),
                            ),
                            _connector="OR",
                        ),
                        name="party_is_public_before_it_is_retracted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["state", "organisation"])),
                        name="party_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="meeting",
            name="parties",
            field=models.ManyToManyField(
                related_name="meetings", to="tracker.party", verbose_name="parties"
            ),
        ),
        migrations.CreateModel(
            name="HistoricalMeeting_parties",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                (
                    "m2m_history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="tracker.historicalmeeting",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.meeting",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.party",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalMeeting_parties",
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalForum_parties",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                (
                    "m2m_history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                (
                    "forum",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.forum",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="tracker.historicalforum",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.party",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalForum_parties",
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCommitment_parties",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                (
                    "m2m_history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.commitment",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="tracker.historicalcommitment",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.party",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalCommitment_parties",
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="forum",
            name="parties",
            field=models.ManyToManyField(
                related_name="forums", to="tracker.party", verbose_name="parties"
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="parties",
            field=models.ManyToManyField(
                related_name="commitments", to="tracker.party", verbose_name="parties"
            ),
        ),
        migrations.CreateModel(
            name="RaisedFlag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("flag", models.CharField(max_length=16)),
                ("basis", models.DateField()),
                (
                    "change",
                    models.OneToOneField(
                        db_column="seq",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="raised_flag",
                        to="tracker.change",
                    ),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="raised_flags",
                        to="tracker.commitment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("commitment", "flag", "basis"), name="flag_is_told_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("flag__in", ("overdue", "due_soon", "quiet", "not_mentioned"))
                        ),
                        name="raised_flag_is_made_by_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "published_seq",
                    models.PositiveBigIntegerField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        help_text="Number of the change that made it public; empty for a draft.",
                        null=True,
                        verbose_name="public since change",
                    ),
                ),
                (
                    "retracted_seq",
                    models.PositiveBigIntegerField(
                        blank=True, editable=False, null=True, verbose_name="retracted by change"
                    ),
                ),
                ("slug", models.SlugField(max_length=120, unique=True, verbose_name="address")),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("joint_statement", "Joint statement"),
                            ("press_release", "Press release"),
                            ("read_out", "Read-out"),
                            ("treaty_text", "Treaty text"),
                            ("official_record", "Official record"),
                            ("news_report", "News report"),
                            ("analyst_note", "Analyst’s note"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("publisher", models.CharField(max_length=200, verbose_name="publisher")),
                (
                    "identifier",
                    models.CharField(
                        blank=True,
                        help_text="The publisher’s own number for the document.",
                        max_length=120,
                        verbose_name="identifier",
                    ),
                ),
                ("url", models.URLField(blank=True, max_length=500, verbose_name="web address")),
                (
                    "archived_url",
                    models.URLField(blank=True, max_length=500, verbose_name="archived address"),
                ),
                (
                    "language",
                    models.CharField(
                        default="en",
                        help_text="BCP 47 tag, such as en or ko.",
                        max_length=35,
                        verbose_name="language",
                    ),
                ),
                (
                    "published_on",
                    tracker.lib.partial_date_fields.PartialDateField(
                        default=None, verbose_name="published"
                    ),
                ),
                (
                    "published_first_day",
                    tracker.lib.partial_date_fields.EdgeDayField(
                        db_index=True, edge="first", of="published_on"
                    ),
                ),
                ("retrieved_on", models.DateField(blank=True, null=True, verbose_name="retrieved")),
                ("summary", models.TextField(blank=True, verbose_name="about the source")),
                ("text", models.TextField(blank=True, verbose_name="full text")),
                ("text_sha256", models.CharField(blank=True, editable=False, max_length=64)),
            ],
            options={
                "verbose_name": "source",
                "verbose_name_plural": "sources",
                "ordering": (
                    models.OrderBy(
                        models.F("published_first_day"), descending=True, nulls_last=True
                    ),
                    "slug",
                ),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retracted_seq__isnull", True),
                            models.Q(
                                ("published_seq__isnull", False),
                                ("retracted_seq__gte", models.F("published_seq")),
                            ),
                            _connector="OR",
                        ),
                        name="source_is_public_before_it_is_retracted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "joint_statement",
                                    "press_release",
                                    "read_out",
                                    "treaty_text",
                                    "official_record",
                                    "news_report",
                                    "analyst_note",
                                ],
                            )
                        ),
                        name="source_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text", ""), ("text_sha256", "")),
                            models.Q(
                                models.Q(("text", ""), _negated=True),
                                models.Q(("text_sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="source_text_has_its_hash",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PassageLeftOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "published_seq",
                    models.PositiveBigIntegerField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        help_text="Number of the change that made it public; empty for a draft.",
                        null=True,
                        verbose_name="public since change",
                    ),
                ),
                (
                    "retracted_seq",
                    models.PositiveBigIntegerField(
                        blank=True, editable=False, null=True, verbose_name="retracted by change"
                    ),
                ),
                ("locator", models.CharField(max_length=160, verbose_name="where in the source")),
                (
                    "quotation",
                    models.CharField(blank=True, max_length=300, verbose_name="quotation"),
                ),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        help_text="In our own words.",
                        max_length=300,
                        verbose_name="what it is about",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("position", "A position on a third state or a conflict"),
                            ("aim", "A value or a general aim, without an action"),
                            ("account", "An account, an assessment or a courtesy"),
                            ("one_voice", "Said by one person, not by the parties"),
                        ],
                        max_length=12,
                        verbose_name="why it is left out",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passages_left_out",
                        to="tracker.source",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "verbose_name": "passage left out",
                "verbose_name_plural": "passages left out",
                "ordering": ("pk",),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retracted_seq__isnull", True),
                            models.Q(
                                ("published_seq__isnull", False),
                                ("retracted_seq__gte", models.F("published_seq")),
                            ),
                            _connector="OR",
                        ),
                        name="passageleftout_is_public_before_it_is_retracted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["position", "aim", "account", "one_voice"])
                        ),
                        name="passage_reason_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quotation", ""), _negated=True),
                            models.Q(("subject", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="passage_is_quoted_or_described",
                        violation_error_message="Quote a few words of it, or say what it is about.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="note",
            name="source",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="tracker.source",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="sources",
            field=models.ManyToManyField(
                blank=True, related_name="meetings", to="tracker.source", verbose_name="sources"
            ),
        ),
        migrations.CreateModel(
            name="HistoricalPassageLeftOut",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("locator", models.CharField(max_length=160, verbose_name="where in the source")),
                (
                    "quotation",
                    models.CharField(blank=True, max_length=300, verbose_name="quotation"),
                ),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        help_text="In our own words.",
                        max_length=300,
                        verbose_name="what it is about",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("position", "A position on a third state or a conflict"),
                            ("aim", "A value or a general aim, without an action"),
                            ("account", "An account, an assessment or a courtesy"),
                            ("one_voice", "Said by one person, not by the parties"),
                        ],
                        max_length=12,
                        verbose_name="why it is left out",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.source",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical passage left out",
                "verbose_name_plural": "historical passages left out",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalNote",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(db_index=False, max_length=120, verbose_name="key")),
                ("author", models.CharField(max_length=160, verbose_name="author")),
                (
                    "language",
                    models.CharField(default="en", max_length=35, verbose_name="language"),
                ),
                ("text", models.TextField(verbose_name="text")),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.commitment",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.meeting",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.source",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical analyst’s note",
                "verbose_name_plural": "historical analysts’ notes",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalMeeting_sources",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                (
                    "m2m_history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="tracker.historicalmeeting",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.meeting",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.source",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalMeeting_sources",
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="change",
            name="source",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="tracker.source",
            ),
        ),
        migrations.CreateModel(
            name="StatusUpdate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(
                        editable=False,
                        help_text="Permanent number within the commitment, given at publication.",
                        null=True,
                        verbose_name="number",
                    ),
                ),
                (
                    "happened",
                    tracker.lib.partial_date_fields.PartialDateField(
                        default=None, verbose_name="happened"
                    ),
                ),
                (
                    "happened_first_day",
                    tracker.lib.partial_date_fields.EdgeDayField(
                        db_index=True, edge="first", of="happened"
                    ),
                ),
                (
                    "happened_last_day",
                    tracker.lib.partial_date_fields.EdgeDayField(edge="last", of="happened"),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("announced", "Announced"),
                            ("preparing", "Preparing"),
                            ("negotiating", "Negotiating"),
                            ("scheduled", "Scheduled"),
                            ("concluded", "Concluded"),
                            ("signed", "Signed"),
                            ("in_effect", "In effect"),
                            ("completed", "Completed"),
                            ("superseded", "Superseded"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=12,
                        verbose_name="stage",
                    ),
                ),
                (
                    "assessment",
                    models.CharField(
                        choices=[
                            ("not_assessed", "Not assessed"),
                            ("on_track", "On track"),
                            ("delayed", "Delayed"),
                            ("stalled", "Stalled"),
                            ("delivered", "Delivered"),
                            ("delivered_late", "Delivered late"),
                            ("delivered_in_part", "Delivered in part"),
                            ("abandoned", "Abandoned"),
                            ("not_assessable", "Not assessable"),
                        ],
                        default="not_assessed",
                        max_length=20,
                        verbose_name="assessment",
                    ),
                ),
                (
                    "firmness",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("aspiration", "Aspiration"),
                            ("intent", "Intent"),
                            ("firm", "Firm"),
                        ],
                        max_length=10,
                        verbose_name="firmness",
                    ),
                ),
                (
                    "target",
                    tracker.lib.partial_date_fields.PartialDateField(
                        blank=True, default=None, verbose_name="target"
                    ),
                ),
                (
                    "target_first_day",
                    tracker.lib.partial_date_fields.EdgeDayField(edge="first", of="target"),
                ),
                (
                    "target_last_day",
                    tracker.lib.partial_date_fields.EdgeDayField(edge="last", of="target"),
                ),
                ("rationale", models.TextField(verbose_name="rationale")),
                ("reason", models.TextField(blank=True, verbose_name="reason of the correction")),
                (
                    "significance",
                    models.CharField(
                        choices=[("major", "Major"), ("minor", "Minor")],
                        default="major",
                        help_text="A minor change is shown but nobody is notified of it.",
                        max_length=5,
                        verbose_name="significance",
                    ),
                ),
                (
                    "gives_name",
                    models.BooleanField(
                        default=False,
                        editable=False,
                        help_text="Set at publication, where a name was drafted with it that was not public.",
                        verbose_name="gives a new name",
                    ),
                ),
                (
                    "published_seq",
                    models.PositiveBigIntegerField(
                        db_index=True, editable=False, null=True, verbose_name="public since change"
                    ),
                ),
                (
                    "published_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="recorded"),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="updates",
                        to="tracker.commitment",
                        verbose_name="commitment",
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="tracker.statusupdate",
                        verbose_name="corrects",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="updates",
                        to="tracker.meeting",
                        verbose_name="meeting",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        help_text="Only when this is one party’s step, not what all of them did together.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="tracker.party",
                        verbose_name="one party’s own step",
                    ),
                ),
            ],
            options={
                "verbose_name": "status update",
                "verbose_name_plural": "status updates",
                "ordering": ("commitment", "number"),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("meeting__isnull", False), ("published_seq__isnull", False)
                        ),
                        fields=["meeting", "commitment", "happened_first_day", "id"],
                        name="update_mentions",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "stage__in",
                                [
                                    "announced",
                                    "preparing",
                                    "negotiating",
                                    "scheduled",
                                    "concluded",
                                    "signed",
                                    "in_effect",
                                    "completed",
                                    "superseded",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="update_stage_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "assessment__in",
                                [
                                    "not_assessed",
                                    "on_track",
                                    "delayed",
                                    "stalled",
                                    "delivered",
                                    "delivered_late",
                                    "delivered_in_part",
                                    "abandoned",
                                    "not_assessable",
                                ],
                            )
                        ),
                        name="update_assessment_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("firmness__in", ["aspiration", "intent", "firm", ""])),
                        name="update_firmness_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("significance__in", ["major", "minor"])),
                        name="update_significance_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("number__isnull", True),
                                ("published_at", None),
                                ("published_seq__isnull", True),
                            ),
                            models.Q(
                                ("number__isnull", False),
                                ("published_at__isnull", False),
                                ("published_seq__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="update_is_numbered_when_it_is_published",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("corrects__isnull", True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="update_that_corrects_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("happened_first_day__isnull", False)),
                        name="update_happened_on_a_known_date",
                    ),
                    models.UniqueConstraint(
                        fields=("commitment", "number"), name="update_number_is_given_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("published_seq__isnull", False)),
                        fields=("corrects",),
                        name="update_is_corrected_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("announced", "Announced"),
                            ("preparing", "Preparing"),
                            ("negotiating", "Negotiating"),
                            ("scheduled", "Scheduled"),
                            ("concluded", "Concluded"),
                            ("signed", "Signed"),
                            ("in_effect", "In effect"),
                            ("completed", "Completed"),
                            ("superseded", "Superseded"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        editable=False,
                        max_length=12,
                        verbose_name="stage",
                    ),
                ),
                (
                    "assessment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_assessed", "Not assessed"),
                            ("on_track", "On track"),
                            ("delayed", "Delayed"),
                            ("stalled", "Stalled"),
                            ("delivered", "Delivered"),
                            ("delivered_late", "Delivered late"),
                            ("delivered_in_part", "Delivered in part"),
                            ("abandoned", "Abandoned"),
                            ("not_assessable", "Not assessable"),
                        ],
                        editable=False,
                        max_length=20,
                        verbose_name="assessment",
                    ),
                ),
                (
                    "firmness",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("aspiration", "Aspiration"),
                            ("intent", "Intent"),
                            ("firm", "Firm"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="firmness",
                    ),
                ),
                (
                    "target",
                    tracker.lib.partial_date_fields.PartialDateField(
                        blank=True, default=None, editable=False, verbose_name="target"
                    ),
                ),
                (
                    "target_first_day",
                    tracker.lib.partial_date_fields.EdgeDayField(edge="first", of="target"),
                ),
                (
                    "target_last_day",
                    tracker.lib.partial_date_fields.EdgeDayField(edge="last", of="target"),
                ),
                (
                    "has_slipped",
                    models.BooleanField(default=False, editable=False, verbose_name="slipped"),
                ),
                (
                    "last_update_day",
                    models.DateField(editable=False, null=True, verbose_name="last update"),
                ),
                (
                    "mention_level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Level not stated"),
                            (1, "Working level"),
                            (2, "Senior officials"),
                            (3, "Ministers"),
                            (4, "Leaders"),
                        ],
                        editable=False,
                        null=True,
                    ),
                ),
                (
                    "mention_parties_key",
                    models.CharField(blank=True, editable=False, max_length=400),
                ),
                ("silence_counts_after", models.DateField(editable=False, null=True)),
                ("expected_by", models.DateField(editable=False, null=True)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(default=datetime.date(9999, 12, 31))),
                ("known_from", models.PositiveBigIntegerField()),
                ("known_to", models.PositiveBigIntegerField(default=4611686018427387904)),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="standings",
                        to="tracker.commitment",
                    ),
                ),
                (
                    "update",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="standings",
                        to="tracker.statusupdate",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["commitment", "known_to", "valid_from"], name="standing_known"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_from__lt", models.F("valid_to"))),
                        name="standing_covers_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("known_from__lt", models.F("known_to"))),
                        name="standing_covers_a_change",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                ("seq", models.PositiveBigIntegerField(unique=True, verbose_name="change")),
                (
                    "replacement",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaces",
                        to="tracker.statusupdate",
                    ),
                ),
                (
                    "update",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revision",
                        to="tracker.statusupdate",
                    ),
                ),
            ],
            options={
                "verbose_name": "revision",
                "verbose_name_plural": "revisions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="revision_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("update", models.F("replacement")), _negated=True),
                        name="revision_is_not_by_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalStatusUpdate",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "happened",
                    tracker.lib.partial_date_fields.PartialDateField(
                        default=None, verbose_name="happened"
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("announced", "Announced"),
                            ("preparing", "Preparing"),
                            ("negotiating", "Negotiating"),
                            ("scheduled", "Scheduled"),
                            ("concluded", "Concluded"),
                            ("signed", "Signed"),
                            ("in_effect", "In effect"),
                            ("completed", "Completed"),
                            ("superseded", "Superseded"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=12,
                        verbose_name="stage",
                    ),
                ),
                (
                    "assessment",
                    models.CharField(
                        choices=[
                            ("not_assessed", "Not assessed"),
                            ("on_track", "On track"),
                            ("delayed", "Delayed"),
                            ("stalled", "Stalled"),
                            ("delivered", "Delivered"),
                            ("delivered_late", "Delivered late"),
                            ("delivered_in_part", "Delivered in part"),
                            ("abandoned", "Abandoned"),
                            ("not_assessable", "Not assessable"),
                        ],
                        default="not_assessed",
                        max_length=20,
                        verbose_name="assessment",
                    ),
                ),
                (
                    "firmness",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("aspiration", "Aspiration"),
                            ("intent", "Intent"),
                            ("firm", "Firm"),
                        ],
                        max_length=10,
                        verbose_name="firmness",
                    ),
                ),
                (
                    "target",
                    tracker.lib.partial_date_fields.PartialDateField(
                        blank=True, default=None, verbose_name="target"
                    ),
                ),
                ("rationale", models.TextField(verbose_name="rationale")),
                ("reason", models.TextField(blank=True, verbose_name="reason of the correction")),
                (
                    "significance",
                    models.CharField(
                        choices=[("major", "Major"), ("minor", "Minor")],
                        default="major",
                        help_text="A minor change is shown but nobody is notified of it.",
                        max_length=5,
                        verbose_name="significance",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.commitment",
                        verbose_name="commitment",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.meeting",
                        verbose_name="meeting",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Only when this is one party’s step, not what all of them did together.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.party",
                        verbose_name="one party’s own step",
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.statusupdate",
                        verbose_name="corrects",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical status update",
                "verbose_name_plural": "historical status updates",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCitation",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("quotation", models.TextField(blank=True, verbose_name="quotation")),
                (
                    "locator",
                    models.CharField(
                        blank=True,
                        help_text="Such as “paragraph 8” or “Annex, item 2”.",
                        max_length=160,
                        verbose_name="where in the source",
                    ),
                ),
                (
                    "language",
                    models.CharField(default="en", max_length=35, verbose_name="language"),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.source",
                        verbose_name="source",
                    ),
                ),
                (
                    "update",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.statusupdate",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical citation",
                "verbose_name_plural": "historical citations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Citation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quotation", models.TextField(blank=True, verbose_name="quotation")),
                (
                    "locator",
                    models.CharField(
                        blank=True,
                        help_text="Such as “paragraph 8” or “Annex, item 2”.",
                        max_length=160,
                        verbose_name="where in the source",
                    ),
                ),
                (
                    "language",
                    models.CharField(default="en", max_length=35, verbose_name="language"),
                ),
                (
                    "added_seq",
                    models.PositiveBigIntegerField(
                        editable=False,
                        help_text="Set when the evidence was added after the update was published.",
                        null=True,
                        verbose_name="added by change",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="citations",
                        to="tracker.source",
                        verbose_name="source",
                    ),
                ),
                (
                    "update",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="citations",
                        to="tracker.statusupdate",
                    ),
                ),
            ],
            options={
                "verbose_name": "citation",
                "verbose_name_plural": "citations",
                "ordering": ("pk",),
            },
        ),
        migrations.AddField(
            model_name="change",
            name="update",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="tracker.statusupdate",
            ),
        ),
        migrations.CreateModel(
            name="Alias",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "published_seq",
                    models.PositiveBigIntegerField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        help_text="Number of the change that made it public; empty for a draft.",
                        null=True,
                        verbose_name="public since change",
                    ),
                ),
                (
                    "retracted_seq",
                    models.PositiveBigIntegerField(
                        blank=True, editable=False, null=True, verbose_name="retracted by change"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "language",
                    models.CharField(default="en", max_length=35, verbose_name="language"),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="aliases",
                        to="tracker.commitment",
                    ),
                ),
                (
                    "update",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="names",
                        to="tracker.statusupdate",
                        verbose_name="drafted with",
                    ),
                ),
            ],
            options={
                "verbose_name": "other name",
                "verbose_name_plural": "other names",
                "ordering": ("name",),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retracted_seq__isnull", True),
                            models.Q(
                                ("published_seq__isnull", False),
                                ("retracted_seq__gte", models.F("published_seq")),
                            ),
                            _connector="OR",
                        ),
                        name="alias_is_public_before_it_is_retracted",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                        ),
                        fields=("commitment", "name", "language"),
                        name="alias_is_given_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("published_seq__isnull", True), ("update__isnull", True)
                        ),
                        fields=("commitment", "name", "language"),
                        name="alias_is_drafted_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("webhook", "Webhook"),
                            ("hub", "WebSub hub"),
                        ],
                        max_length=8,
                        verbose_name="channel",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting to be confirmed or approved"),
                            ("active", "Active"),
                            ("stopped", "Stopped"),
                        ],
                        default="pending",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("address", models.CharField(max_length=2000, verbose_name="address")),
                (
                    "query",
                    models.TextField(
                        blank=True,
                        help_text="The filter as it stands in an address; empty: all.",
                        verbose_name="filter",
                    ),
                ),
                (
                    "frequency",
                    models.CharField(
                        choices=[
                            ("immediate", "As it happens"),
                            ("daily", "Once a day"),
                            ("weekly", "Once a week"),
                        ],
                        default="immediate",
                        max_length=9,
                        verbose_name="how often",
                    ),
                ),
                (
                    "with_overdue",
                    models.BooleanField(
                        default=False,
                        help_text="Each message ends with a list of what is overdue.",
                        verbose_name="with what is overdue",
                    ),
                ),
                (
                    "contact",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="whom to ask about it"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="asked for")),
                (
                    "asked_from",
                    models.CharField(blank=True, db_index=True, editable=False, max_length=64),
                ),
                (
                    "confirmed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="confirmed"),
                ),
                ("stopped_at", models.DateTimeField(blank=True, null=True, verbose_name="stopped")),
                ("stopped_because", models.TextField(blank=True, verbose_name="stopped because")),
                (
                    "cursor",
                    models.PositiveBigIntegerField(default=0, verbose_name="told up to change"),
                ),
                (
                    "batch_end",
                    models.PositiveBigIntegerField(blank=True, editable=False, null=True),
                ),
                ("next_attempt_at", models.DateTimeField(verbose_name="next attempt")),
                (
                    "failures",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Attempts that failed since the last success.",
                        verbose_name="failures in a row",
                    ),
                ),
                ("lease", models.UUIDField(blank=True, editable=False, null=True)),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("secret", models.CharField(blank=True, editable=False, max_length=100)),
                ("previous_secret", models.CharField(blank=True, editable=False, max_length=100)),
                (
                    "previous_secret_until",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
            ],
            options={
                "verbose_name": "subscription",
                "verbose_name_plural": "subscriptions",
                "ordering": ("-created_at", "-pk"),
                "indexes": [
                    models.Index(
                        fields=["state", "next_attempt_at", "cursor"], name="subscription_due"
                    ),
                    models.Index(fields=["channel", "address"], name="subscription_address"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "webhook", "hub"])),
                        name="subscription_channel_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["pending", "active", "stopped"])),
                        name="subscription_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("frequency__in", ["immediate", "daily", "weekly"])),
                        name="subscription_frequency_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel", "webhook"), ("secret", ""), _negated=True),
                        name="webhook_has_a_secret",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "stopped"), ("stopped_because", ""), _negated=True
                        ),
                        name="subscription_says_why_it_stopped",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("channel", "email")),
                        fields=("address", "query"),
                        name="address_subscribes_to_a_filter_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("channel", "hub")),
                        fields=("channel",),
                        name="there_is_one_hub",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("message_id", models.CharField(max_length=200, verbose_name="message")),
                (
                    "first_seq",
                    models.PositiveBigIntegerField(null=True, verbose_name="from change"),
                ),
                ("last_seq", models.PositiveBigIntegerField(null=True, verbose_name="to change")),
                ("attempt", models.PositiveSmallIntegerField(verbose_name="attempt")),
                ("started_at", models.DateTimeField(db_index=True, verbose_name="started")),
                ("milliseconds", models.PositiveIntegerField(verbose_name="milliseconds")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("delivered", "Delivered"),
                            ("failed", "Failed"),
                            ("refused", "Refused"),
                            ("bounced", "Bounced"),
                        ],
                        max_length=9,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "status",
                    models.PositiveSmallIntegerField(null=True, verbose_name="answered with"),
                ),
                ("detail", models.CharField(blank=True, max_length=500, verbose_name="detail")),
                ("is_test", models.BooleanField(default=False, verbose_name="test")),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="tracker.subscription",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "ordering": ("-pk",),
                "indexes": [models.Index(fields=["subscription", "-id"], name="delivery_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["delivered", "failed", "refused", "bounced"])
                        ),
                        name="delivery_outcome_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "published_seq",
                    models.PositiveBigIntegerField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        help_text="Number of the change that made it public; empty for a draft.",
                        null=True,
                        verbose_name="public since change",
                    ),
                ),
                (
                    "retracted_seq",
                    models.PositiveBigIntegerField(
                        blank=True, editable=False, null=True, verbose_name="retracted by change"
                    ),
                ),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="address")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("summary", models.TextField(blank=True, verbose_name="summary")),
            ],
            options={
                "verbose_name": "topic",
                "verbose_name_plural": "topics",
                "ordering": ("name",),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retracted_seq__isnull", True),
                            models.Q(
                                ("published_seq__isnull", False),
                                ("retracted_seq__gte", models.F("published_seq")),
                            ),
                            _connector="OR",
                        ),
                        name="topic_is_public_before_it_is_retracted",
                    )
                ],
            },
        ),
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
                ("sent_content", models.JSONField(default=dict, verbose_name="what was sent")),
                (
                    "sent_digest",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="digest of what was sent"
                    ),
                ),
                (
                    "approved_digest",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="digest of what was approved"
                    ),
                ),
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
                    "earlier_editors",
                    models.ManyToManyField(
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="edited before by",
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
                    "first_update",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="scheduled_with",
                        to="tracker.statusupdate",
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
                (
                    "topic",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review",
                        to="tracker.topic",
                    ),
                ),
            ],
            options={
                "verbose_name": "review",
                "verbose_name_plural": "reviews",
                "permissions": (("publish", "Can review, publish, correct, retract and amend"),),
                "indexes": [models.Index(fields=["state", "sent_at"], name="review_waiting")],
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("in_review", "scheduled")), _negated=True),
                            models.Q(("sent_digest", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="what_waits_names_what_was_sent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "scheduled"), _negated=True),
                            ("approved_digest", models.F("sent_digest")),
                            _connector="OR",
                        ),
                        name="what_is_scheduled_names_what_was_approved",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalCommitment_topics",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                (
                    "m2m_history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.commitment",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="tracker.historicalcommitment",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tracker.topic",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalCommitment_topics",
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="commitment",
            name="topics",
            field=models.ManyToManyField(
                blank=True, related_name="commitments", to="tracker.topic", verbose_name="topics"
            ),
        ),
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
                ("tries", models.PositiveSmallIntegerField(default=0)),
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
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WorksheetRow",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("typed", models.JSONField(default=dict, verbose_name="typed")),
                ("edited_at", models.DateTimeField(verbose_name="last edited")),
                (
                    "commitment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="worksheet_rows",
                        to="tracker.commitment",
                    ),
                ),
                (
                    "edited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="last edited by",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="worksheet_rows",
                        to="tracker.meeting",
                    ),
                ),
            ],
            options={
                "verbose_name": "worksheet row",
                "verbose_name_plural": "worksheet rows",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("commitment__isnull", False)),
                        fields=("meeting", "commitment"),
                        name="worksheet_has_one_row_for_each_commitment",
                    )
                ],
            },
        ),
        migrations.RunPython(create_search_index, drop_search_index),
        migrations.RunPython(create_triggers, drop_triggers),
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
