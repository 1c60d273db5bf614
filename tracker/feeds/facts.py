"""Named facts of a log line beyond its title, read from its payload."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.feeds.words import spelled, spelled_date
from tracker.lib.labels import label_of
from tracker.models import Assessment, Change, ChangeKind, Firmness, MeetingState, Stage
from tracker.queries.flags import raised_flag
from tracker.schema.nouns import MODELS
from tracker.schema.payloads import Payload

_FIRST_PUBLISHED = {ChangeKind.COMMITMENT_PUBLISHED, ChangeKind.MEETING}
# Keys of a payload that are not fields of the model.
_COMPUTED = {
    "aliases": gettext_lazy("Other names"),
    "is_fully_recorded": gettext_lazy("All outcomes recorded"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    value: str


def facts_of(change: Change) -> list[Fact]:
    """Return the facts in display order; values are plain text."""
    payload = change.payload
    if change.kind == ChangeKind.FLAG:
        items = [*_position({}, payload.get("after") or {}), *_flag(payload)]
    elif payload.get("update") and change.kind != ChangeKind.EVIDENCE:
        items = list(_update(payload))
    elif payload.get("before"):
        items = list(_amendment(payload))
    elif change.kind == ChangeKind.MEETING:
        items = list(_meeting(payload["meeting"]))
    else:
        items = []
    return [fact for fact in items if fact.value]


def summary_of(change: Change) -> str:
    """Return the summary of a record that the line published, or the rule of a flag."""
    payload = change.payload
    if change.kind == ChangeKind.FLAG:
        flag = raised_flag(payload)
        return flag.rule if flag else ""
    if payload.get("before") or change.kind not in _FIRST_PUBLISHED:
        return ""
    described = payload.get("commitment") or payload.get("meeting") or {}
    return str(described.get("summary") or "")


def note_of(change: Change) -> str:
    """Return an analyst's note in CommonMark; empty for every other line."""
    return str(change.payload.get("note", {}).get("text") or "")


def _update(payload: Payload) -> Iterator[Fact]:
    update = payload["update"]
    yield Fact(_("Happened"), spelled_date(update.get("happened")))
    if update.get("party"):
        yield Fact(_("One party’s own step"), str(update["party"]))
    before = payload.get("before") or payload.get("replaces") or {}
    yield from _position(before, payload.get("after") or update)


def _position(before: Payload, after: Payload) -> Iterator[Fact]:
    yield Fact(_("Stage"), _moved(Stage, before.get("stage"), after.get("stage")))
    assessments = before.get("assessment"), after.get("assessment")
    if {*assessments} - {Assessment.NOT_ASSESSED, None}:
        yield Fact(_("Assessment"), _moved(Assessment, *assessments))
    yield Fact(_("Wording"), _moved(Firmness, before.get("firmness"), after.get("firmness")))
    old, new = (spelled_date(state.get("target")) for state in (before, after))
    yield Fact(_("Target"), f"{old} → {new}" if old and new and old != new else new)


def _moved(choices: type[TextChoices], old: str | None, new: str | None) -> str:
    new_label = label_of(choices, new)
    return f"{label_of(choices, old)} → {new_label}" if old and new and old != new else new_label


def _flag(payload: Payload) -> Iterator[Fact]:
    yield Fact(_("Since"), spelled_date({"date": payload.get("since")}))
    yield Fact(_("Counted from"), spelled_date({"date": payload.get("basis")}))


def _amendment(payload: Payload) -> Iterator[Fact]:
    noun = next((noun for noun in MODELS if noun in payload), "")
    after = payload.get(noun) or {}
    for name, old in payload["before"].items():
        values = [spelled(_labelled(noun, name, value)) for value in (old, after.get(name))]
        yield Fact(_field_label(noun, name), " → ".join(values))


def _field(noun: str, name: str) -> Any:
    """Return the model's field of that name, or None if the payload computes the value."""
    meta = MODELS[noun]._meta if noun else None
    fields = (*meta.fields, *meta.many_to_many) if meta else ()
    return next((field for field in fields if field.name == name), None)


def _field_label(noun: str, name: str) -> str:
    field = _field(noun, name)
    if field is not None:
        return capfirst(str(field.verbose_name))
    return str(_COMPUTED.get(name, name.replace("_", " ").capitalize()))


def _labelled(noun: str, name: str, value: object) -> object:
    """Return a choice by its label, and any other value unchanged."""
    choices = dict(getattr(_field(noun, name), "flatchoices", None) or ())
    return str(choices.get(value, value)) if isinstance(value, str) else value


def _meeting(meeting: Payload) -> Iterator[Fact]:
    yield Fact(_("Date"), spelled_date(meeting.get("date")))
    yield Fact(_("Place"), str(meeting.get("place") or ""))
    yield Fact(_("State"), label_of(MeetingState, meeting.get("state")))
