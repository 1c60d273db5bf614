from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tracker", "0021_reviews_sent_anew"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="alias",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("published_seq__isnull", False), ("retracted_seq__isnull", True)
                ),
                fields=("commitment", "name", "language"),
                name="alias_is_given_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="alias",
            constraint=models.UniqueConstraint(
                condition=models.Q(("published_seq__isnull", True), ("update__isnull", True)),
                fields=("commitment", "name", "language"),
                name="alias_is_drafted_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("in_review", "scheduled")), _negated=True),
                    models.Q(("sent_digest", ""), _negated=True),
                    _connector="OR",
                ),
                name="what_waits_names_what_was_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "scheduled"), _negated=True),
                    ("approved_digest", models.F("sent_digest")),
                    _connector="OR",
                ),
                name="what_is_scheduled_names_what_was_approved",
            ),
        ),
    ]
