"""Write the rows of an import: create and change drafts, amend public records.

Publishing and sending for review live in `imports.publishing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Unpack

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.utils.translation import gettext as _

from tracker.actions.aliases import publish_aliases, retract_alias
from tracker.actions.amend import amend_if_changed
from tracker.actions.imports.commitments import AMONG_THEMSELVES
from tracker.actions.imports.plan import Plan
from tracker.actions.imports.publishing import DraftDisposition, Publisher, in_lots
from tracker.actions.log.append import ByStaff
from tracker.actions.review.approval import end_changed_reviews
from tracker.actions.review.edits import remember, remember_before
from tracker.actions.review.states import note_edit
from tracker.lib.row_writing import insert_each
from tracker.models import (
    REVIEWED,
    WAITING,
    Alias,
    Citation,
    Commitment,
    Review,
    StatusUpdate,
)
from tracker.spreadsheets.cells import SpreadsheetError
from tracker.spreadsheets.columns import many
from tracker.spreadsheets.report import Outcome, Staged

# The key of a draft, whether it is new, and the references in each of its columns.
_Link = tuple[int, bool, dict[str, tuple[str, ...]]]


class Writer:
    """Writes planned rows batch by batch, in the caller's transaction."""

    def __init__(
        self,
        plan: Plan,
        *,
        disposition: DraftDisposition,
        why: str,
        **stamp: Unpack[ByStaff],
    ) -> None:
        self.rows, self.report, self.table = plan.rows, plan.report, plan.table
        self.model: type[models.Model] = plan.table.model
        self.why, self.stamp = why, stamp
        self.publisher = Publisher(self.model, plan.report, disposition=disposition, **stamp)
        self.backfill = self.publisher.backfill
        self.links: list[_Link] = []

    def write(self, lot: Sequence[Staged]) -> None:
        """Create, change and amend the records of a batch of rows."""
        new = [row for row in lot if row.outcome is Outcome.NEW]
        self._build(new)
        self._create(new)
        self.publisher.publish_new(new, self._citations)
        for row in lot:
            if row.outcome not in {Outcome.CHANGED, Outcome.AMENDED}:
                continue
            write = self._change if row.outcome is Outcome.CHANGED else self._amend
            try:
                # A refused row must not stop the problems of others from being reported.
                with transaction.atomic():
                    write(row)
            except ValidationError as error:
                self.report.add_problem(row.number, "", " ".join(error.messages))
            except (IntegrityError, DataError) as error:
                text = _("The database refuses it: %(why)s")
                why = str(error).splitlines()[0]
                self.report.add_problem(row.number, "", text % {"why": why})
        self.publisher.remember(row.record for row in lot)

    def finish(self) -> None:
        """Link commitments that refer to each other, then send or publish the drafts."""
        for links in in_lots(self.links):
            self._link(links)
        self.publisher.finish()

    # -- New drafts -----------------------------------------------------------------------------

    def _build(self, rows: Iterable[Staged]) -> None:
        """Give new rows an unsaved record."""
        for row in rows:
            row.record = self.model()
            for name, value in self._fields(row, self.table.columns).items():
                if not self.model._meta.get_field(name).many_to_many:
                    setattr(row.record, name, value)
            # Sets derived fields, such as the hash of a text.
            row.record.clean()

    def _create(self, rows: list[Staged]) -> None:
        try:
            self._insert(rows)
        except (IntegrityError, DataError) as error:
            text = _("The database refuses one of the rows %(first)d to %(last)d: %(why)s")
            places = {"first": rows[0].number, "last": rows[-1].number}
            why = str(error).splitlines()[0]
            raise SpreadsheetError(text % {**places, "why": why}) from error

    def _insert(self, rows: list[Staged]) -> None:
        self.model._base_manager.bulk_create([row.record for row in rows])
        for relation in self.model._meta.many_to_many:
            if relation.name not in AMONG_THEMSELVES:
                self._relate(rows, relation)
        self._create_parts(rows)
        self._link_later(rows)
        edited = {"edited_by_id": self.stamp["by"].pk, "edited_at": self.stamp["now"]}
        name = REVIEWED[self.model]
        insert_each(Review, (Review(**{name: row.record}, **edited) for row in rows))

    def _fields(self, row: Staged, names: Iterable[str]) -> dict[str, Any]:
        """Return the fields to set on a draft, except its links to other commitments."""
        return self.rows.fields(row, [name for name in names if name not in AMONG_THEMSELVES])

    def _relate(self, rows: Iterable[Staged], relation: Any) -> None:
        through = relation.remote_field.through
        here, there = relation.m2m_field_name(), relation.m2m_reverse_field_name()
        insert_each(
            through,
            (
                through(**{f"{here}_id": row.record.pk, f"{there}_id": other.pk})
                for row in rows
                for other in self._fields(row, (relation.name,))[relation.name]
            ),
        )

    def _create_parts(self, rows: Iterable[Staged]) -> None:
        if self.model is Commitment:
            aliases = (
                Alias(commitment=row.record, name=name, language=language, note=note)
                for row in rows
                for name, language, note in self._parts(row)
            )
            insert_each(Alias, aliases)
        if self.model is StatusUpdate:
            insert_each(Citation, (one for row in rows for one in self._citations(row)))

    def _citations(self, row: Staged) -> list[Citation]:
        """Return the unsaved citations of an update."""
        sources: Any = self.rows.known["source"]
        return [
            Citation(
                update=row.record,
                source=sources[key],
                quotation=quotation,
                locator=locator,
                language=language,
            )
            for key, quotation, locator, language in self._parts(row)
        ]

    def _parts(self, row: Staged) -> list[tuple[str, ...]]:
        """Return what a row says of each of its aliases or citations."""
        return list(zip(*(many(row.values[name]) for name in self.table.parts), strict=True))

    def _link_later(self, rows: Iterable[Staged]) -> None:
        """Remember the commitments that a row refers to: they may be further down the file."""
        if self.model is not Commitment:
            return
        for row in rows:
            linked = {n: many(row.values[n]) for n in AMONG_THEMSELVES if n in row.changed}
            if linked:
                self.links.append((row.record.pk, row.outcome is Outcome.NEW, linked))

    # -- Drafts that were there -----------------------------------------------------------------

    def _change(self, row: Staged) -> None:
        remember_before(row.record, now=self.stamp["now"])
        for name, value in self._fields(row, row.changed).items():
            if self.model._meta.get_field(name).many_to_many:
                getattr(row.record, name).set(value)
            else:
                setattr(row.record, name, value)
        row.record.save()
        if any(name in row.changed for name in self.table.parts):
            if isinstance(row.record, Commitment):
                row.record.aliases.filter(retracted_seq=None).delete()
            else:
                row.record.citations.all().delete()
            self._create_parts([row])
        self._link_later([row])
        note_edit(row.record, **self.stamp)

    # -- What is public -------------------------------------------------------------------------

    def _amend(self, row: Staged) -> None:
        values = self.rows.fields(row, row.changed)
        if values:
            amend_if_changed(row.record, values=values, reason=self.why, **self.backfill)
        if isinstance(row.record, Commitment) and set(self.table.parts) & set(row.changed):
            self._amend_aliases(row, row.record)

    def _amend_aliases(self, row: Staged, commitment: Commitment) -> None:
        wanted = set(self._parts(row))
        for alias in commitment.aliases.filter(retracted_seq=None):
            key = (alias.name, alias.language, alias.note)
            if key in wanted:
                wanted.discard(key)
            elif alias.is_public:
                retract_alias(alias, **self.backfill)
            else:
                alias.delete()
        new = [
            Alias.objects.create(commitment=commitment, name=name, language=language, note=note)
            for name, language, note in sorted(wanted)
        ]
        if new:
            publish_aliases(commitment, new, **self.backfill)

    # -- Commitments that name one another ------------------------------------------------------

    def _link(self, links: Sequence[_Link]) -> None:
        named = {key for _pk, _new, linked in links for keys in linked.values() for key in keys}
        matches = Commitment.objects.filter(reference__in=named)
        keys = dict(matches.values_list("reference", "pk"))
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
            if not is_new:
                remember(Commitment.objects.get(pk=pk), **self.stamp)
        related._base_manager.bulk_create(
            (related(from_commitment_id=a, to_commitment_id=b) for a, b in sorted(pairs)),
            ignore_conflicts=True,
        )
        # A relation is part of the content of both commitments.
        beside = {pk for pk, _new, _linked in links} | set(keys.values())
        waiting = Review.objects.filter(commitment__in=beside, state__in=WAITING)
        end_changed_reviews(waiting.values_list("pk", flat=True), by=self.stamp["by"])
