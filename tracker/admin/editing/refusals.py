"""Why the register refused something, in words, beside what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils.translation import gettext as _

# An action says ValidationError; the database's own rules, the last line of defence, the other.
REFUSED = (ValidationError, IntegrityError)


def as_refusal(error: ValidationError | IntegrityError) -> ValidationError:
    if isinstance(error, ValidationError):
        return error
    return ValidationError(
        _("The database refuses this, and nothing was saved: %(why)s"),
        params={"why": str(error).splitlines()[0]},
    )


def show_refusal(form: forms.BaseForm, refusal: ValidationError) -> None:
    """Put a refusal beside the fields that it names, and at the top what names none of these."""
    by_field: Mapping[str, Any] = getattr(refusal, "error_dict", {"": refusal})
    for name, errors in by_field.items():
        form.add_error(name if name in form.fields else None, errors)


def lock_drafts(model: type[models.Model], keys: Iterable[Any]) -> None:
    """Hold the rows until the transaction ends; raise ValidationError if one is no draft any more.

    Without it, saving a draft that somebody publishes at this moment would take it back in silence.
    """
    rows = model._base_manager.select_for_update().filter(pk__in=list(keys))
    if any(seq is not None for seq in rows.values_list("published_seq", flat=True)):
        raise ValidationError(
            _("It is public by now, so it is neither edited like a draft nor deleted."),
            code="public",
        )
