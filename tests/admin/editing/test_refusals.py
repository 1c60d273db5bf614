"""Why the register refused something, put where it is read."""

from __future__ import annotations

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from tests import make
from tracker.admin.editing.refusals import as_refusal, lock_drafts, show_refusal
from tracker.models import Party


class NameForm(forms.Form):
    name = forms.CharField()


@pytest.mark.parametrize(
    ("refusal", "shown"),
    [
        (ValidationError("Not so."), {"__all__": ["Not so."]}),
        (ValidationError(["One.", "Two."]), {"__all__": ["One.", "Two."]}),
        (ValidationError({"name": "Too long."}), {"name": ["Too long."]}),
        (ValidationError({"slug": "Taken."}), {"__all__": ["Taken."]}),
        (
            ValidationError({"name": ["One."], "__all__": ["Two."], "slug": ["Three."]}),
            {"name": ["One."], "__all__": ["Two.", "Three."]},
        ),
        (
            ValidationError("%(what)s is wrong.", params={"what": "It"}),
            {"__all__": ["It is wrong."]},
        ),
    ],
)
def test_a_refusal_stands_beside_its_field(
    refusal: ValidationError, shown: dict[str, list[str]]
) -> None:
    form = NameForm({"name": "Canada"})
    show_refusal(form, refusal)
    assert form.errors == shown


def test_a_refusal_of_the_database_is_one_sentence() -> None:
    refusal = as_refusal(IntegrityError("a published update is never altered\nCONTEXT: more"))
    assert refusal.messages == [
        "The database refuses this, and nothing was saved: a published update is never altered"
    ]
    kept = ValidationError("Not so.")
    assert as_refusal(kept) is kept


@pytest.mark.django_db
def test_only_drafts_are_locked() -> None:
    draft, public = make.make_party(), make.make_party(published_seq=1)
    lock_drafts(Party, [draft.pk])
    lock_drafts(Party, [])
    with pytest.raises(ValidationError, match="It is public by now"):
        lock_drafts(Party, [draft.pk, public.pk])
