"""What the API and the public files say of each noun: more than its line in the log says.

With what is computed for a day, with the address of its page, and in full with all that belongs
to it.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tracker.schema.commitments import COMMITMENT, COMMITMENT_NAME, POSITION, TOPIC
from tracker.schema.fields import JSON, Column, Field, Noun, Type, Words
from tracker.schema.meetings import FORUM, MEETING
from tracker.schema.notes import NOTE
from tracker.schema.parties import PARTY
from tracker.schema.sources import PASSAGE, SOURCE
from tracker.schema.updates import CITATION, REVISION, UPDATE
from tracker.schema.vocabulary import Flag, Movement

_PAGE = _("Address of its page for people.")
_URL = Field("url", Type.ADDRESS, _PAGE)
_TARGET_LAST_DAY = Column(
    _("Last day of the target"),
    _("Last day that the target covers: 2026-12-31 for “2026”. Overdue from the next."),
)


def _page(description: Words) -> Field:
    column = Column(_("Page"), description, is_required=True, width=44)
    return Field("url", Type.ADDRESS, _PAGE, columns=column)


def _line(name: str, title: Words, description: Words, *, time: Words, time_name: str) -> Field:
    """Return the field of a line of the log, with columns for its number and its time."""
    written = Column(
        time,
        _("When that line was written."),
        name=time_name,
        part="recorded_at",
        is_required=True,
        width=22,
    )
    number = Column(title, description, part="seq", is_required=True)
    return Field(name, Type.LINE, columns=(number, written))


PARTY_RECORD = PARTY.plus(_URL)
TOPIC_RECORD = TOPIC.plus(_URL)
FORUM_RECORD = FORUM.plus(_URL)
MEETING_RECORD = MEETING.plus(_URL)
# `url` is where the document itself was published.
SOURCE_RECORD = SOURCE.plus(Field("page", Type.ADDRESS, _PAGE))

COMMITMENT_RECORD = Noun(
    "commitment",
    "A commitment and where it stands.",
    (
        *COMMITMENT.fields,
        *POSITION.fields,
        Field(
            "target_last_day",
            Type.DAY,
            _("Last day that the target covers; overdue from the next."),
            columns=_TARGET_LAST_DAY,
        ),
        Field(
            "flags",
            Type.CHOICES,
            choices=Flag,
            columns=Column(
                _("Flags"),
                _(
                    "What a reader is warned of, computed for the day of the file or that of "
                    "“as_of”."
                ),
            ),
        ),
        Field(
            "no_information",
            Type.YES_NO,
            _("The target has passed and no source since says anything. Not a failure."),
            columns=Column(
                _("No information"),
                _(
                    "Whether the target has passed and no source since says anything. Not a "
                    "failure."
                ),
                is_required=True,
            ),
        ),
        Field(
            "last_update_day",
            Type.DAY,
            _("Last day of the newest update’s date."),
            columns=Column(
                _("Last update"),
                _("The day up to which something is known: of the newest update, its last."),
            ),
        ),
        _line(
            "last_change",
            _("Last change"),
            _("Number of the last line about it in the log of changes."),
            time=_("Changed in the register"),
            time_name="last_changed_at",
        ),
        _page(_("Address of its page, with its whole history.")),
    ),
    columns_after={
        "parties": "instrument",
        "first_stated_at": "topics",
        "stage": "instrument",
        "last_update_day": "aliases",
        "last_change": "last_checked_on",
    },
)

UPDATE_RECORD = Noun(
    "update",
    "An update that counts, compared with the one before it.",
    (
        Field(
            "commitment",
            Type.RECORD,
            record=COMMITMENT_NAME,
            columns=(
                Column(
                    _("Commitment"),
                    _("Permanent reference of the commitment, such as CAN-KOR-2025-004."),
                    part="reference",
                    is_required=True,
                    width=20,
                ),
                Column(
                    _("Title of the commitment"),
                    _("What was promised, in a few words of ours."),
                    name="commitment_title",
                    part="title",
                    is_required=True,
                    width=52,
                ),
            ),
        ),
        *UPDATE.fields,
        Field(
            "happened_last_day",
            Type.DAY,
            _("Last day of the date on which it happened."),
            columns=Column(
                _("Last day of that"),
                _("Last day that the date of the event covers."),
                is_required=True,
            ),
        ),
        Field(
            "target_last_day",
            Type.DAY,
            _("Last day that the target covers."),
            columns=_TARGET_LAST_DAY,
        ),
        Field(
            "movement",
            Type.CHOICES,
            choices=Movement,
            columns=Column(
                _("Movement"),
                _("What it did, compared with the update before it that counts."),
                is_required=True,
            ),
        ),
        _line(
            "change",
            _("Change"),
            _("Number of the line of the log with which it was published."),
            time=_("Recorded"),
            time_name="recorded_at",
        ),
        _page(_("Address of the update on its commitment’s page.")),
    ),
    columns_after={
        "happened_last_day": "happened_words",
        "target_last_day": "target_words",
        "change": "locators",
    },
)

COMMITMENT_IN_FULL = Noun(
    "commitment_in_full",
    "A commitment with its history.",
    (
        *COMMITMENT_RECORD.fields,
        Field("parts", Type.KEYS, _("References of the commitments that are part of it.")),
        Field("superseded_by", Type.KEYS, _("References of the commitments that took its place.")),
        Field(
            "updates",
            Type.RECORDS,
            _("Only those that count; what was corrected or retracted stands in `revised`."),
            record=UPDATE_RECORD,
            on=JSON,
        ),
        Field(
            "revised",
            Type.RECORDS,
            record=Noun(
                "revised_update",
                "An update that was corrected or retracted.",
                (*UPDATE.fields, Field("revision", Type.RECORD, record=REVISION)),
            ),
        ),
        Field("notes", Type.RECORDS, record=NOTE, on=JSON),
    ),
)

_COUNT = _("How many there are; an answer holds at most 500 of them.")
_NEXT_PAGE = _("The value of “page” that gives the following ones; null for the last.")

MEETING_IN_FULL = Noun(
    "meeting_in_full",
    "A meeting with what it did.",
    (
        *MEETING_RECORD.fields,
        Field("previous", Type.KEY, _("Slug of the meeting of its forum before it.")),
        Field("next", Type.KEY, _("Slug of the meeting of its forum after it.")),
        Field(
            "updates",
            Type.RECORDS,
            _("What it did, in the order in which its page shows it."),
            record=UPDATE_RECORD,
        ),
        Field("update_count", Type.NUMBER, _COUNT, is_needed=True),
        Field("next_page", Type.NUMBER, _NEXT_PAGE),
        Field(
            "passed_over",
            Type.RECORDS,
            _("Open commitments on which it was silent; only if it is fully recorded."),
            record=COMMITMENT_NAME,
        ),
        Field("notes", Type.RECORDS, record=NOTE, on=JSON),
    ),
)

CITED = Noun(
    "cited",
    "One place of a source on which an update rests.",
    (
        Field("update", Type.TEXT, _("Id of the update."), path="update__permanent_id"),
        Field("commitment", Type.RECORD, path="update__commitment", record=COMMITMENT_NAME),
        *(field for field in CITATION.fields if field.name in {"quotation", "locator", "language"}),
    ),
)

SOURCE_IN_FULL = Noun(
    "source_in_full",
    "A source with all that rests on it, and what was left out.",
    (
        *SOURCE_RECORD.fields,
        Field(
            "left_out",
            Type.RECORDS,
            _("What we read and left out, and why."),
            record=PASSAGE,
            on=JSON,
        ),
        Field("citations", Type.RECORDS, _("In the order of its text."), record=CITED),
        Field("citation_count", Type.NUMBER, _COUNT, is_needed=True),
        Field("next_page", Type.NUMBER, _NEXT_PAGE),
        Field("meetings", Type.KEYS, _("Slugs of the meetings that it speaks of.")),
        Field("notes", Type.RECORDS, record=NOTE),
    ),
)
