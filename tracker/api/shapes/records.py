"""Meetings, sources, and what the filters name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from tracker.api.shapes.commitments import CommitmentName, Note, Update
from tracker.api.shapes.ground import (
    LEVELS,
    PAGE,
    PartialDate,
    Shape,
    address,
    day,
    text,
    texts,
    whole_number,
)
from tracker.models import LeftOutReason, MeetingState, PartyKind, SourceKind


class Meeting(Shape):
    """A meeting, of a forum or standing alone."""

    slug = text(_("The last part of its address."))
    title = text(_("What it is called."))
    forum = text(_("Slug of its forum."), allow_null=True)
    level = serializers.ChoiceField(LEVELS)
    parties = texts(_("Codes of those who met."))
    state = serializers.ChoiceField(MeetingState.choices)
    date = PartialDate(allow_null=True)
    place = text(_("Where; may be empty."))
    summary = text(_("About it; may be empty."))
    sources = texts(_("Slugs of the sources that speak of it."))
    is_fully_recorded = serializers.BooleanField(
        help_text=_("Whether everything was read, so that its silence says something.")
    )
    url = address(PAGE)


class MeetingInFull(Meeting):
    """A meeting with what it did."""

    previous = text(_("Slug of the meeting of its forum before it."), allow_null=True)
    next = text(_("Slug of the meeting of its forum after it."), allow_null=True)
    updates = Update(many=True, help_text=_("What it did, in the order in which it is told."))
    passed_over = CommitmentName(
        many=True,
        help_text=_("Open commitments on which it was silent; only if it is fully recorded."),
    )
    notes = Note(many=True)


class Source(Shape):
    """A document that something rests on."""

    slug = text(_("The last part of its address."))
    title = text(_("Its title."))
    kind = serializers.ChoiceField(SourceKind.choices)
    publisher = text(_("Who published it."))
    identifier = text(_("The publisher’s own number for it; may be empty."))
    # Not `address`: a source without one has an empty text here.
    url = text(_("Where it was published; may be empty."))
    archived_url = text(_("Where a copy is kept; may be empty."))
    language = text(_("Its language, as a BCP 47 tag."))
    published_on = PartialDate(allow_null=True)
    retrieved_on = day(_("When we read it."))
    summary = text(_("About it; may be empty."))
    text_sha256 = text(_("SHA-256 of the full text, where we hold it; else empty."))
    page = address(PAGE)


class Cited(Shape):
    """One place of a source on which an update rests."""

    update = text(_("Id of the update."))  # type: ignore[assignment]
    commitment = CommitmentName()
    quotation = text(_("The few words that fix the wording; may be empty."))
    locator = text(_("Where they stand; may be empty."))
    language = text(_("Their language, as a BCP 47 tag."))


class LeftOut(Shape):
    """A passage that we read and left out: it is no commitment."""

    locator = text(_("Where it stands."))
    quotation = text(_("A few words of it; may be empty."))
    subject = text(_("What it is about, in our words; may be empty."))
    reason = serializers.ChoiceField(LeftOutReason.choices)


class SourceInFull(Source):
    """A source with all that rests on it, and what was left out."""

    left_out = LeftOut(many=True, help_text=_("What we read and left out, and why."))
    citations = Cited(many=True, help_text=_("In the order of its text."))
    meetings = texts(_("Slugs of the meetings that it speaks of."))
    notes = Note(many=True)


class Party(Shape):
    """A state or an organisation."""

    code = text(_("ISO 3166-1 alpha-3 for a state; its own short code for an organisation."))
    slug = text(_("The last part of its address; what the filter `party` takes."))
    name = text(_("Its name."))
    short_name = text(_("A shorter one, for tables."))
    kind = serializers.ChoiceField(PartyKind.choices)
    url = address(PAGE)


class Topic(Shape):
    """What commitments are about."""

    slug = text(_("The last part of its address; what the filter `topic` takes."))
    name = text(_("Its name."))
    summary = text(_("About it; may be empty."))
    url = address(PAGE)


class Forum(Shape):
    """A standing series of meetings between the same parties at one level."""

    slug = text(_("The last part of its address; what the filter `forum` takes."))
    name = text(_("Its name."))
    level = serializers.ChoiceField(LEVELS)
    parties = texts(_("Codes of those who meet."))
    cadence_months = whole_number(_("Months between meetings."), allow_null=True)
    summary = text(_("About it; may be empty."))
    url = address(PAGE)
