"""The fields of commitments: what was promised, and the present position."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tracker.models import Alias, Assessment, Commitment, Firmness, Instrument, Stage, Topic
from tracker.schema.fields import FILE, SHEET, Column, Field, Noun, Sheet, Type
from tracker.schema.notes import NOTE
from tracker.schema.updates import FIRMNESS_COLUMN, TARGET_WORDS_COLUMN, UPDATE

TOPIC = Noun(
    "topic",
    "What commitments are about.",
    (
        Field(
            "slug",
            Type.SLUG,
            _("The last part of its address; what the filter `topic` takes."),
            is_needed=True,
        ),
        Field("name", Type.TEXT, _("Its name."), is_needed=True),
        Field("summary", Type.TEXT, _("About it; may be empty.")),
    ),
    model=Topic,
)

ALIAS = Noun(
    "alias",
    "Another name of a commitment.",
    (
        Field(
            "name",
            Type.TEXT,
            _("The name."),
            is_needed=True,
            columns=Column(
                _("Also called"),
                _("Other names of the same commitment, in any language."),
                name="aliases",
                width=36,
            ),
            sheet=Sheet("aliases", _("other names")),
        ),
        Field(
            "language",
            Type.TEXT,
            _("Its language, as a BCP 47 tag."),
            is_needed=True,
            sheet=Sheet("alias_languages", _("languages of the other names")),
        ),
        Field(
            "note",
            Type.TEXT,
            _("About the name; may be empty."),
            sheet=Sheet("alias_notes", _("notes on the other names")),
        ),
        # The number of the later update that gave the commitment this name.
        Field("update", Type.NUMBER, path="update__number", on=FILE),
    ),
    model=Alias,
)

_NAME = (
    Field(
        "reference",
        Type.TEXT,
        _("Permanent reference, such as CAN-KOR-2025-004."),
        is_needed=True,
        columns=Column(
            _("Reference"),
            _("Permanent reference of the commitment, such as CAN-KOR-2025-004."),
            is_required=True,
            width=20,
        ),
    ),
    Field("slug", Type.SLUG, _("The last part of its address."), is_needed=True),
    Field(
        "title",
        Type.TEXT,
        _("What was promised, in a few words."),
        is_needed=True,
        columns=Column(
            _("Title"), _("What was promised, in a few words of ours."), is_required=True, width=52
        ),
    ),
)

COMMITMENT_NAME = Noun("commitment_name", "Enough to name and link a commitment.", _NAME)

COMMITMENT = Noun(
    "commitment",
    "What a commitment is, without where it stands.",
    (
        *_NAME,
        Field(
            "summary",
            Type.TEXT,
            _("What was promised, in plain words."),
            is_needed=True,
            columns=Column(_("Summary"), width=52),
        ),
        Field(
            "instrument",
            Type.CHOICE,
            choices=Instrument,
            is_needed=True,
            columns=Column(
                _("Instrument"), _("What kind of thing was promised."), is_required=True
            ),
        ),
        Field(
            "topics",
            Type.KEYS,
            _("Slugs of its topics."),
            noun="topic",
            if_public=True,
            columns=Column(
                _("Topics"),
                _("Addresses of its topics, as the filter “topic” takes them."),
                width=28,
            ),
        ),
        Field(
            "parties",
            Type.KEYS,
            _("Codes of those who promised."),
            noun="party",
            is_needed=True,
            columns=Column(
                _("Parties"), _("Codes of those who promised it; ISO 3166-1 alpha-3 for states.")
            ),
        ),
        Field(
            "first_stated_at",
            Type.KEY,
            _("Slug of the meeting at which it was first stated."),
            noun="meeting",
            file_name="first_stated",
            columns=Column(
                _("First stated at"),
                _("Address of the meeting at which it was first stated."),
                width=36,
            ),
        ),
        Field(
            "series",
            Type.KEY,
            _("Slug of the forum that it promises to hold again."),
            noun="forum",
            columns=Column(
                _("Series to be held"),
                _("Address of the forum that it promises to hold again and again."),
                width=36,
            ),
        ),
        Field(
            "part_of",
            Type.KEY,
            _("Reference of the commitment that it is part of."),
            noun="commitment",
            if_public=True,
            columns=Column(_("Part of"), width=20),
        ),
        Field(
            "supersedes",
            Type.KEY,
            _("Reference of the commitment whose place it took."),
            noun="commitment",
            if_public=True,
            columns=Column(
                _("Supersedes"),
                _("Reference of the commitment that it takes the place of."),
                width=20,
            ),
        ),
        Field(
            "related",
            Type.KEYS,
            _("References of related commitments."),
            noun="commitment",
            if_public=True,
            columns=Column(_("Related"), width=20),
        ),
        Field("aliases", Type.RECORDS, record=ALIAS, if_public=True),
        Field(
            "last_checked_on",
            Type.DAY,
            _("When somebody last looked for news of it; null where nobody recorded a day."),
            file_name="checked",
            columns=Column(
                _("Last checked"),
                _("The day on which we last looked for news; empty where it was not noted."),
            ),
        ),
        Field("retracted", Type.TEXT, path="retracted_because", on=FILE),
        Field("updates", Type.RECORDS, record=UPDATE, is_needed=True, on=FILE),
        Field("notes", Type.RECORDS, record=NOTE, if_public=True, on=FILE),
    ),
    model=Commitment,
    after={
        FILE: {"last_checked_on": "related", "updates": "aliases"},
        SHEET: {"title": "reference", "summary": "slug"},
    },
)

POSITION = Noun(
    "position",
    "Where a commitment stands.",
    (
        Field(
            "stage",
            Type.CHOICE,
            choices=Stage,
            is_needed=True,
            columns=Column(
                _("Stage"), _("How far it has come: a fact, with evidence."), is_required=True
            ),
        ),
        Field(
            "assessment",
            Type.CHOICE,
            choices=Assessment,
            is_needed=True,
            columns=Column(
                _("Assessment"),
                _("How it is going: a judgement, with a rationale."),
                is_required=True,
            ),
        ),
        Field("firmness", Type.CHOICE, choices=Firmness, columns=FIRMNESS_COLUMN),
        Field(
            "target",
            Type.DATE,
            columns=(
                Column(
                    _("Target"),
                    _("By when it is to be done, as last stated; empty where no date was given."),
                ),
                TARGET_WORDS_COLUMN,
            ),
        ),
    ),
)
