"""The forms of an import: the file, its encoding, columns and date order, and the confirmation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminRadioSelect, AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from tracker.actions.imports.publishing import DraftDisposition
from tracker.admin.editing.fields import LinesField, WordsForm
from tracker.models import Upload
from tracker.spreadsheets.dates import DateOrder
from tracker.spreadsheets.tables import Table


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=_(
            "CSV in UTF-8, or an Excel workbook (.xlsx), of which the first sheet is read."
        ),
        error_messages={"empty": _("The file is empty.")},
    )


def _radios() -> AdminRadioSelect:
    return AdminRadioSelect(attrs={"class": "radiolist"})


class EncodingForm(WordsForm):
    step = forms.CharField(widget=forms.HiddenInput, initial="encoding", required=False)
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        widget=_radios(),
        help_text=_("Choose the one in which these words read as they should."),
    )

    def __init__(self, data: Any, *, samples: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        choices = [(name, f"{name}: “{sample}”") for name, sample in samples]
        self.fields["encoding"].choices = choices  # type: ignore[attr-defined]


class DatesForm(WordsForm):
    step = forms.CharField(widget=forms.HiddenInput, initial="dates", required=False)
    dates = forms.ChoiceField(
        label=_("Dates such as 03/04/2026"), choices=DateOrder.choices, widget=_radios()
    )


class ColumnsForm(WordsForm):
    """The heading of the file that goes with each of our columns."""

    step = forms.CharField(widget=forms.HiddenInput, initial="columns", required=False)

    def __init__(
        self,
        data: Any,
        *,
        table: Table,
        headings: Sequence[str],
        samples: Sequence[Sequence[str]],
        chosen: Mapping[str, str],
        close: Mapping[str, str],
    ) -> None:
        super().__init__(data)
        self.table = table
        examples = {h: ", ".join(filter(None, samples[n])) for n, h in enumerate(headings)}
        choices = [("", _text("– not in the file –"))]
        choices += [(h, f"{h} ({examples[h][:60]})" if examples[h] else h) for h in headings if h]
        for name, column in table.columns.items():
            field = forms.ChoiceField(
                label=name, choices=choices, required=False, initial=chosen.get(name, "")
            )
            field.help_text = str(column.label).capitalize()
            if name in close and chosen.get(name) == close[name]:
                field.help_text += ". " + _text("Only resembles it: please look twice.")
            self.fields[f"column_{name}"] = field

    def columns(self) -> dict[str, str]:
        """The heading of each column that the file has."""
        return {
            name: heading
            for name in self.table.columns
            if (heading := self.cleaned_data[f"column_{name}"])
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        given: dict[str, str] = {}
        for name in self.table.columns:
            heading = cleaned.get(f"column_{name}")
            if not heading:
                continue
            if heading in given:
                message = _text("“%(heading)s” was given to “%(name)s” already: choose another.")
                params = {"heading": heading, "name": given[heading]}
                self.add_error(f"column_{name}", ValidationError(message, params=params))
            given[heading] = name
        for name in self.table.required(given.values()):
            if name not in given.values():
                message = _text("Rows are told apart by it: say which column holds it.")
                if name in self.table.parts:
                    message = _text("What is said of each of them needs this column.")
                self.add_error(f"column_{name}", message)
        return cleaned


class ConfirmForm(WordsForm):
    step = forms.CharField(widget=forms.HiddenInput, initial="confirm", required=False)
    sha256 = forms.CharField(widget=forms.HiddenInput)
    digest = forms.CharField(widget=forms.HiddenInput)
    then = forms.ChoiceField(label=_("Drafts"), choices=DraftDisposition.choices, widget=_radios())
    why = LinesField(
        label=_("Why (shown in the log)"),
        required=False,
        widget=AdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("One sentence for readers of the log, beside what is amended."),
    )

    def __init__(self, data: Any, *, upload: Upload, choices: Sequence[DraftDisposition]) -> None:
        stored = {"sha256": upload.sha256, "digest": upload.report.get("digest", "")}
        super().__init__(data, initial={**stored, "then": DraftDisposition.KEEP})
        self.offered = choices
        if data is None:
            offered = [(choice.value, choice.label) for choice in choices]
            self.fields["then"].choices = offered  # type: ignore[attr-defined]
        if not upload.report.get("counts", {}).get("amended"):
            self.fields["why"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned.pop("step", None)
        return cleaned
