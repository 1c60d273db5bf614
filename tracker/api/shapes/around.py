"""Shapes of the log, the entry point, pages of lists, and errors."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from tracker.api.shapes.ground import Head, Line, LogHead, Shape, address, day, text, whole_number
from tracker.models import ChangeKind, Significance


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
