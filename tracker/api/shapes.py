"""Shapes of responses for OpenAPI; those of nouns are derived from `schema`.

DRF describes with serializers, but none of these renders a response. A test checks real responses
against the shapes, and allows nothing that they do not describe.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from tracker.lib.partial_dates import Precision
from tracker.models import ChangeKind, Significance
from tracker.schema.fields import LEVELS, Field, Noun, Type

# A field may share the name of a serializer attribute, because DRF removes fields from the class.
# mypy does not know this, hence some `ignore[assignment]`.
Shape = serializers.Serializer[Any]

PRECISIONS = [(precision.value, precision.value) for precision in Precision]


def text(description: Any, **options: Any) -> serializers.CharField:
    return serializers.CharField(help_text=description, **options)


def whole_number(description: Any, **options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(help_text=description, **options)


def day(description: Any) -> serializers.DateField:
    return serializers.DateField(allow_null=True, help_text=description)


def address(description: Any, **options: Any) -> serializers.URLField:
    return serializers.URLField(help_text=description, **options)


class PartialDate(Shape):
    """A date as precise as it is known."""

    date = text(_("ISO 8601: 2028, 2026-03 or 2026-02-25; null for words alone."), allow_null=True)
    words = text(_("How the source put it, where that matters; else empty."))
    precision = serializers.ChoiceField(PRECISIONS)


class Line(Shape):
    """A line of the log of changes."""

    seq = whole_number(_("Its number."), allow_null=True)
    recorded_at = serializers.DateTimeField(help_text=_("When it was written."), allow_null=True)


class Head(Shape):
    """The last line of the log at which the answer was made."""

    seq = whole_number(_("Its number; 0 while the log is empty."))
    hash = text(_("Its hash: 64 hexadecimal digits."))


class LogHead(Head):
    """The last line of the log."""

    recorded_at = serializers.DateTimeField(
        allow_null=True, help_text=_("When it was written; null while the log is empty.")
    )


# -- Nouns --------------------------------------------------------------------------------------


@cache
def shape(noun: Noun) -> type[Shape]:
    """Return the OpenAPI component that describes a noun."""
    fields = {field.name: _field(field) for field in noun.in_json}
    return type(noun.component, (serializers.Serializer,), {"__doc__": noun.meaning, **fields})


def _field(field: Field) -> Any:
    options: dict[str, Any] = {"help_text": field.meaning} if field.meaning else {}
    if field.record is not None:
        return shape(field.record)(many=field.type is Type.RECORDS, **options)
    if field.type in _LISTS:
        child = serializers.ChoiceField(field.choices.choices) if field.choices else _TEXT()
        return serializers.ListField(child=child, **options)
    if field.is_nullable:
        options["allow_null"] = True
    if field.type is Type.LEVEL:
        return serializers.ChoiceField(LEVELS, **options)
    if field.choices is not None:
        return serializers.ChoiceField(field.choices.choices, **options)
    return _KINDS.get(field.type, _TEXT)(**options)


_TEXT = serializers.CharField
_LISTS = (Type.KEYS, Type.CHOICES)
_KINDS: dict[Type, type[serializers.Field[Any, Any, Any, Any]]] = {
    Type.YES_NO: serializers.BooleanField,
    Type.NUMBER: serializers.IntegerField,
    Type.DAY: serializers.DateField,
    Type.DATE: PartialDate,
    Type.LINE: Line,
    Type.ADDRESS: serializers.URLField,
}


# -- The log, the entry point, pages of lists, and errors ---------------------------------------


class Change(Shape):
    """A line of the log of changes, as it is hashed, with its hash and its permanent id."""

    id = text(_("Permanent, made of the hash: a UUID as a URN."))
    seq = whole_number(_("Its number, from 1 and without gaps."))
    recorded_at = serializers.DateTimeField(help_text=_("When it was written, in UTC."))
    kind = serializers.ChoiceField(ChangeKind.choices)
    significance = serializers.ChoiceField(Significance.choices)
    is_backfill = serializers.BooleanField(
        help_text=_("Recorded long after it happened; nobody is notified.")
    )
    payload = serializers.DictField(
        help_text=_("What was published, in the shapes of this API, by noun.")
    )
    previous_hash = text(_("The hash of the line before; 64 zeros for the first."))
    hash = text(_("Its own: SHA-256 over its canonical form, as 64 hexadecimal digits."))


class Changes(Shape):
    """Lines of the log from a cursor on, in the order of their numbers."""

    head = LogHead()
    after = whole_number(_("The cursor that was given."))
    next_after = whole_number(
        _("The cursor to go on with: no line up to it needs to be asked for again.")
    )
    more = serializers.BooleanField(help_text=_("Whether there are more lines already."))
    results = Change(many=True)


class Fault(Shape):
    """What is wrong with one parameter."""

    parameter = text(_("Its name."))
    detail = text(_("A sentence that says what to do."))


class Problem(Shape):
    """An error: Problem Details for HTTP APIs (RFC 9457)."""

    type = address(_("Where this kind of error is explained."))
    title = text(_("What kind of error it is."))
    status = whole_number(_("The status code."))
    detail = text(_("What went wrong, and what to do."))
    errors = Fault(many=True, required=False, help_text=_("One for each parameter (400)."))  # type: ignore[assignment]
    reference = text(_("Reference of what was retracted (410)."), required=False)
    reason = text(_("Why it was retracted (410)."), required=False)
    change = Line(required=False)
    head = LogHead(required=False)
    available = serializers.ListField(
        child=serializers.CharField(), required=False, help_text=_("What there is (406).")
    )


class Links(Shape):
    """Where everything is; those with braces are URI templates (RFC 6570)."""

    commitments = address(_("The commitments."))
    commitment = text(_("One of them."))
    updates = address(_("Their updates."))
    meetings = address(_("The meetings."))
    meeting = text(_("One of them."))
    sources = address(_("The sources."))
    source = text(_("One of them."))  # type: ignore[assignment]
    parties = address(_("The parties."))
    topics = address(_("The topics."))
    forums = address(_("The forums."))
    changes = text(_("The log of changes, from a line on."))
    change = text(_("One line of it."))
    schema = address(_("This description, for programs."))
    docs = address(_("This description, for people."))
    verify = address(_("How to check the chain of hashes."))


class Root(Shape):
    """What there is, and where the log stands."""

    register = text(_("The name of the register."))
    version = text(_("The version of the API."))
    day = serializers.DateField(help_text=_("The day by which flags are computed."))
    log_head = LogHead()
    links = Links()


def listing(shape: type[Shape], *, is_filtered: bool) -> type[Shape]:
    """Return the shape of one page of a list: its numbers and its records."""
    fields: dict[str, Any] = {
        "__doc__": f"One page of a list of {shape.__name__}.",
        "day": serializers.DateField(help_text=_("The day of the answer.")),
        "as_of": day(_("The parameter, where it was given.")),
        "known_at": day(_("The parameter, where it was given.")),
    }
    if is_filtered:
        fields["filter"] = serializers.DictField(
            child=serializers.ListField(child=serializers.CharField()),
            help_text=_("The parameters that narrow the list, with their values."),
        )
    fields |= {
        "log_head": Head(),
        "count": whole_number(_("How many there are on all pages.")),
        "page": whole_number(_("The number of this page, from 1.")),
        "pages": whole_number(_("The number of the last page.")),
        "per_page": whole_number(_("How many a page holds at most.")),
        "previous": address(_("The page before this one."), allow_null=True),
        "next": address(_("The page after this one."), allow_null=True),
        "results": shape(many=True),
    }
    return type(f"{shape.__name__}Page", (serializers.Serializer,), fields)
