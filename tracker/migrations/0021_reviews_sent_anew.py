"""What stood in review before approvals named a digest is sent anew; names go to their update.

In a migration of its own: PostgreSQL alters no table whose rows were changed in the same
transaction.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F

_COMMENT = (
    "Sent before this register kept what exactly was sent: look at it once more and send it again."
)


def end_reviews_under_way(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Nobody knows any more what their text said when it was sent, or approved."""
    reviews = apps.get_model("tracker", "Review").objects.using(schema_editor.connection.alias)
    reviews.filter(state__in=("in_review", "scheduled")).update(
        state="draft", publish_at=None, first_update=None, comment=_COMMENT
    )


def give_names_to_updates(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The draft of a name of a public commitment was typed beside the draft of an update.

    With several of these, it goes to the one that was edited last. Where there is none, and with a
    commitment that is a draft itself, it stays with the commitment.
    """
    using = schema_editor.connection.alias
    names = apps.get_model("tracker", "Alias").objects.using(using)
    updates = apps.get_model("tracker", "StatusUpdate").objects.using(using)
    drafts = names.filter(published_seq=None, update=None, commitment__published_seq__isnull=False)
    for name in drafts.order_by("pk"):
        beside = updates.filter(
            commitment=name.commitment_id, published_seq=None, corrects=None, meeting__isnull=False
        )
        last = beside.order_by(F("review__edited_at").desc(nulls_last=True), "-pk").first()
        if last is not None:
            name.update = last
            name.save(update_fields=["update"])


# The nouns that have a review, by the name of its column.
_NOUNS = {
    "meeting": "Meeting",
    "commitment": "Commitment",
    "update": "StatusUpdate",
    "note": "Note",
    "party": "Party",
    "topic": "Topic",
    "forum": "Forum",
    "source": "Source",
}


def remember_earlier_editors(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Whoever wrote any version of a draft, as its history tells."""
    using = schema_editor.connection.alias
    reviews = apps.get_model("tracker", "Review").objects.using(using)
    for column, noun in _NOUNS.items():
        history = apps.get_model("tracker", f"Historical{noun}").objects.using(using)
        drafts = {f"{column}__isnull": False, f"{column}__published_seq": None}
        for review in reviews.filter(**drafts):
            versions = history.filter(id=getattr(review, f"{column}_id"))
            hands = versions.exclude(history_user=None).values_list("history_user", flat=True)
            review.earlier_editors.add(*set(hands.order_by()) - {review.edited_by_id})


class Migration(migrations.Migration):
    dependencies = [
        ("tracker", "0020_approval_of_a_digest"),
    ]

    operations = [
        migrations.RunPython(end_reviews_under_way, migrations.RunPython.noop),
        migrations.RunPython(give_names_to_updates, migrations.RunPython.noop),
        migrations.RunPython(remember_earlier_editors, migrations.RunPython.noop),
    ]
