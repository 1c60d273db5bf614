"""Acts: what staff do to a record beyond editing it, each a button with a confirmation page.

The acts themselves are next to the ModelAdmins; `acts_admin` has their pages.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model
from django.utils.translation import gettext_lazy, ngettext

from tracker.actions.log.append import ByStaff
from tracker.admin.editing.fields import LinesField, WordsForm
from tracker.models import PUBLISH, Change, Significance
from tracker.queries.drafts.submissions import Draft


@dataclass(frozen=True, kw_only=True)
class Done:
    """The result of an act: its lines in the log, and the record whose page opens next."""

    record: Model
    changes: Sequence[Change] = ()
    message: str = ""
    # Other effects for the preview, such as flags that it raises.
    notes: Sequence[str] = ()
    # To be checked first, such as a quotation not found in its source.
    warnings: Sequence[str] = ()

    def summary(self) -> str:
        if self.message:
            return self.message
        numbers = ", ".join(f"#{change.seq}" for change in self.changes)
        return ngettext(
            "Public now, as change %(numbers)s of the log.",
            "Public now, as changes %(numbers)s of the log.",
            len(self.changes),
        ) % {"numbers": numbers}


class Act(ABC):
    """An act on one kind of record; subclasses call an action.

    With `save_label` its button is next to "Save" and saves first, since the form of a draft may
    hold unsaved text. In `permission`, "{noun}" is replaced by the record's model name.
    """

    permission = PUBLISH
    name: str
    label: Any
    explanation: Any
    save_label: Any = ""
    refused_label: Any = gettext_lazy("It cannot be done as things stand:")
    form_class: type[forms.Form | forms.ModelForm[Any]] = forms.Form
    trial_data: dict[str, Any] | None = {}

    @abstractmethod
    def is_offered(self, record: Any) -> bool:
        """Whether the act makes sense for the record as it is."""

    def is_for(self, record: Any, person: AbstractBaseUser) -> bool:
        """Whether a person who has the permission may perform it on this record."""
        return True

    def drafts(self, record: Any) -> Sequence[Draft] | None:
        """The drafts that it sends or approves, as its page shows them; None for other acts.

        If there are any, `data[SHOWN]` holds what the page showed, except in a rehearsal.
        """
        return None

    def save_button(self, record: Any) -> Any:
        """The label of its button next to "Save"; empty when the button is above the form."""
        return self.save_label

    def form(self, record: Any, data: Any = None) -> forms.BaseForm:
        return self.form_class(data)

    def trial(self, record: Any) -> dict[str, Any] | None:
        """Form data for the rehearsal; None when the act cannot be rehearsed."""
        return self.trial_data

    def has_other_answers(self, form: Any) -> bool:
        """Whether other input may be accepted where the rehearsal was refused."""
        return False

    @abstractmethod
    def perform(self, record: Any, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        """Perform the act. Raise ValidationError with a sentence when it is refused."""

    def rehearse(self, record: Any, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        """Perform the act for the preview; the caller rolls it back."""
        return self.perform(record, data, **stamp)


class ReasonForm(WordsForm):
    reason = LinesField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Public: readers see it beside what it is about."),
    )


def significance_field(default: Significance = Significance.MAJOR) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=gettext_lazy("Significance"),
        choices=Significance.choices,
        initial=default,
        empty_value=default,
        required=False,
        help_text=gettext_lazy("A minor change is shown but nobody is notified of it."),
    )


class RetractionForm(ReasonForm):
    significance = significance_field()


class Retract(Act):
    """Retract a public record for a public reason; subclasses name the action."""

    name = "retract"
    form_class = RetractionForm
    trial_data = {"reason": "…", "significance": "major"}
    action: Callable[..., Change]

    def is_offered(self, record: Any) -> bool:
        return bool(record.is_public)

    def perform(self, record: Any, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        return Done(record=record, changes=[self.action(record, **data, **stamp)])
