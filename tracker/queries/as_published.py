"""Loaded records with their relations as they were published at an earlier line of the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import ForeignKey, Model, Q, QuerySet

from tracker.lib.joined_keys import split_keys
from tracker.lib.partial_date_fields import EdgeDayField
from tracker.lib.prefetching import prefetched, prefetched_rows
from tracker.models import Commitment, FormerValue
from tracker.models.former_values import MANY, NOUNS, RELATIONS
from tracker.models.records import PublicRecord, public_q
from tracker.queries.former_values import decoded, last_lines, noun_of

_R = TypeVar("_R", bound=Model)
_Place = tuple[str, int]
_Found = dict[_Place, list[PublicRecord]]


def _model(noun: str) -> Any:
    return apps.get_model("tracker", noun)


def as_published(
    records: Iterable[_R],
    known: int | None,
    *,
    public: Callable[[str], QuerySet[Any]] | None = None,
) -> list[_R]:
    """Return the records, and the relations loaded with them, as published at change `known`.

    Read-only: the records must not be saved. The number of queries is constant; none where `known`
    is None. `public` returns the records of a model that may be shown as related.
    """
    listed = list(records)
    if known is not None and listed:
        _LookBack(known, public or (lambda noun: public_records(noun, known))).show(listed)
    return listed


def public_records(noun: str, known: int | None) -> QuerySet[Any]:
    """Return the records of a model that were public at change `known`."""
    return _model(noun)._default_manager.filter(public_q(known=known))  # type: ignore[no-any-return]


@dataclass(slots=True)
class _LookBack:
    """Set former values on loaded records, once on each."""

    known: int
    public: Callable[[str], QuerySet[Any]]
    _seen: set[int] = field(default_factory=set)

    def show(self, records: Iterable[Model]) -> None:
        by_place = _by_place(self._walk(records))
        former = self._reword(by_place)
        related = self._relate(by_place, former)
        # Records related only at that time get their former text, but no further relations.
        self._reword(_by_place(related))

    def _reword(self, by_place: _Found) -> dict[_Place, dict[str, str]]:
        self._undo_lines(by_place)
        former = self._former(by_place)
        for (noun, _key), values in former.items():
            words = {n: v for n, v in values.items() if n not in RELATIONS.get(noun, {})}
            for record in by_place[noun, _key]:
                _put(record, words)
        return former

    def _walk(self, records: Iterable[Model]) -> Iterator[Model]:
        """Yield these records and the relations loaded with them, each once."""
        waiting = list(records)
        while waiting:
            record = waiting.pop()
            if id(record) in self._seen:
                continue
            self._seen.add(id(record))
            yield record
            for each in record._meta.concrete_fields:
                if isinstance(each, ForeignKey) and each.is_cached(record):
                    waiting += filter(None, [getattr(record, each.name)])
            for rows in prefetched_rows(record).values():
                waiting += rows

    def _former(self, by_place: Iterable[_Place]) -> dict[_Place, dict[str, str]]:
        keys: dict[str, list[int]] = defaultdict(list)
        for noun, key in by_place:
            if noun in NOUNS:
                keys[noun].append(key)
        wanted = Q(pk__in=())
        for noun, some in sorted(keys.items()):
            wanted |= Q(noun=noun, record__in=some)
        if not keys:
            return {}
        rows = FormerValue.objects.filter(wanted, since__lte=self.known, until__gt=self.known)
        former: dict[_Place, dict[str, str]] = defaultdict(dict)
        for noun, key, name, value in rows.values_list("noun", "record", "field", "value"):
            former[noun, key][name] = value
        return former

    def _undo_lines(self, by_place: _Found) -> None:
        """Clear the loaded columns that hold the number of a line after `known`."""
        moved: list[Commitment] = []
        for records in by_place.values():
            for record in records:
                # Skip deferred columns: reading one would cost a query per record.
                loaded = record.__dict__
                for name in ("published_seq", "retracted_seq", "fully_recorded_seq"):
                    if (loaded.get(name) or 0) > self.known:
                        setattr(record, name, None)
                last = loaded.get("last_change_seq") or 0
                if isinstance(record, Commitment) and last > self.known:
                    moved.append(record)
        if not moved:
            return
        last = last_lines({record.pk for record in moved}, self.known)
        for record in moved:
            record.last_change_seq, record.last_changed_at = last.get(record.pk, (None, None))

    def _relate(self, by_place: _Found, former: dict[_Place, dict[str, str]]) -> list[Model]:
        """Replace the related records of today by those of change `known`."""
        wanted: dict[str, set[int]] = defaultdict(set)
        changed: list[tuple[_Place, str, str, list[int]]] = []
        for place, values in former.items():
            for name, target in RELATIONS.get(place[0], {}).items():
                if name in values:
                    keys = split_keys(values[name])
                    changed.append((place, name, target, keys))
                    wanted[target].update(keys)
        loaded: dict[str, dict[int, Model]] = {}
        for target, some in sorted(wanted.items()):
            related = self.public(target).filter(pk__in=some)
            loaded[target] = {record.pk: record for record in related}
        for place, name, target, keys in changed:
            there = [record for pk, record in loaded[target].items() if pk in set(keys)]
            for record in by_place[place]:
                if name not in MANY:
                    setattr(record, name, next(iter(there), None))
                elif name in prefetched_rows(record):
                    prefetched(record, name, there, model=_model(target))
        return [record for records in loaded.values() for record in records.values()]


def _by_place(records: Iterable[Model]) -> _Found:
    """Group public records by model and key; one row may have been loaded several times."""
    by_place: _Found = defaultdict(list)
    for record in records:
        if isinstance(record, PublicRecord):
            by_place[noun_of(record), record.pk].append(record)
    return by_place


def _put(record: Model, values: dict[str, str]) -> None:
    """Set fields from their stored text; edge days are derived from their date."""
    columns = {column.name: column for column in record._meta.concrete_fields}
    for name, value in values.items():
        # The log may name a column that no longer exists.
        column = columns.get(name)
        if column is not None and not isinstance(column, EdgeDayField):
            setattr(record, name, decoded(column, value))
