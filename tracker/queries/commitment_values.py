"""Commitments in their public shape, made from the values of rows and not from model objects.

What `extracts` tells of the present and of past days, quickly: one statement for the rows, and what
few values repeat in many rows is made once. A test compares it with the plain way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.expressions import Combinable

from tracker import payload_shapes as shapes
from tracker.lib.joined_keys import joined_keys, parted_keys
from tracker.lib.told_in_sql import AsKept, ToldDay, ToldInstant
from tracker.models import Commitment, Party, Position, Standing, Topic
from tracker.models.records import public_q
from tracker.payload_shapes import Fields, Payload
from tracker.queries.flags import QUERIES, as_bits
from tracker.queries.moments import Moment
from tracker.queries.partial_date_told import told_date
from tracker.queries.visibility import public_aliases, public_commitments

Values = tuple[Any, ...]

_NO_INFORMATION = 1 << len(QUERIES)
_NONE: list[Payload] = []


def commitment_record(
    described: Payload,
    position: Payload,
    *,
    target_last_day: Any,
    flags: Any,
    no_information: Any,
    last_update_day: Any,
    last_change: Any,
) -> Payload:
    """What a commitment is and where it stands, as files and the API tell of it.

    Of one, or of many at once: `Fields`.
    """
    return {
        **described,
        **position,
        "target_last_day": target_last_day,
        "flags": flags,
        "no_information": no_information,
        "last_update_day": last_update_day,
        "last_change": last_change,
    }


# -- What is read -------------------------------------------------------------------------------


def values_of(commitments: QuerySet[Commitment], moment: Moment) -> QuerySet[Commitment, Values]:
    """Commitments of `public_commitments` as the tuples of which `CommitmentValues` tells."""
    aliases = public_aliases(as_of=moment.as_of)
    return commitments.annotate(
        told_parent=_if_there("part_of", moment),
        told_predecessor=_if_there("supersedes", moment),
        told_topics=_keys(Commitment.topics, "topic"),
        told_parties=_keys(Commitment.parties, "party"),
        told_related=_keys(Commitment.related, "to_commitment", by="from_commitment"),
        told_aliases=joined_keys(aliases, by="commitment", of="pk"),
        told_checked=_checked(moment),
        told_target=AsKept(moment.column("target")),
        told_update=ToldDay(moment.column("last_update_day")),
        told_change=ToldInstant("last_changed_at"),
        told_truths=_truths(moment),
    ).values_list(
        *("pk", "reference", "slug", "title", "summary", "instrument"),
        *("told_topics", "told_parties", "first_stated_at__slug", "series__slug"),
        *("told_parent", "told_predecessor", "told_related", "told_aliases", "told_checked"),
        *(moment.column(name) for name in ("stage", "assessment", "firmness")),
        *("told_target", "told_truths", "told_update", "last_change_seq", "told_change"),
    )


def _if_there(name: str, moment: Moment) -> Case:
    """The reference of another commitment, where readers may see it and it had been stated."""
    there = public_q(of=f"{name}__")
    if moment.as_of is not None:
        # To walk the others first would read them for each of many rows.
        stated = Standing.objects.at(moment.as_of).filter(commitment=OuterRef(f"{name}_id"))
        there &= Q(Exists(stated.order_by()))
    return Case(When(there, then=F(f"{name}__reference")))


def _checked(moment: Moment) -> Any:
    if moment.as_of is None:
        return ToldDay("last_checked_on")
    by_then = Case(When(last_checked_on__lte=moment.as_of, then=F("last_checked_on")))
    return ToldDay(by_then)


def _keys(relation: Any, of: str, *, by: str = "commitment") -> Any:
    return joined_keys(relation.through._default_manager.all(), by=by, of=of)


def _truths(moment: Moment) -> Combinable:
    """Which flags hold, and whether nothing is known: a bit for each, by the rules as SQL."""
    flags = [query(moment) for query in QUERIES.values()]
    return as_bits([*flags, Position.no_information_q(moment.day, moment.at)])


# -- What is told -------------------------------------------------------------------------------


class CommitmentValues:
    """Tells of rows of `values_of`. Topics and parties are few, and are read once."""

    def __init__(self, moment: Moment) -> None:
        self.moment = moment
        self.topics = _names(dict(Topic.objects.public().values_list("pk", "slug")))
        self.parties = _names(dict(Party.objects.public().values_list("pk", "code")))

    def fields(self, rows: Sequence[Values]) -> Fields:
        """In their order; two statements at most, for other names and related commitments.

        What many rows share stands in them once: nothing in them is to be altered.
        """
        # fmt: off
        (
            keys, references, slugs, titles, summaries, instruments,
            topics, parties, first_stated_at, series,
            part_of, supersedes, related, aliases, checked,
            stages, assessments, firmness,
            targets, truths, updated, seqs, changed_at,
        ) = zip(*rows, strict=True)
        # fmt: on
        names = _names(_references(related, self.moment))
        other_names = _aliases(aliases)
        told_targets = [told_date(target) for target in targets]
        told_truths = [_told_truths(bits) for bits in truths]
        described = shapes.commitment(
            reference=references,
            slug=slugs,
            title=titles,
            summary=summaries,
            instrument=instruments,
            topics=[*map(self.topics, topics)],
            parties=[*map(self.parties, parties)],
            first_stated_at=first_stated_at,
            series=series,
            part_of=part_of,
            supersedes=supersedes,
            related=[*map(names, related)],
            aliases=[other_names.get(key, _NONE) for key in keys],
            last_checked_on=checked,
        )
        position = shapes.position(
            stage=stages,
            assessment=assessments,
            firmness=[value or None for value in firmness],
            target=[date for date, _last_day in told_targets],
        )
        return commitment_record(
            described,
            position,
            target_last_day=[last_day for _date, last_day in told_targets],
            flags=[flags for flags, _unknown in told_truths],
            no_information=[unknown for _flags, unknown in told_truths],
            last_update_day=updated,
            last_change=[*map(shapes.recorded, seqs, changed_at)],
        )


def _names(named: Mapping[int, str]) -> Callable[[str | None], Sequence[str]]:
    """How keys that stand in one text are told: in order, and those that are not public left out.

    The same few stand together again and again.
    """

    @lru_cache(maxsize=4096)
    def names(keys: str | None) -> Sequence[str]:
        return sorted(named[key] for key in parted_keys(keys) if key in named)

    return names


@cache
def _told_truths(bits: int) -> tuple[Sequence[str], bool]:
    """The flags in their order, and whether nothing is known."""
    flags = [flag.value for place, flag in enumerate(QUERIES) if bits >> place & 1]
    return flags, bool(bits & _NO_INFORMATION)


def _references(joined: Iterable[str | None], moment: Moment) -> dict[int, str]:
    """The references of the public ones among commitments, by key; those stated by then."""
    keys = {key for some in joined for key in parted_keys(some)}
    public = public_commitments(as_of=moment.as_of).filter(pk__in=keys).order_by()
    return dict(public.values_list("pk", "reference"))


def _aliases(joined: Iterable[str | None]) -> dict[int, list[Payload]]:
    """Other names in their order, by the key of the commitment."""
    keys = {key for some in joined for key in parted_keys(some)}
    told: dict[int, list[Payload]] = defaultdict(list)
    listed = public_aliases().filter(pk__in=keys)
    for commitment, name, language, note in listed.values_list(
        "commitment", "name", "language", "note"
    ):
        told[commitment].append(shapes.alias(name=name, language=language, note=note))
    return told
