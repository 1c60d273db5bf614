"""The differences between two versions of a draft (`submissions`), field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.models import REVIEWED, Commitment, StatusUpdate
from tracker.queries.drafts.submissions import Content
from tracker.schema.payloads import Payload

_MODELS: dict[str, type[Model]] = {name: model for model, name in REVIEWED.items()}
_NOTHING = "–"
# Labels of payload fields that are no model fields.
_LABELS = {
    "citations": gettext_lazy("Citations"),
    "names": gettext_lazy("Other names"),
    "aliases": gettext_lazy("Other names"),
    "text_sha256": gettext_lazy("Full text (SHA-256)"),
}


@dataclass(frozen=True, slots=True)
class SaidDifference:
    """One field whose value differs from when the draft was submitted or shown."""

    label: str
    before: str
    after: str


def differences(before: Content, after: Content) -> list[SaidDifference]:
    """Return the fields in which two versions differ, in the order of the later one."""
    return [
        difference
        for key in dict.fromkeys((*after, *before))
        for difference in _of_record(key, before.get(key), after.get(key))
    ]


def _of_record(key: str, before: Payload | None, after: Payload | None) -> Iterator[SaidDifference]:
    model = _MODELS[key.partition(":")[0]]
    if before is None or after is None:
        names = [_name(one) if one is not None else _NOTHING for one in (before, after)]
        yield SaidDifference(_noun(model), *names)
        return
    # Commitments and updates are always the draft itself, never a record that it uses.
    is_beside = model not in {StatusUpdate, Commitment}
    for field in dict.fromkeys((*after, *before)):
        old, new = before.get(field), after.get(field)
        if old != new:
            label = _label(model, field)
            if is_beside:
                label = f"{_noun(model)} “{_name(after)}”: {label}"
            yield SaidDifference(label, in_words(model, field, old), in_words(model, field, new))


def _noun(model: type[Model]) -> str:
    return capfirst(str(model._meta.verbose_name))


def _name(payload: Payload) -> str:
    """Return the name of a record from its payload."""
    names = ("title", "name", "reference", "commitment", "key")
    return next((str(payload[name]) for name in names if payload.get(name)), _NOTHING)


def _label(model: type[Model], field: str) -> str:
    if field in _LABELS:
        return str(_LABELS[field])
    try:
        return capfirst(str(model._meta.get_field(field).verbose_name))  # type: ignore[union-attr]
    except (FieldDoesNotExist, AttributeError):
        return capfirst(field.replace("_", " "))


def in_words(model: type[Model], field: str, value: Any) -> str:
    """Render the value of a payload field for people."""
    if value is None or value in ("", []):
        return _NOTHING
    if isinstance(value, Mapping):
        return _of_mapping(value)
    if isinstance(value, list):
        several = [in_words(model, field, one) for one in value]
        return ("\n" if any(isinstance(one, Mapping) for one in value) else ", ").join(several)
    try:
        choices: Any = dict(model._meta.get_field(field).flatchoices)  # type: ignore[union-attr]
    except (FieldDoesNotExist, AttributeError):
        choices = {}
    return str(choices.get(value, value))


def _of_mapping(value: Mapping[str, Any]) -> str:
    if "precision" in value:
        words = f"“{value['words']}”" if value["words"] else ""
        return " ".join(part for part in (value["date"], words) if part)
    if "quotation" in value:
        quoted = f"“{value['quotation']}”" if value["quotation"] else _("without a quotation")
        place = (quoted, value["source"], value["locator"], value["language"])
        return ", ".join(part for part in place if part)
    return " · ".join(str(one) for one in value.values() if one)
