"""The fields of updates: what a meeting or event did to a commitment, with the evidence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tracker.models import (
    Assessment,
    Citation,
    Firmness,
    Revision,
    Significance,
    Stage,
    StatusUpdate,
)
from tracker.schema.fields import FILE, JSON, SHEET, Column, Field, Noun, Sheet, Type

FIRMNESS_COLUMN = Column(
    _("Firmness"), _("How firmly the words bind; empty where nothing is said.")
)
TARGET_WORDS_COLUMN = Column(
    _("Target in words"),
    _("The target in the words of the source, where they matter."),
    name="target_words",
    part="words",
    width=28,
)

CITATION = Noun(
    "citation",
    "Where a source says so.",
    (
        Field(
            "source",
            Type.KEY,
            _("Slug of the source."),
            noun="source",
            is_needed=True,
            columns=Column(
                _("Sources"),
                _(
                    "Addresses of the sources that say so. The next columns follow their "
                    "order, with nothing between two separators where there is nothing to say."
                ),
                name="sources",
                is_required=True,
                width=36,
            ),
            sheet=Sheet("sources", _("sources")),
        ),
        Field(
            "source_title",
            Type.TEXT,
            _("Its title."),
            path="source__title",
            on=JSON,
            columns=Column(
                _("Titles of the sources"),
                _("What the sources are called."),
                name="source_titles",
                is_required=True,
                width=52,
            ),
        ),
        Field("publisher", Type.TEXT, _("Who published it."), path="source__publisher", on=JSON),
        Field(
            "published_on",
            Type.DATE,
            path="source__published_on",
            on=JSON,
            columns=Column(
                _("Sources published"),
                _("When the sources were published, as precise as is known."),
                name="source_dates",
            ),
        ),
        Field(
            "url",
            Type.TEXT,
            _("Where it was published; may be empty."),
            path="source__url",
            on=JSON,
            columns=Column(
                _("Sources on the web"),
                _("Where the sources were published."),
                name="source_urls",
                width=44,
            ),
        ),
        Field(
            "quotation",
            Type.TEXT,
            _("The few words that fix the wording; may be empty."),
            columns=Column(
                _("Quotations"),
                _("The few words of the sources that fix the wording."),
                name="quotations",
                width=52,
            ),
            sheet=Sheet("quotations", _("quotations")),
        ),
        Field(
            "locator",
            Type.TEXT,
            _("Where they stand; may be empty."),
            columns=Column(
                _("Where in the sources"), _("Where those words stand."), name="locators", width=28
            ),
            sheet=Sheet("locators", _("where in the sources")),
        ),
        Field(
            "language",
            Type.TEXT,
            _("Their language, as a BCP 47 tag."),
            is_needed=True,
            sheet=Sheet("quotation_languages", _("languages of the quotations")),
        ),
    ),
    model=Citation,
)

UPDATE = Noun(
    "update",
    "What a meeting or event did to a commitment, with its evidence.",
    (
        # Elsewhere an update is nested in its commitment.
        Field("commitment", Type.KEY, noun="commitment", is_needed=True, on=SHEET),
        Field(
            "id",
            Type.TEXT,
            _("Permanent: the commitment’s reference and the number."),
            path="permanent_id",
            on=JSON,
        ),
        Field(
            "number",
            Type.NUMBER,
            _("Its number within the commitment."),
            is_needed=True,
            columns=Column(
                _("Number"),
                _(
                    "Permanent number of the update within its commitment; a gap is one that "
                    "was corrected or retracted, or lies outside the filter."
                ),
                is_required=True,
                width=9,
            ),
        ),
        Field(
            "happened",
            Type.DATE,
            is_needed=True,
            columns=(
                Column(
                    _("Happened"),
                    _("When it happened, which is not when it was reported or recorded."),
                    is_required=True,
                ),
                Column(
                    _("Happened in words"),
                    _("The same in the words of the source, where they matter."),
                    name="happened_words",
                    part="words",
                    width=28,
                ),
            ),
        ),
        Field(
            "meeting",
            Type.KEY,
            _("Slug of the meeting; null for an event outside meetings."),
            noun="meeting",
            columns=Column(
                _("Meeting"),
                _("Address of the meeting that did it; empty for an event outside meetings."),
                width=36,
            ),
        ),
        Field(
            "party",
            Type.KEY,
            _("Code of the one party whose own step it is; else null."),
            noun="party",
            columns=Column(
                _("One party’s own step"),
                _("Code of the party whose own step it was; empty for a step of all."),
            ),
        ),
        Field(
            "stage",
            Type.CHOICE,
            choices=Stage,
            is_needed=True,
            columns=Column(
                _("Stage"), _("The stage that it reached: a fact, with evidence."), is_required=True
            ),
        ),
        Field(
            "assessment",
            Type.CHOICE,
            choices=Assessment,
            default=Assessment.NOT_ASSESSED,
            columns=Column(
                _("Assessment"),
                _("How it was going then: a judgement, with a rationale."),
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
                    _("The target as restated then; empty where this update gives none."),
                ),
                TARGET_WORDS_COLUMN,
            ),
        ),
        Field(
            "rationale",
            Type.TEXT,
            _("Why it is recorded so."),
            is_needed=True,
            columns=Column(_("Rationale"), width=52),
        ),
        Field(
            "significance",
            Type.CHOICE,
            choices=Significance,
            default=Significance.MAJOR,
            on=FILE | SHEET,
        ),
        Field(
            "corrects",
            Type.NUMBER,
            _("Number of the update that it replaces."),
            path="corrects__number",
            columns=Column(
                _("Corrects"), _("Number of the update that this one replaces."), width=9
            ),
        ),
        Field(
            "reason",
            Type.TEXT,
            _("What was wrong with the one that it replaces; else empty."),
            columns=Column(
                _("Reason of the correction"),
                _("What was wrong with the one that it replaces."),
                width=28,
            ),
        ),
        Field("retracted", Type.TEXT, path="retracted_because", on=FILE),
        Field("citations", Type.RECORDS, record=CITATION, is_needed=True),
    ),
    model=StatusUpdate,
)

REVISION = Noun(
    "revision",
    "Why an update no longer counts.",
    (
        Field(
            "change",
            Type.NUMBER,
            _("Number of the line of the log that says so."),
            path="seq",
            is_needed=True,
        ),
        Field(
            "replaced_by",
            Type.NUMBER,
            _("Number of the update in its place; null when it was retracted."),
            path="replacement__number",
        ),
        Field("reason", Type.TEXT, _("What was wrong with it.")),
    ),
    model=Revision,
)
