"""Show why the register refused an edit, next to the input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils.translation import gettext as _

_M = TypeVar("_M", bound=models.Model)

# ValidationError comes from actions, IntegrityError from database constraints.
REFUSED = (ValidationError, IntegrityError)


def as_refusal(error: ValidationError | IntegrityError) -> ValidationError:
    if isinstance(error, ValidationError):
        return error
    return ValidationError(
        _("The database refuses this, and nothing was saved: %(why)s"),
        params={"why": str(error).splitlines()[0]},
    )


def show_refusal(form: forms.BaseForm, refusal: ValidationError) -> None:
    """Add a refusal to the fields that it names, or to the form as a whole."""
    by_field: Mapping[str, Any] = getattr(refusal, "error_dict", {"": refusal})
    for name, errors in by_field.items():
        form.add_error(name if name in form.fields else None, errors)


def locked(record: _M) -> _M:
    """Lock a record's row until the transaction ends, and return it as read again."""
    row = type(record)._base_manager.select_for_update().filter(pk=record.pk).first()
    if row is None:
        raise ValidationError(
            _("Somebody deleted “%(record)s” meanwhile."), params={"record": record}
        )
    return row


def lock_drafts(model: type[models.Model], keys: Iterable[Any]) -> None:
    """Lock rows until the transaction ends; raise ValidationError if one is public by now.

    Without the lock, saving a draft that is being published would silently unpublish it.
    """
    rows = model._base_manager.select_for_update().filter(pk__in=list(keys))
    if any(seq is not None for seq in rows.values_list("published_seq", flat=True)):
        raise ValidationError(
            _("It is public by now, so it is neither edited like a draft nor deleted."),
            code="public",
        )
