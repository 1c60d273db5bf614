"""Writing what an imported file says: all of it or nothing, and a second time nothing.

New rows are drafts. A row about a draft changes it, like an edit by hand. A row about a public
record amends it, in the open; a published update is never altered. Whatever becomes public is
marked as back-fill, so subscribers are told nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, TypeVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.actions.amend import (
    amend_commitment,
    amend_meeting,
    amend_reference,
    publish_aliases,
    retract_alias,
)
from tracker.actions.correct import correct_update
from tracker.actions.import_plan import AMONG_THEMSELVES, LOT, Plan
from tracker.actions.log import open_log
from tracker.actions.publish import publish_commitment, publish_meeting, publish_update
from tracker.actions.review import close, note_edit, send_for_review
from tracker.models import (
    REVIEWED,
    Alias,
    Citation,
    Commitment,
    Meeting,
    Review,
    ReviewState,
    Source,
    StatusUpdate,
)
from tracker.spreadsheets.mapping import Reading
from tracker.spreadsheets.reading import Sheet, SpreadsheetError, read_sheet
from tracker.spreadsheets.report import Outcome, Report, Rights, Staged
from tracker.spreadsheets.spool import spooled
from tracker.spreadsheets.values import many

_T = TypeVar("_T")
_Link = tuple[int, bool, dict[str, tuple[str, ...]]]
_WAITING = (ReviewState.IN_REVIEW, ReviewState.SCHEDULED)


class Then(models.TextChoices):
    """What is done with the drafts that a file made or named."""

    KEEP = "keep", gettext_lazy("Keep them as drafts")
    REVIEW = "review", gettext_lazy("Send them for review")
    PUBLISH = "publish", gettext_lazy("Publish them as back-fill, of which nobody is notified")


_AMENDING: dict[type[models.Model], Callable[..., object]] = {
    Commitment: amend_commitment,
    Meeting: amend_meeting,
    Source: amend_reference,
}
# What has an act of publication of its own that needs nothing but the row.
PUBLISHED_ALONE = ("meetings", "updates")


class ImportRefusedError(ValueError):
    """Nothing was written, for what the report says."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(str(problem) for problem in report.problems))
        self.report = report


class RegisterMovedError(ValueError):
    """Nothing was written: the register says something else than when the file was checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A file of one noun, and how it is read.

    `tell_read` is called with the number of rows read, outside any transaction, so that it may
    write that down; `tell_written` with the number of rows planned or written.
    """

    noun: str
    ending: str
    reading: Reading
    rights: Rights = field(default_factory=Rights)
    tell_read: Callable[[int], object] = lambda rows: None
    tell_written: Callable[[int], object] = lambda rows: None


def choices(noun: str, rights: Rights) -> list[Then]:
    """What may be done with the drafts of a file; refused otherwise."""
    if noun == "sources":
        return [Then.KEEP]
    may_publish = rights.may_amend and not settings.REQUIRE_SECOND_PERSON
    if noun in PUBLISHED_ALONE and may_publish:
        return [Then.KEEP, Then.REVIEW, Then.PUBLISH]
    return [Then.KEEP, Then.REVIEW]


def refuse_choice(then: str, noun: str, rights: Rights) -> None:
    """Raise ValidationError where a choice is not among `choices`, with the reason."""
    if then in choices(noun, rights):
        return
    if noun == "sources":
        told = _("Sources are drafts until a record that rests on them is published.")
    elif noun == "commitments":
        told = _("A commitment becomes public with its first update: import the updates.")
    elif not rights.may_amend:
        told = _("Only an editor publishes. Send the drafts for review instead.")
    else:
        told = _(
            "Here a second person publishes what somebody has written. Send the drafts for "
            "review instead."
        )
    raise ValidationError(told)


def _plan(sheet: Sheet, task: Task, *, is_writing: bool) -> Plan:
    tell = task.tell_written if is_writing else task.tell_read
    return Plan(
        sheet,
        noun=task.noun,
        reading=task.reading,
        rights=task.rights,
        is_writing=is_writing,
        tell=tell,
    )


def _sheet(file: IO[bytes], task: Task) -> Sheet:
    return read_sheet(file, ending=task.ending, encoding=task.reading.encoding)


def check_file(file: IO[bytes], task: Task) -> Report:
    """What importing the file would do; nothing is written. Raises SpreadsheetError."""
    plan = _plan(_sheet(file, task), task, is_writing=False)
    for _lot in plan.lots():
        pass
    return plan.report


def import_file(
    file: IO[bytes],
    task: Task,
    *,
    then: str = Then.KEEP,
    why: str = "",
    digest: str = "",
    begin: Callable[[], object] = lambda: None,
    end: Callable[[Report], object] = lambda report: None,
    now: dt.datetime,
    by: AbstractBaseUser,
) -> Report:
    """Write a file, or nothing of it.

    `why` is told in the log for what is amended. `digest` is that of the report that a person
    has seen; raises RegisterMovedError when the register has moved on since. `begin` and `end` are
    called in the transaction that writes; the first may raise. Raises ImportRefusedError,
    SpreadsheetError and, for `then`, ValidationError.
    """
    refuse_choice(then, task.noun, task.rights)
    with (
        spooled(_sheet(file, task), tell=task.tell_read) as sheet,
        open_log(now=now, by=by, is_backfill=True),
    ):
        begin()
        plan = _plan(sheet, task, is_writing=True)
        writer = _Writer(plan, then=then, why=why, now=now, by=by)
        for lot in plan.lots():
            if plan.report.is_sound:
                writer.write(lot)
        if plan.report.is_sound:
            writer.finish()
        if not plan.report.is_sound:
            raise ImportRefusedError(plan.report)
        if digest and digest != plan.report.digest:
            raise RegisterMovedError
        end(plan.report)
        return plan.report


class _Writer:
    def __init__(
        self, plan: Plan, *, then: str, why: str, now: dt.datetime, by: AbstractBaseUser
    ) -> None:
        self.plan, self.resource = plan, plan.resource
        self.model: type[models.Model] = plan.resource._meta.model
        self.then, self.why, self.now, self.by = then, why, now, by
        self.drafts: list[int] = []
        self.links: list[_Link] = []

    def stamp(self) -> dict[str, Any]:
        return {"now": self.now, "by": self.by, "is_backfill": True}

    def write(self, lot: Sequence[Staged]) -> None:
        new = [row for row in lot if row.outcome is Outcome.NEW]
        self._create(new)
        for row in lot:
            try:
                if row.outcome is Outcome.CHANGED:
                    self._change(row)
                elif row.outcome is Outcome.AMENDED:
                    self._amend(row)
            except ValidationError as error:
                self.plan.report.blame(row.number, "", " ".join(error.messages))
        self.drafts += [row.record.pk for row in lot if row.record.published_seq is None]

    # -- New drafts -----------------------------------------------------------------------------

    def _create(self, rows: list[Staged]) -> None:
        relations: dict[str, list[tuple[Any, Iterable[Any]]]] = {}
        for row in rows:
            row.record = self.model()
            for name, value in self._fields(row, tuple(self.resource.columns)).items():
                if self.model._meta.get_field(name).many_to_many:
                    relations.setdefault(name, []).append((row.record, value))
                else:
                    setattr(row.record, name, value)
            # Makes what is derived, such as the hash of a text.
            row.record.clean()
        try:
            self.model._base_manager.bulk_create([row.record for row in rows])
        except IntegrityError as error:
            place = f"{rows[0].number}–{rows[-1].number}"
            told = _("The database refuses one of the rows %(rows)s: %(why)s")
            params = {"rows": place, "why": str(error).splitlines()[0]}
            raise SpreadsheetError(told % params, row=rows[0].number) from error
        for name, pairs in relations.items():
            self._relate(name, pairs)
        self._create_parts(rows)
        self._link_later(rows)
        waits = self.then == Then.REVIEW
        Review.objects.bulk_create(
            Review(
                **{REVIEWED[self.model]: row.record},
                edited_by_id=self.by.pk,
                edited_at=self.now,
                state=ReviewState.IN_REVIEW if waits else ReviewState.DRAFT,
                sent_by_id=self.by.pk if waits else None,
                sent_at=self.now if waits else None,
            )
            for row in rows
        )

    def _fields(self, row: Staged, names: Iterable[str]) -> dict[str, Any]:
        """The fields to set on a draft, without what links it to other rows of the file."""
        fields = self.plan.fields(row, tuple(n for n in names if n not in AMONG_THEMSELVES))
        if self.plan.updates:
            fields["corrects"] = self.plan.updates.corrected(row)
        return fields

    def _relate(self, name: str, pairs: list[tuple[Any, Iterable[Any]]]) -> None:
        relation: Any = self.model._meta.get_field(name)
        through: Any = relation.remote_field.through
        here, there = relation.m2m_field_name(), relation.m2m_reverse_field_name()
        through._base_manager.bulk_create(
            through(**{f"{here}_id": record.pk, f"{there}_id": other.pk})
            for record, others in pairs
            for other in others
        )

    def _create_parts(self, rows: Iterable[Staged]) -> None:
        if self.model is Commitment:
            Alias.objects.bulk_create(
                Alias(commitment=row.record, name=name, language=language, note=note)
                for row in rows
                for name, language, note in _aliases(row)
            )
        if self.model is StatusUpdate:
            sources = self.plan.known["source"]
            Citation.objects.bulk_create(
                Citation(
                    update=row.record,
                    source_id=sources[key].pk,
                    quotation=quotation,
                    locator=locator,
                    language=language,
                )
                for row in rows
                for key, quotation, locator, language in _citations(row)
            )

    def _link_later(self, rows: Iterable[Staged]) -> None:
        """Remember which other commitments a row names: they may stand further down."""
        if self.model is not Commitment:
            return
        for row in rows:
            linked = {n: many(row.values[n]) for n in AMONG_THEMSELVES if n in row.changed}
            if linked:
                self.links.append((row.record.pk, row.outcome is Outcome.NEW, linked))

    # -- Drafts that were there -----------------------------------------------------------------

    def _change(self, row: Staged) -> None:
        for name, value in self._fields(row, row.changed).items():
            if self.model._meta.get_field(name).many_to_many:
                getattr(row.record, name).set(value)
            else:
                setattr(row.record, name, value)
        row.record.save()
        if any(name in row.changed for name in self.resource.parts):
            if isinstance(row.record, Commitment):
                row.record.aliases.filter(retracted_seq=None).delete()
            else:
                row.record.citations.all().delete()
            self._create_parts([row])
        self._link_later([row])
        note_edit(row.record, now=self.now, by=self.by)

    # -- What is public -------------------------------------------------------------------------

    def _amend(self, row: Staged) -> None:
        values = self.plan.fields(row, row.changed)
        if values:
            try:
                _AMENDING[type(row.record)](
                    row.record, values=values, reason=self.why, **self.stamp()
                )
            except ValidationError as error:
                if getattr(error, "code", None) != "nothing":
                    raise
        if isinstance(row.record, Commitment) and set(self.resource.parts) & set(row.changed):
            self._amend_aliases(row, row.record)

    def _amend_aliases(self, row: Staged, commitment: Commitment) -> None:
        wanted = set(_aliases(row))
        kept = commitment.aliases.filter(retracted_seq=None)
        for alias in kept:
            told = (alias.name, alias.language, alias.note)
            if told in wanted:
                wanted.discard(told)
            elif alias.is_public:
                retract_alias(alias, **self.stamp())
            else:
                alias.delete()
        new = [
            Alias.objects.create(commitment=commitment, name=name, language=language, note=note)
            for name, language, note in sorted(wanted)
        ]
        if new:
            publish_aliases(commitment, new, **self.stamp())

    # -- At the end -----------------------------------------------------------------------------

    def finish(self) -> None:
        for links in _in_lots(self.links):
            self._link(links)
        match self.then:
            case Then.REVIEW:
                self._send()
            case Then.PUBLISH:
                self._publish()

    def _link(self, links: Sequence[_Link]) -> None:
        named = {key for _pk, _new, linked in links for keys in linked.values() for key in keys}
        found = Commitment.objects.filter(reference__in=named)
        keys = dict(found.values_list("reference", "pk"))
        related: Any = Commitment.related.through
        pairs = set()
        for pk, is_new, linked in links:
            single = {
                f"{name}_id": keys[names[0]] if names else None
                for name, names in linked.items()
                if name != "related"
            }
            if single:
                Commitment.objects.filter(pk=pk).update(**single)
            others = [keys[name] for name in linked.get("related", ())]
            if is_new:
                pairs |= {(pk, other) for other in others} | {(other, pk) for other in others}
            elif "related" in linked:
                Commitment.objects.get(pk=pk).related.set(others)
        related._base_manager.bulk_create(
            (related(from_commitment_id=a, to_commitment_id=b) for a, b in sorted(pairs)),
            ignore_conflicts=True,
        )

    def _send(self) -> None:
        """New drafts were made in review; the others are sent unless they wait already."""
        for keys in _in_lots(self.drafts):
            waiting = {f"{REVIEWED[self.model]}__in": keys, "state__in": _WAITING}
            there = set(
                Review.objects.filter(**waiting).values_list(REVIEWED[self.model], flat=True)
            )
            for record in self.model._base_manager.filter(pk__in=set(keys) - there):
                send_for_review(record, now=self.now, by=self.by)  # type: ignore[arg-type]

    def _publish(self) -> None:
        """Publish in the order of events, so that each update finds what came before it."""
        ordered: list[tuple[Any, int]] = []
        for keys in _in_lots(self.drafts):
            day = "first_day" if self.model is Meeting else "happened_first_day"
            found = self.model._base_manager.filter(pk__in=keys)
            ordered += found.values_list(day, "pk")
        for _day, pk in sorted(ordered):
            record: Any = self.model._base_manager.get(pk=pk)
            try:
                self._publish_one(record)
            except ValidationError as error:
                self.plan.report.blame(0, "", f"{record}: {' '.join(error.messages)}")

    def _publish_one(self, record: Meeting | StatusUpdate) -> None:
        if isinstance(record, Meeting):
            publish_meeting(record, **self.stamp())
        elif record.corrects_id is not None:
            correct_update(record, **self.stamp())
        elif record.commitment.is_published:
            publish_update(record, **self.stamp())
        else:
            publish_commitment(record.commitment, first_update=record, **self.stamp())
            close(record.commitment, now=self.now, by=self.by)
        close(record, now=self.now, by=self.by)


def _in_lots(items: list[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(items), LOT):
        yield items[start : start + LOT]


def _aliases(row: Staged) -> list[tuple[str, str, str]]:
    parts = ("aliases", "alias_languages", "alias_notes")
    return list(zip(*(many(row.values[name]) for name in parts), strict=True))


def _citations(row: Staged) -> list[tuple[str, str, str, str]]:
    parts = ("sources", "quotations", "locators", "quotation_languages")
    return list(zip(*(many(row.values[name]) for name in parts), strict=True))
