"""The form field of `?commitment=`: commitments by reference or slug."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models import Commitment

MOST_NAMES = 50


class NamedCommitmentsField(forms.Field):
    """A repeated parameter, cleaned to a list of commitments in the order of references.

    Retracted commitments are accepted, because the log has their lines. Drafts give the same error
    as commitments that do not exist.
    """

    widget = forms.MultipleHiddenInput
    default_error_messages = {
        "unknown": _(
            "There is no commitment “%(value)s” here. Give its reference, such as "
            "CAN-KOR-2025-004, or the last part of its address."
        ),
        "too_many": _("Name at most %(most)d commitments; these are %(given)d."),
    }

    def clean(self, value: Any) -> list[Commitment]:
        names = [str(name) for name in value or () if name]
        if len(names) > MOST_NAMES:
            raise ValidationError(
                self.error_messages["too_many"],
                params={"most": MOST_NAMES, "given": len(names)},
            )
        plain = [name for name in names if "\0" not in name]
        published = Commitment.objects.filter(published_seq__isnull=False)
        commitments = (
            list(published.filter(Q(reference__in=plain) | Q(slug__in=plain)).order_by("reference"))
            if plain
            else []
        )
        known = {c.reference for c in commitments} | {c.slug for c in commitments}
        for name in names:
            if name not in known:
                raise ValidationError(self.error_messages["unknown"], params={"value": name})
        return commitments
