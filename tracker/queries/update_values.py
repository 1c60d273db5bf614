"""Updates in their public shape, made from the values of rows and not from model objects.

What `extracts` tells of the present and of past days, quickly: for some commitments one statement
reads their updates and one the evidence. A test compares it with the plain way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import QuerySet

from tracker import payload_shapes as shapes
from tracker.lib.partial_dates import PartialDate
from tracker.lib.told_in_sql import AsKept, ToldInstant
from tracker.models import Citation, Commitment, StatusUpdate
from tracker.payload_shapes import Fields, Payload
from tracker.queries.history import steps
from tracker.queries.moments import Moment
from tracker.queries.partial_date_told import told_date
from tracker.queries.visibility import public_updates

Values = tuple[Any, ...]


def update_record(
    commitment: Any,
    update: Payload,
    *,
    happened_last_day: Any,
    target_last_day: Any,
    movement: Any,
    change: Any,
) -> Payload:
    """An update with what it did, as files and the API tell of it. Of one, or of many: `Fields`."""
    return {
        "commitment": commitment,
        **update,
        "happened_last_day": happened_last_day,
        "target_last_day": target_last_day,
        "movement": movement,
        "change": change,
    }


def named(commitments: QuerySet[Commitment]) -> QuerySet[Commitment, Values]:
    """What `update_values` is to know of the commitments of which it tells."""
    return commitments.values_list("pk", "reference", "slug", "title")


def update_values(commitments: Sequence[Values], moment: Moment) -> Fields:
    """The updates that count of `named` commitments, in their order and then as things happened.

    What many rows share stands in them once: nothing in them is to be altered.
    """
    names = {
        key: shapes.commitment_name(reference, slug, title)
        for key, reference, slug, title in commitments
    }
    stories: dict[int, list[Values]] = defaultdict(list)
    for row in _rows([*names], moment):
        stories[row[0]].append(row)
    rows = [row for key in names for row in stories[key]]
    if not rows:
        return {}
    evidence = _evidence([*names])
    # fmt: off
    (
        of, _keys, numbers, happened, meetings, _party_keys, parties,
        stages, assessments, firmness, targets, rationales,
        _corrected, corrects, reasons, seqs, published_at, _names,
    ) = zip(*rows, strict=True)
    # fmt: on
    told = [names[key] for key in of]
    happened_told = [told_date(date) for date in happened]
    targets_told = [told_date(date) for date in targets]
    update = shapes.update(
        id=[
            shapes.update_id(name["reference"], number)
            for name, number in zip(told, numbers, strict=True)
        ],
        number=numbers,
        happened=[date for date, _last_day in happened_told],
        meeting=meetings,
        party=parties,
        stage=stages,
        assessment=assessments,
        firmness=[value or None for value in firmness],
        target=[date for date, _last_day in targets_told],
        rationale=rationales,
        corrects=corrects,
        reason=reasons,
        citations=[evidence.get(row[1], []) for row in rows],
    )
    return update_record(
        told,
        update,
        happened_last_day=[last_day for _date, last_day in happened_told],
        target_last_day=[last_day for _date, last_day in targets_told],
        movement=[moved for key in names for moved in _movements(stories[key])],
        change=[*map(shapes.recorded, seqs, published_at)],
    )


def _rows(commitments: list[int], moment: Moment) -> Iterable[Values]:
    counting = public_updates(as_of=moment.as_of).filter(commitment__in=commitments)
    told = counting.annotate(
        told_happened=AsKept("happened"),
        told_target=AsKept("target"),
        told_published=ToldInstant("published_at"),
    )
    return told.chronological().values_list(
        *("commitment_id", "pk", "number", "told_happened"),
        *("meeting__slug", "party_id", "party__code"),
        *("stage", "assessment", "firmness", "told_target", "rationale"),
        *("corrects_id", "corrects__number", "reason", "published_seq", "told_published"),
        "gives_name",
    )


@dataclass(slots=True)
class _Said:
    """What `steps` looks at of an update."""

    stage: str
    assessment: str
    firmness: str
    target: PartialDate | None
    party_id: int | None
    corrects_id: int | None
    gives_name: bool


def _date(kept: str) -> PartialDate | None:
    return PartialDate.from_stored(kept) if kept else None


def _movements(story: list[Values]) -> Iterator[list[str]]:
    """What each update of a commitment did, compared with the one before it."""
    said = [
        _Said(row[7], row[8], row[9], _date(row[10]), row[5], row[12], row[17]) for row in story
    ]
    for step in steps(cast(list[StatusUpdate], said)):
        yield [movement.value for movement in step.movements]


def _evidence(commitments: list[int]) -> dict[int, list[Payload]]:
    """The citations of all updates of these commitments, by the key of the update."""
    told: dict[int, list[Payload]] = defaultdict(list)
    cited = Citation.objects.filter(update__commitment__in=commitments).order_by("pk")
    for update, published_on, *rest in cited.annotate(
        told_published=AsKept("source__published_on")
    ).values_list(
        *("update_id", "told_published", "source__slug", "source__title", "source__publisher"),
        *("source__url", "quotation", "locator", "language"),
    ):
        slug, title, publisher, url, quotation, locator, language = rest
        told[update].append(
            shapes.citation(
                source=slug,
                source_title=title,
                publisher=publisher,
                published_on=told_date(published_on)[0],
                url=url,
                quotation=quotation,
                locator=locator,
                language=language,
            )
        )
    return told
