"""The labels of stored values, for people."""

from __future__ import annotations

from django.db.models import TextChoices


def label_of(choices: type[TextChoices], value: object) -> str:
    """Return the label of a value, or the bare value if the vocabulary no longer has it."""
    text = str(value or "")
    try:
        return str(choices(text).label)
    except ValueError:
        return text
