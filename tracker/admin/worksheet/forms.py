"""The form of one row, which cleans the input to the values of a draft.

Its choices are passed in, so that a hundred rows need no queries of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.db.models import Model
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from tracker.actions.record_meeting import Entry
from tracker.admin.editing.fields import WordsForm
from tracker.admin.worksheet.rows import Choices, Row
from tracker.admin.worksheet.values import COMMITMENT_FIELDS, LISTS, MENTIONED, SILENT, Values
from tracker.lib.partial_date_fields import PartialDateFormField
from tracker.lib.partial_dates import MAX_WORDS, PartialDate
from tracker.models import Alias, Citation, Commitment, Firmness, Instrument, Stage, StatusUpdate

_R = TypeVar("_R")

_UPDATE = (
    *("stage", "assessment", "firmness", "rationale", "significance"),
    *("target", "happened", "party"),
)


def _field(model: type[Model], name: str, **kwargs: Any) -> Any:
    """Return the form field of a model field, where nothing else is said."""
    column: Any = model._meta.get_field(name)
    return column.formfield(**kwargs)


def _line(size: int) -> AdminTextInputWidget:
    return AdminTextInputWidget(attrs={"size": size})


def _wide(rows: int) -> AdminTextareaWidget:
    return AdminTextareaWidget(attrs={"rows": rows, "class": "vLargeTextField"})


class RowForm(WordsForm):
    """What a meeting did to one commitment."""

    mention = forms.ChoiceField(
        label=_("In the source"),
        choices=[
            ("", _("Not looked at")),
            (SILENT, _("Not mentioned")),
            (MENTIONED, _("Mentioned")),
        ],
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Whether the statement speaks of it; a row not looked at stays as it is."),
    )
    stage = _field(
        StatusUpdate,
        "stage",
        choices=Stage.choices,
        help_text=_("How far it has come: a fact that the source bears out."),
    )
    assessment = _field(
        StatusUpdate,
        "assessment",
        help_text=_("How it is going: our judgement, explained in the rationale."),
    )
    firmness = _field(
        StatusUpdate,
        "firmness",
        choices=[("", "–"), *Firmness.choices],
        help_text=_("How firmly the words bind; empty where the source gives no wording."),
    )
    target = PartialDateFormField(
        label=_("Target"),
        required=False,
        widget=_line(10),
        help_text=_("By when, as restated: 2028, 2026-03 or 2026-02-25; empty if not restated."),
    )
    target_words = forms.CharField(
        label=_("Target in words"),
        required=False,
        max_length=MAX_WORDS,
        widget=_line(30),
        help_text=_("As the source puts it, such as “at the earliest opportunity”."),
    )
    quotation = _field(
        Citation,
        "quotation",
        widget=_wide(2),
        help_text=_("The few words that fix the wording; mark what is left out with […]."),
    )
    source = forms.TypedChoiceField(
        label=_("Source"),
        required=False,
        empty_value=None,
        help_text=_("The document of this meeting that says so."),
    )
    locator = _field(Citation, "locator", widget=_line(20), help_text=_("Such as “paragraph 8”."))
    rationale = _field(
        StatusUpdate,
        "rationale",
        widget=_wide(2),
        help_text=_("Why this stage and this assessment, for a reader who doubts it."),
    )
    party = forms.TypedChoiceField(
        label=_("One party’s own step"),
        required=False,
        empty_value=None,
        help_text=_("Only when one party did it by itself."),
    )
    happened = PartialDateFormField(
        label=_("Happened"),
        widget=_line(10),
        help_text=_("The day of the meeting, unless it happened on another."),
    )
    significance = _field(StatusUpdate, "significance")
    alias = _field(
        Alias,
        "name",
        label=_("New other name"),
        required=False,
        widget=_line(30),
        help_text=_("What the statement calls it, if it has not been called that before."),
    )
    alias_language = _field(
        Alias,
        "language",
        label=_("Language of that name"),
        required=False,
        widget=_line(5),
        help_text=_("A BCP 47 tag, such as en, fr or ko."),
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        self._offer("party", choices.parties)
        self._offer("source", choices.sources)
        # A field of the page has one name; which row it is in, its group says.
        self.use_required_attribute = False

    def _offer(self, name: str, records: list[Any]) -> None:
        """Offer records, to which the field cleans its input."""
        field: Any = self.fields[name]
        nothing = [] if name in LISTS else [("", "–")]
        field.choices = [*nothing, *((str(record.pk), _named(record)) for record in records)]
        field.coerce = {str(record.pk): record for record in records}.__getitem__

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        target, words = cleaned.get("target"), cleaned.get("target_words", "")
        if target is not None and words:
            cleaned["target"] = PartialDate(target.year, target.month, target.day, words)
        elif words:
            cleaned["target"] = PartialDate(words=words)
        if cleaned.get("quotation") and not cleaned.get("source") and "source" not in self.errors:
            self.add_error("source", _text("Name the source of the quotation."))
        if cleaned.get("alias") and not cleaned.get("alias_language"):
            self.add_error("alias_language", _text("Name its language, such as en, fr or ko."))
        return cleaned

    def missing(self) -> list[str]:
        """Return the labels of empty required fields; `mistakes` has the other errors."""
        return [
            str(self.fields[name].label)
            for name, errors in self.errors.as_data().items()
            if name in self.fields and any(error.code == "required" for error in errors)
        ]

    def mistakes(self) -> dict[str, list[str]]:
        """Return the error messages by field, without those for empty required fields."""
        messages = {
            name: [text for error in errors if error.code != "required" for text in error.messages]
            for name, errors in self.errors.as_data().items()
        }
        return {name: sentences for name, sentences in messages.items() if sentences}

    def entry(self) -> Entry:
        """Return the input for the action that writes the draft; the form must be valid."""
        data = self.cleaned_data
        source = data["source"]
        return Entry(
            update={name: data[name] for name in _UPDATE},
            evidence=Citation(source=source, quotation=data["quotation"], locator=data["locator"])
            if source is not None
            else None,
            alias=(data["alias"], data["alias_language"] or "en"),
            **self._commitment(),
        )

    def _commitment(self) -> dict[str, Any]:
        return {}


class NewRowForm(RowForm):
    """A row for a commitment that is first stated at this meeting."""

    title = _field(
        Commitment,
        "title",
        widget=AdminTextInputWidget(attrs={"class": "vTextField"}),
        help_text=_("What was promised, in a few plain words."),
    )
    summary = _field(
        Commitment,
        "summary",
        widget=_wide(2),
        help_text=_("What exactly the parties said they would do, in our own words."),
    )
    instrument = _field(
        Commitment,
        "instrument",
        choices=[("", "–"), *Instrument.choices],
        help_text=_("What it comes to when it is delivered."),
    )
    topics = forms.TypedMultipleChoiceField(
        label=_("Topics"),
        required=False,
        help_text=_("The fields of work that it belongs to, for filters."),
    )
    reference = _field(
        Commitment,
        "reference",
        required=False,
        widget=_line(20),
        validators=Commitment._meta.get_field("reference").validators,
        help_text=_("Permanent; empty for the next free number."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("topics", self.choices.topics)

    def _commitment(self) -> dict[str, Any]:
        described = {name: self.cleaned_data[name] for name in COMMITMENT_FIELDS}
        topics = described.pop("topics")
        if not described["reference"]:
            del described["reference"]
        return {"commitment": described, "topics": topics}


def _named(record: Model) -> str:
    return str(getattr(record, "title", "") or record)


def form_of(row: Row, choices: Choices, *, prefix: str, typed: Values | None = None) -> RowForm:
    """Return a row's form: bound to `typed`, else showing the stored values.

    The draft's own party and source are offered even if the meeting does not have them.
    """
    form_class = NewRowForm if row.is_new else RowForm
    choices = Choices(
        parties=_with(choices.parties, row.draft.party if row.draft else None),
        sources=_with(choices.sources, row.citation.source if row.citation else None),
        topics=choices.topics,
    )
    if typed is None:
        return form_class(initial=row.values, prefix=prefix, choices=choices)
    return form_class(_with_prefix(typed, prefix), prefix=prefix, choices=choices)


def _with(records: list[_R], own: _R | None) -> list[_R]:
    return records if own is None or own in records else [*records, own]


def _with_prefix(values: Mapping[str, Any], prefix: str) -> Any:
    data: MultiValueDict[str, Any] = MultiValueDict()
    for name, value in values.items():
        data.setlist(f"{prefix}-{name}", value if name in LISTS else [value])
    return data
