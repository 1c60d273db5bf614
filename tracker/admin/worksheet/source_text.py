"""The statement beside the rows: storing its text, and marking the parts that are quoted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from tracker.actions.amend import amend
from tracker.actions.review.edits import remember_before
from tracker.actions.review.states import note_edit
from tracker.admin.editing.fields import LinesField, WordsForm
from tracker.lib.quotations import Place, QuotableText
from tracker.models import Change, Source

# A long treaty has about one million characters.
MAX_BYTES = 4_000_000


class SourceTextForm(WordsForm):
    """The text of a document, pasted or uploaded."""

    text = LinesField(
        label=_("Text of the source"),
        required=False,
        rows=10,
        help_text=_("Paste it whole: quotations are checked against it. It is not made public."),
    )
    file = forms.FileField(
        label=_("or a text file"),
        required=False,
        help_text=_("Plain text in UTF-8."),
    )

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size > MAX_BYTES:
            raise ValidationError(_text("The file is too long: at most 4 million characters."))
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError(
                _text("It is not plain text in UTF-8: save it as such, or paste the text.")
            ) from error
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if cleaned.get("text", "").strip() and cleaned.get("file", "").strip():
            raise ValidationError(_text("Paste the text or choose a file, not both."))
        cleaned["text"] = (cleaned.get("text") or cleaned.get("file") or "").strip()
        if not cleaned["text"]:
            raise ValidationError(_text("Paste the text, or choose a file that holds it."))
        return cleaned


def take_in(source: Source, text: str, *, now: dt.datetime, by: AbstractBaseUser) -> Change | None:
    """Store the text of a source; by an amendment if it is public, since its SHA-256 is.

    Raise ValidationError when nothing would change.
    """
    if source.is_public:
        reason = _text("The text was taken in, for checking quotations.")
        return amend(
            source, values={"text": text}, reason=reason, significance="minor", now=now, by=by
        )
    with transaction.atomic():
        locked = Source.objects.select_for_update().get(pk=source.pk)
        remember_before(locked, now=now)
        locked.text = text
        locked.save()
        note_edit(locked, now=now, by=by)
    return None


# -- The text, split at quotations ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class ShownParagraph:
    number: int
    pieces: list[Piece]


def shown(text: QuotableText, places: Iterable[Place]) -> list[ShownParagraph]:
    """Return the paragraphs, each split into quoted and other pieces."""
    quoted = sorted(span for place in places for span in place.spans)
    return [
        ShownParagraph(
            paragraph.number,
            list(_pieces(paragraph.text, paragraph.start, quoted)),
        )
        for paragraph in text.paragraphs
    ]


def _pieces(text: str, start: int, quoted: list[tuple[int, int]]) -> Iterator[Piece]:
    at = 0
    for first, last in quoted:
        begin, end = max(first - start, at), min(last + 1 - start, len(text))
        if begin >= end:
            continue
        if begin > at:
            yield Piece(text[at:begin], is_quoted=False)
        yield Piece(text[begin:end], is_quoted=True)
        at = end
    if at < len(text):
        yield Piece(text[at:], is_quoted=False)
