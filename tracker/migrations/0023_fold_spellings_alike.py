"""Write search documents anew, as titles and quotations are folded now."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import F

from tracker.lib.folding import fold

_AT_ONCE = 1_000


def fold_anew(apps: Any, schema_editor: Any) -> None:
    """Fold what is stored, a line for each text: folding twice comes to the same as folding once."""
    model = apps.get_model("tracker", "SearchDocument")
    changed: list[Any] = []
    differed = False
    for document in model.objects.iterator(chunk_size=_AT_ONCE):
        names, text = (_folded(part) for part in (document.names, document.text))
        if (names, text) != (document.names, document.text):
            document.names, document.text = names, text
            changed.append(document)
            differed = True
        if len(changed) == _AT_ONCE:
            model.objects.bulk_update(changed, ["names", "text"], batch_size=100)
            changed.clear()
    model.objects.bulk_update(changed, ["names", "text"], batch_size=100)
    if differed:
        # Answers that are kept under the log's head hold no more.
        apps.get_model("tracker", "LogHead").objects.update(generation=F("generation") + 1)


def _folded(text: str) -> str:
    return "\n".join(fold(line) for line in text.split("\n"))


class Migration(migrations.Migration):
    dependencies = (("tracker", "0022_what_waits_names_what_was_sent"),)

    operations = (migrations.RunPython(fold_anew, migrations.RunPython.noop),)
