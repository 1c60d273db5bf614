"""Payloads of updates, built from rows of values instead of model objects.

One query reads the updates of some commitments, and one their citations. A test compares it with
the payloads of model objects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import QuerySet

from tracker.lib.iso_sql import IsoInstant, StoredText
from tracker.lib.partial_dates import PartialDate
from tracker.models import Commitment, StatusUpdate
from tracker.queries.former_values import restore
from tracker.queries.history import steps
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_citations, public_updates
from tracker.schema.bulk import as_json, columns_of, expression, rows_of
from tracker.schema.commitments import COMMITMENT_NAME
from tracker.schema.fields import Type
from tracker.schema.payloads import Fields, Payload, as_payloads, line, stored_date
from tracker.schema.records import UPDATE_RECORD
from tracker.schema.updates import CITATION, UPDATE

Values = tuple[Any, ...]

_NAMES = [field.name for field in COMMITMENT_NAME.in_json]
# The columns of a citation that its source fills, by the field of the source.
_OF_SOURCE = {
    "slug": "source",
    **{f.source.removeprefix("source__"): f.name for f in CITATION.in_json if "__" in f.source},
}


def named(commitments: QuerySet[Commitment]) -> QuerySet[Commitment, Values]:
    """Return the columns of commitments that `update_values` needs."""
    return commitments.values_list("pk", *_NAMES)


def update_values(commitments: Sequence[Values], viewpoint: Viewpoint) -> Fields:
    """Return the effective updates of `named` commitments, in their order, then chronologically.

    Rows share objects, so the result must not be modified.
    """
    names, known = _names(commitments, viewpoint.known), viewpoint.known
    histories: dict[int, list[Values]] = defaultdict(list)
    for row in _rows([*names], viewpoint):
        histories[row[0]].append(row)
    rows = [row for key in names for row in histories[key]]
    if not rows:
        return {}
    evidence = _evidence([*names], viewpoint)
    read = columns_of(_COLUMNS, rows)
    of_meeting, of_party = {"slug": "meeting"}, {"code": "party"}
    restore(read, known, noun="meeting", keys=read["meeting_id"], columns=of_meeting)
    restore(read, known, noun="party", keys=read["party_id"], columns=of_party)
    of = [names[key] for key in read["commitment"]]
    made: Fields = {
        "commitment": of,
        "id": [
            f"{name['reference']}/{number}" for name, number in zip(of, read["number"], strict=True)
        ],
        "citations": [evidence.get(key, []) for key in read["pk"]],
        "happened_last_day": [stored_date(date)[1] for date in read["happened"]],
        "target_last_day": [stored_date(date)[1] for date in read["target"]],
        "movement": [moved for key in names for moved in _movements(histories[key])],
        "change": [*map(line, read["seq"], read["recorded_at"])],
    }
    return {
        field.name: made[field.name] if field.name in made else as_json(field, read[field.name])
        for field in UPDATE_RECORD.in_json
        if field.type is not Type.ADDRESS  # added by the caller, which knows the request
    }


def _names(commitments: Sequence[Values], known: int | None) -> dict[int, Payload]:
    """Return what names each of the commitments, by key."""
    keys, *columns = map(list, zip(*commitments, strict=True))
    read = dict(zip(_NAMES, columns, strict=True))
    restore(read, known, noun="commitment", keys=keys, columns={name: name for name in _NAMES})
    return dict(zip(keys, as_payloads(read), strict=True))


# The columns read of each update; `_Compared` depends on the order of those after the first.
_COLUMNS: dict[str, Any] = {
    "commitment": "commitment_id",
    **{name: name for name in ("stage", "assessment", "firmness")},
    "target": StoredText("target"),
    **{name: name for name in ("party_id", "corrects_id", "gives_name")},
    **{f.name: expression(f) for f in UPDATE.in_json if f.name not in {"id", "citations"}},
    "meeting_id": "meeting_id",
    "pk": "pk",
    "seq": "published_seq",
    "recorded_at": IsoInstant("published_at"),
}


def _rows(commitments: list[int], viewpoint: Viewpoint) -> Iterable[Values]:
    effective = public_updates(viewpoint).filter(commitment__in=commitments)
    return rows_of(effective.chronological(), _COLUMNS)


@dataclass(slots=True)
class _Compared:
    """The fields of an update that `steps` compares."""

    stage: str
    assessment: str
    firmness: str
    target: PartialDate | None
    party_id: int | None
    corrects_id: int | None
    gives_name: bool


def _date(stored: str) -> PartialDate | None:
    return PartialDate.from_stored(stored) if stored else None


def _movements(history: list[Values]) -> Iterator[list[str]]:
    """Yield the movements of each update, compared with the one before it."""
    compared = [_Compared(*(*row[1:4], _date(row[4]), *row[5:8])) for row in history]
    for step in steps(cast(list[StatusUpdate], compared)):
        yield [movement.value for movement in step.movements]


def _evidence(commitments: list[int], viewpoint: Viewpoint) -> dict[int, list[Payload]]:
    """Return the citations of all updates of these commitments, by the key of the update."""
    of_these = public_citations(viewpoint).filter(update__commitment__in=commitments)
    cited = of_these.order_by("pk")
    columns = {
        "update": "update_id",
        "source_id": "source_id",
        **{f.name: expression(f) for f in CITATION.in_json},
    }
    rows = list(rows_of(cited, columns))
    if not rows:
        return {}
    read = columns_of(columns, rows)
    keys = read["source_id"]
    restore(read, viewpoint.known, noun="source", keys=keys, columns=_OF_SOURCE)
    citations = as_payloads({f.name: as_json(f, read[f.name]) for f in CITATION.in_json})
    by_update: dict[int, list[Payload]] = defaultdict(list)
    for update, citation in zip(read["update"], citations, strict=True):
        by_update[update].append(citation)
    return by_update
