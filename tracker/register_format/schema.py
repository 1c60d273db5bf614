"""What each file of a register holds: the fields, their order, and what they may say.

The format is described for people in `tracker/docs/register-format.md`, and a test keeps the two
together.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from tracker.models import (
    Assessment,
    Firmness,
    Instrument,
    LeftOutReason,
    Level,
    MeetingState,
    PartyKind,
    Significance,
    SourceKind,
    Stage,
)

FORMAT = "commitment-register/1"


class Type(StrEnum):
    TEXT = "text"
    SLUG = "slug"
    DATE = "date"
    DAY = "day"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    NAMES = "names"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record. `refers_to` names the noun whose key the value must be."""

    name: str
    type: Type = Type.TEXT
    required: bool = False
    choices: Collection[str] = ()
    default: object = None
    refers_to: str = ""
    record: Noun | None = None
    max_length: int | None = None

    @property
    def is_one_line(self) -> bool:
        """Whether it is a title, a name or the like: only texts of any length have lines."""
        return self.type is Type.TEXT and self.max_length is not None


@dataclass(frozen=True, slots=True)
class Noun:
    """One kind of record: its fields in the order in which they are written, the first its key."""

    name: str
    fields: tuple[Field, ...]
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})

    @property
    def key(self) -> str:
        return self.fields[0].name


def _text(name: str, length: int | None = None, *, required: bool = False) -> Field:
    return Field(name, required=required, max_length=length, default="")


def _slug(length: int) -> Field:
    return Field("slug", Type.SLUG, required=True, max_length=length)


def _choice(
    name: str, choices: Collection[str], *, required: bool = True, default: str = ""
) -> Field:
    return Field(name, Type.CHOICE, required=required, choices=choices, default=default)


LANGUAGE = Field("language", max_length=35, required=True)
LEVELS = [level.name.lower() for level in Level]

REGISTER = Noun("register", (_text("format", required=True),))
PARTY = Noun(
    "party",
    (
        _text("code", 12, required=True),
        _slug(80),
        _text("name", 120, required=True),
        _text("short_name", 60, required=True),
        _choice("kind", PartyKind.values),
    ),
)
TOPIC = Noun("topic", (_slug(80), _text("name", 120, required=True), _text("summary")))
FORUM = Noun(
    "forum",
    (
        _slug(80),
        _text("name", 160, required=True),
        _choice("level", LEVELS),
        Field("parties", Type.NAMES, required=True, refers_to="party"),
        Field("cadence_months", Type.NUMBER),
        _text("summary"),
    ),
)
PASSAGE = Noun(
    "passage",
    (
        _text("locator", 160, required=True),
        _text("quotation", 300),
        _text("subject", 300),
        _choice("reason", LeftOutReason.values),
    ),
)
SOURCE = Noun(
    "source",
    (
        _slug(120),
        _text("title", 300, required=True),
        _choice("kind", SourceKind.values),
        _text("publisher", 200, required=True),
        _text("identifier", 120),
        _text("url", 500),
        _text("archived_url", 500),
        LANGUAGE,
        Field("published", Type.DATE, required=True),
        Field("retrieved", Type.DAY),
        _text("summary"),
        Field("left_out", Type.RECORDS, record=PASSAGE, default=()),
    ),
)
NOTE = Noun(
    "note",
    (
        Field("key", Type.SLUG, required=True, max_length=120),
        _text("author", 160, required=True),
        Field("source", refers_to="source", default=""),
        LANGUAGE,
        _text("text", required=True),
    ),
)
MEETING = Noun(
    "meeting",
    (
        _slug(120),
        _text("title", 200, required=True),
        Field("forum", refers_to="forum", default=""),
        _choice("level", LEVELS),
        Field("parties", Type.NAMES, required=True, refers_to="party"),
        _choice("state", MeetingState.values),
        Field("date", Type.DATE, required=True),
        _text("place", 120),
        Field("fully_recorded", Type.FLAG, default=False),
        Field("sources", Type.NAMES, required=True, refers_to="source"),
        _text("summary"),
        Field("notes", Type.RECORDS, record=NOTE, default=()),
    ),
)
ALIAS = Noun(
    "alias",
    (
        _text("name", 200, required=True),
        LANGUAGE,
        _text("note", 300),
        # The number of the update that gave it this name, later than the first.
        Field("update", Type.NUMBER),
    ),
)
CITATION = Noun(
    "citation",
    (
        Field("source", required=True, refers_to="source"),
        _text("quotation"),
        _text("locator", 160),
        LANGUAGE,
    ),
)
UPDATE = Noun(
    "update",
    (
        Field("number", Type.NUMBER, required=True),
        Field("happened", Type.DATE, required=True),
        Field("meeting", refers_to="meeting", default=""),
        Field("party", refers_to="party", default=""),
        _choice("stage", Stage.values),
        _choice("assessment", Assessment.values, required=False, default=Assessment.NOT_ASSESSED),
        _choice("firmness", Firmness.values, required=False),
        Field("target", Type.DATE),
        _text("rationale", required=True),
        _choice("significance", Significance.values, required=False, default=Significance.MAJOR),
        Field("corrects", Type.NUMBER),
        _text("reason"),
        _text("retracted"),
        Field("citations", Type.RECORDS, required=True, record=CITATION),
    ),
)
COMMITMENT = Noun(
    "commitment",
    (
        _text("reference", 40, required=True),
        _slug(120),
        _text("title", 200, required=True),
        _text("summary", required=True),
        _choice("instrument", Instrument.values),
        Field("topics", Type.NAMES, refers_to="topic", default=()),
        Field("parties", Type.NAMES, required=True, refers_to="party"),
        Field("first_stated", refers_to="meeting", default=""),
        Field("series", refers_to="forum", default=""),
        Field("part_of", refers_to="commitment", default=""),
        Field("supersedes", refers_to="commitment", default=""),
        Field("related", Type.NAMES, refers_to="commitment", default=()),
        Field("checked", Type.DAY),
        _text("retracted"),
        Field("aliases", Type.RECORDS, record=ALIAS, default=()),
        Field("updates", Type.RECORDS, required=True, record=UPDATE),
        Field("notes", Type.RECORDS, record=NOTE, default=()),
    ),
)

# Where each noun is kept: one file with a list, or a folder with a file for each.
LISTS = {"parties.yaml": PARTY, "topics.yaml": TOPIC, "forums.yaml": FORUM, "sources.yaml": SOURCE}
FOLDERS = {"meetings": MEETING, "commitments": COMMITMENT}
