"""The files that staff export and import, noun by noun: their columns, by django-import-export.

What is exported is what is imported. Rows are written by `actions.import_rows` alone, never by a
resource itself, so that nothing becomes public past the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from import_export.resources import ModelResource

from tracker.models import Alias, Citation, Commitment, Meeting, Source, StatusUpdate
from tracker.spreadsheets.cells import Cell, text_cell
from tracker.spreadsheets.columns import (
    Column,
    DateWords,
    Day,
    Key,
    Keys,
    LevelChoice,
    Number,
    Parts,
    Value,
    date,
    words,
)
from tracker.spreadsheets.dates import AmbiguousDateError

Values = dict[str, Value]


class RegisterResource(ModelResource):
    """What the four have in common."""

    noun: ClassVar[str]
    # The columns by which a row names its record.
    key: ClassVar[tuple[str, ...]]
    # Columns that tell of the same rows of another table; the first has a value for each of them.
    parts: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        # In the order of the file, which is that of Meta.
        self.columns: dict[str, Column] = {name: self.fields[name] for name in self._meta.fields}
        methods = {name: getattr(self, f"dehydrate_{name}", None) for name in self.columns}
        self._derived = {name: method for name, method in methods.items() if method}

    @property
    def labels(self) -> dict[str, Any]:
        return {name: column.label for name, column in self.columns.items()}

    def rows(self) -> QuerySet[Any]:
        """The records with all that their columns tell, in the order of a file."""
        raise NotImplementedError

    def cells(self, record: Any) -> list[str]:
        """A record as a row of a file."""
        derived = self._derived
        return [
            derived[name](record)
            if name in derived
            else column.widget.render(column.get_value(record))
            for name, column in self.columns.items()
        ]

    def plain_cells(self, record: Any) -> dict[str, Cell]:
        """The same by column, as it would be read from a file."""
        return dict(zip(self.columns, map(text_cell, self.cells(record)), strict=True))

    def read(
        self, row: Mapping[str, Cell], *, order: str = ""
    ) -> tuple[Values, dict[str, str], dict[str, str]]:
        """The values of a row, by column; what is wrong; and the dates that are two days."""
        values: Values = {}
        wrong, asked = {}, {}
        for name in row:
            try:
                values[name] = self.columns[name].clean(row, order=order)
            except AmbiguousDateError as error:
                asked[name] = str(error)
            except ValueError as error:
                wrong[name] = str(error)
        if self.parts and self.parts[0] in values and not wrong:
            wrong = self._paired(values)
        return values, wrong, asked

    def _paired(self, values: Values) -> dict[str, str]:
        """Fill the columns of parts up to the first's length, and refuse what is longer."""
        first, *others = (name for name in self.parts if name in values)
        count = len(_many(values[first]))
        for name in others:
            told = _many(values[name])
            if len(told) > count:
                sentence = _(
                    "It holds %(found)d values and “%(first)s” %(count)d. Write a backslash "
                    "before a semicolon that does not separate two of them."
                )
                return {name: sentence % {"found": len(told), "first": first, "count": count}}
            full = [*told, *[""] * (count - len(told))]
            values[name] = tuple(part or str(self.columns[name].empty) for part in full)
        return {}

    def empty(self) -> Values:
        """A record before its row says anything: with the defaults of the model."""
        return {
            name: ()
            if isinstance(column.widget, Keys | Parts)
            else getattr(column.widget, "default", "") or column.empty
            for name, column in self.columns.items()
        }

    def merged(self, before: Values, values: Values) -> Values:
        """What a record says once a row is written; what the file leaves out stays as it was."""
        merged = before | values
        if not self.parts or self.parts[0] not in values:
            return merged
        first, *others = self.parts
        for name in others:
            if name not in values:
                was = dict(zip(_many(before[first]), _many(before[name]), strict=True))
                empty = str(self.columns[name].empty)
                merged[name] = tuple(was.get(key, empty) for key in _many(merged[first]))
        return merged

    def told(self, record: Any) -> Values:
        """What a file would say of the record, read back: so what was exported differs nowhere."""
        row = self.plain_cells(record)
        values, wrong, _asked = self.read(row)
        return values | {name: str(row[name]) for name in wrong}

    def import_data(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError("Rows are written by actions.import_rows.")


def _many(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


class SourceResource(RegisterResource):
    noun = "sources"
    key = ("slug",)
    slug = words(Source, "slug")
    title = words(Source, "title")
    kind = words(Source, "kind")
    publisher = words(Source, "publisher")
    identifier = words(Source, "identifier")
    url = words(Source, "url")
    archived_url = words(Source, "archived_url")
    language = words(Source, "language")
    published_on = date(Source, "published_on")
    published_on_words = Column(_("published, in words"), DateWords(), attribute="published_on")
    retrieved_on = Column(_("retrieved"), Day(), attribute="retrieved_on")
    summary = words(Source, "summary")
    text = words(Source, "text")

    class Meta:
        model = Source
        fields = (
            *("slug", "title", "kind", "publisher", "identifier", "url", "archived_url"),
            *("language", "published_on", "published_on_words", "retrieved_on", "summary", "text"),
        )

    def rows(self) -> QuerySet[Any]:
        return Source.objects.order_by("slug")


class MeetingResource(RegisterResource):
    noun = "meetings"
    key = ("slug",)
    slug = words(Meeting, "slug")
    title = words(Meeting, "title")
    forum = Column(_("forum"), Key(), attribute="forum__slug", field="forum", names="forum")
    level = Column(
        _("level"), LevelChoice(Meeting._meta.get_field("level")), attribute="level", needed=True
    )
    parties = Column(_("parties"), Keys("code"), attribute="parties", names="party")
    state = words(Meeting, "state")
    date = date(Meeting, "date")
    date_words = Column(_("date, in words"), DateWords(), attribute="date")
    place = words(Meeting, "place")
    summary = words(Meeting, "summary")
    sources = Column(_("sources"), Keys("slug"), attribute="sources", names="source")

    class Meta:
        model = Meeting
        fields = (
            *("slug", "title", "forum", "level", "parties", "state", "date", "date_words"),
            *("place", "summary", "sources"),
        )

    def rows(self) -> QuerySet[Any]:
        found = Meeting.objects.select_related("forum").prefetch_related("parties", "sources")
        return found.order_by("slug")


class CommitmentResource(RegisterResource):
    noun = "commitments"
    key = ("reference",)
    parts = ("aliases", "alias_languages", "alias_notes")
    reference = words(Commitment, "reference")
    title = words(Commitment, "title")
    slug = words(Commitment, "slug", is_made=True)
    summary = words(Commitment, "summary")
    instrument = words(Commitment, "instrument")
    topics = Column(_("topics"), Keys("slug"), attribute="topics", names="topic")
    parties = Column(_("parties"), Keys("code"), attribute="parties", names="party")
    first_stated_at = Column(
        _("first stated at"),
        Key(),
        attribute="first_stated_at__slug",
        field="first_stated_at",
        names="meeting",
    )
    series = Column(
        _("series to be held"), Key(), attribute="series__slug", field="series", names="forum"
    )
    part_of = Column(
        _("part of"), Key(), attribute="part_of__reference", field="part_of", names="commitment"
    )
    supersedes = Column(
        _("supersedes"),
        Key(),
        attribute="supersedes__reference",
        field="supersedes",
        names="commitment",
    )
    related = Column(
        _("related"), Keys("reference"), attribute="related", names="commitment", empty=()
    )
    aliases = Column(_("other names"), Parts(Alias, "name"), attribute="given_names")
    alias_languages = Column(
        _("languages of the other names"),
        Parts(Alias, "language"),
        attribute="given_names",
        empty="en",
    )
    alias_notes = Column(
        _("notes on the other names"), Parts(Alias, "note"), attribute="given_names", empty=""
    )
    last_checked_on = Column(_("last checked"), Day(), attribute="last_checked_on")

    class Meta:
        model = Commitment
        fields = (
            *("reference", "title", "slug", "summary", "instrument", "topics", "parties"),
            *("first_stated_at", "series", "part_of", "supersedes", "related"),
            *("aliases", "alias_languages", "alias_notes", "last_checked_on"),
        )

    def rows(self) -> QuerySet[Any]:
        kept = Alias.objects.filter(retracted_seq=None).order_by("pk")
        found = Commitment.objects.select_related(
            "first_stated_at", "series", "part_of", "supersedes"
        )
        return found.prefetch_related(
            "topics", "parties", "related", Prefetch("aliases", kept, to_attr="given_names")
        ).order_by("reference")


class UpdateResource(RegisterResource):
    noun = "updates"
    key = ("commitment", "number", "draft", "happened", "meeting", "party", "corrects")
    parts = ("sources", "quotations", "locators", "quotation_languages")
    commitment = Column(
        _("commitment"),
        Key(),
        attribute="commitment__reference",
        field="commitment",
        names="commitment",
        needed=True,
    )
    number = Column(_("number"), Number(), attribute="number", empty=None)
    draft = Column(_("draft"), Number(digits=18), attribute="draft", empty=None)
    happened = date(StatusUpdate, "happened")
    happened_words = Column(_("happened, in words"), DateWords(), attribute="happened")
    meeting = Column(
        _("meeting"), Key(), attribute="meeting__slug", field="meeting", names="meeting"
    )
    party = Column(
        _("one party’s own step"), Key(), attribute="party__code", field="party", names="party"
    )
    stage = words(StatusUpdate, "stage")
    assessment = words(StatusUpdate, "assessment")
    firmness = words(StatusUpdate, "firmness")
    target = date(StatusUpdate, "target")
    target_words = Column(_("target, in words"), DateWords(), attribute="target")
    rationale = words(StatusUpdate, "rationale")
    significance = words(StatusUpdate, "significance")
    corrects = Column(
        _("corrects"), Number(), attribute="corrects__number", field="corrects", empty=None
    )
    reason = words(StatusUpdate, "reason")
    sources = Column(
        _("sources"), Parts(Citation, "source__slug"), attribute="cited", names="source", empty=()
    )
    quotations = Column(_("quotations"), Parts(Citation, "quotation"), attribute="cited")
    locators = Column(_("where in the sources"), Parts(Citation, "locator"), attribute="cited")
    quotation_languages = Column(
        _("languages of the quotations"), Parts(Citation, "language"), attribute="cited", empty="en"
    )

    class Meta:
        model = StatusUpdate
        fields = (
            *("commitment", "number", "draft", "happened", "happened_words", "meeting", "party"),
            *("stage", "assessment", "firmness", "target", "target_words", "rationale"),
            *("significance", "corrects", "reason"),
            *("sources", "quotations", "locators", "quotation_languages"),
        )

    def rows(self) -> QuerySet[Any]:
        cited = Citation.objects.select_related("source").order_by("pk")
        found = StatusUpdate.objects.select_related("commitment", "meeting", "party", "corrects")
        return found.prefetch_related(Prefetch("citations", cited, to_attr="cited")).order_by(
            "commitment__reference", "number", "pk"
        )

    def dehydrate_draft(self, record: StatusUpdate) -> str:
        """A published update has a number, a draft only its key."""
        return str(record.pk) if record.number is None and record.pk else ""


RESOURCES: Mapping[str, type[RegisterResource]] = {
    resource.noun: resource
    for resource in (CommitmentResource, MeetingResource, SourceResource, UpdateResource)
}
