"""Commitments, updates and notes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from tracker.api.shapes.ground import (
    PAGE,
    Line,
    PartialDate,
    Shape,
    address,
    day,
    text,
    texts,
    whole_number,
)
from tracker.models import Assessment, Firmness, Instrument, Stage
from tracker.schema.vocabulary import Flag, Movement


class Alias(Shape):
    """Another name of a commitment."""

    name = text(_("The name."))
    language = text(_("Its language, as a BCP 47 tag."))
    note = text(_("About the name; may be empty."))


class CommitmentName(Shape):
    """Enough to name and link a commitment."""

    reference = text(_("Permanent reference, such as CAN-KOR-2025-004."))
    slug = text(_("The last part of its address."))
    title = text(_("What was promised, in a few words."))


class Commitment(CommitmentName):
    """A commitment and where it stands."""

    summary = text(_("What was promised, in plain words."))
    instrument = serializers.ChoiceField(Instrument.choices)
    topics = texts(_("Slugs of its topics."))
    parties = texts(_("Codes of those who promised."))
    first_stated_at = text(_("Slug of the meeting at which it was first stated."), allow_null=True)
    series = text(_("Slug of the forum that it promises to hold again."), allow_null=True)
    part_of = text(_("Reference of the commitment that it is part of."), allow_null=True)
    supersedes = text(_("Reference of the commitment whose place it took."), allow_null=True)
    related = texts(_("References of related commitments."))
    aliases = Alias(many=True)
    last_checked_on = day(
        _("When somebody last looked for news of it; null where nobody recorded a day.")
    )
    stage = serializers.ChoiceField(Stage.choices)
    assessment = serializers.ChoiceField(Assessment.choices)
    firmness = serializers.ChoiceField(Firmness.choices, allow_null=True)
    target = PartialDate(allow_null=True)
    target_last_day = day(_("Last day that the target covers; overdue from the next."))
    flags = serializers.ListField(child=serializers.ChoiceField(Flag.choices))
    no_information = serializers.BooleanField(
        help_text=_("The target has passed and no source since says anything. Not a failure.")
    )
    last_update_day = day(_("Last day of the newest update’s date."))
    last_change = Line()
    url = address(PAGE)


class Citation(Shape):
    """Where a source says so."""

    source = text(_("Slug of the source."))  # type: ignore[assignment]
    source_title = text(_("Its title."))
    publisher = text(_("Who published it."))
    published_on = PartialDate(allow_null=True)
    url = text(_("Where it was published; may be empty."))
    quotation = text(_("The few words that fix the wording; may be empty."))
    locator = text(_("Where they stand; may be empty."))
    language = text(_("Their language, as a BCP 47 tag."))


class PlainUpdate(Shape):
    """What a meeting or event did to a commitment, with its evidence."""

    id = text(_("Permanent: the commitment’s reference and the number."))
    number = whole_number(_("Its number within the commitment."))
    happened = PartialDate(allow_null=True)
    meeting = text(_("Slug of the meeting; null for an event outside meetings."), allow_null=True)
    party = text(_("Code of the one party whose own step it is; else null."), allow_null=True)
    stage = serializers.ChoiceField(Stage.choices)
    assessment = serializers.ChoiceField(Assessment.choices)
    firmness = serializers.ChoiceField(Firmness.choices, allow_null=True)
    target = PartialDate(allow_null=True)
    rationale = text(_("Why it is recorded so."))
    corrects = whole_number(_("Number of the update that it replaces."), allow_null=True)
    reason = text(_("What was wrong with the one that it replaces; else empty."))
    citations = Citation(many=True)


class Update(PlainUpdate):
    """An update that counts, compared with the one before it."""

    commitment = CommitmentName()
    happened_last_day = day(_("Last day of the date on which it happened."))
    target_last_day = day(_("Last day that the target covers."))
    movement = serializers.ListField(child=serializers.ChoiceField(Movement.choices))
    change = Line()
    url = address(PAGE)


class Revision(Shape):
    """Why an update no longer counts."""

    change = whole_number(_("Number of the line of the log that says so."))
    replaced_by = whole_number(
        _("Number of the update in its place; null when it was retracted."), allow_null=True
    )
    reason = text(_("What was wrong with it."))


class RevisedUpdate(PlainUpdate):
    """An update that was corrected or retracted."""

    revision = Revision()


class Note(Shape):
    """An analyst’s remark: commentary, never evidence."""

    key = text(_("Its permanent key."))
    author = text(_("Who says so."))
    source = text(_("Slug of the source in which it was published."), allow_null=True)  # type: ignore[assignment]
    language = text(_("Its language, as a BCP 47 tag."))
    meeting = text(_("Slug of the meeting that it is about."), allow_null=True)
    commitment = text(_("Reference of the commitment that it is about."), allow_null=True)
    text = text(_("CommonMark."))


class CommitmentInFull(Commitment):
    """A commitment with its history."""

    parts = texts(_("References of the commitments that are part of it."))
    superseded_by = texts(_("References of the commitments that took its place."))
    updates = Update(
        many=True,
        help_text=_("Only those that count; what was corrected or retracted stands in `revised`."),
    )
    revised = RevisedUpdate(many=True)
    notes = Note(many=True)
