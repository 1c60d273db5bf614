"""The values of public records before amendments: one row for each field.

A projection of the lines of the log that contain former values. It lets `known_at` show the texts
and relations of that time, and finds a record by a former slug; `manage.py rebuild` recomputes it
from the log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django.db import models
from django.db.models import F, Q

from tracker.lib.partial_dates import PartialDate

# The fields of payloads that refer to other records: the noun that each refers to.
RELATIONS: dict[str, dict[str, str]] = {
    "commitment": {
        "topics": "topic",
        "parties": "party",
        "first_stated_at": "meeting",
        "series": "forum",
        "part_of": "commitment",
        "supersedes": "commitment",
        "related": "commitment",
    },
    "meeting": {"forum": "forum", "parties": "party", "sources": "source"},
    "forum": {"parties": "party"},
    "note": {"source": "source", "meeting": "meeting", "commitment": "commitment"},
}
MANY = frozenset({"topics", "parties", "related", "sources"})
# The field by which payloads name a record, where it is not the slug.
NAMED_BY = {"commitment": "reference", "party": "code", "note": "key"}
# The columns with the first and last day of a partial date.
EDGES = {"date": ("first_day", "last_day"), "published_on": ("published_first_day", "")}
# These have rows of their own with the numbers of the lines between which they hold.
_ELSEWHERE = frozenset({"aliases", "is_fully_recorded", "left_out"})

NOUNS = ("commitment", "meeting", "source", "party", "topic", "forum", "note")

# The primary key of a record by its noun and the name that a payload gives it.
KeyOf = Callable[[str, str], int | None]


class FormerValue(models.Model):
    """The value of a field during changes in [since, until), which change `until` replaced.

    Text unchanged; several records as their keys with spaces around each (" 3 17 "); a date as
    stored in its own column; empty for none.
    """

    noun = models.CharField(max_length=12)
    record = models.PositiveBigIntegerField()
    field = models.CharField(max_length=24)
    value = models.TextField(blank=True)
    since = models.PositiveBigIntegerField()
    until = models.PositiveBigIntegerField()

    class Meta:
        indexes = (
            models.Index(name="former_of_record", fields=("noun", "record", "until")),
            models.Index(name="former_of_field", fields=("noun", "field", "until")),
            models.Index(
                name="former_address", fields=("noun", "value"), condition=Q(field="slug")
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="former_value_covers_a_change", condition=Q(since__lt=F("until"))
            ),
            models.UniqueConstraint(
                name="former_value_is_said_once", fields=("noun", "record", "field", "until")
            ),
        )

    def __str__(self) -> str:
        return f"{self.noun} {self.record}.{self.field} until {self.until}"


class Said(NamedTuple):
    """The value of a field until a change."""

    noun: str
    record: int
    field: str
    value: str
    until: int


def join_keys(keys: Iterable[int]) -> str:
    return "".join(f" {key}" for key in sorted(keys)) + " "


def amended_noun(payload: Mapping[str, Any]) -> str | None:
    """Return the noun that a line of the log amends; None for any other line."""
    if not payload.get("before") or payload.get("update"):
        return None
    return next((noun for noun in NOUNS if noun in payload), None)


def said_before(
    noun: str, record: int, before: Mapping[str, Any], *, until: int, key_of: KeyOf
) -> Iterator[Said]:
    """Yield the former values in `before` of a line, as they are stored."""
    for name, old in before.items():
        if name in _ELSEWHERE:
            continue
        target = RELATIONS.get(noun, {}).get(name)
        if target is not None:
            names = old if name in MANY else [old] if old else []
            keys = [key for key in (key_of(target, each) for each in names) if key is not None]
            value = join_keys(keys) if name in MANY else str(keys[0]) if keys else ""
            if (noun, name) == ("meeting", "parties"):
                yield Said(noun, record, "parties_key", "-".join(sorted(old)), until)
        elif name in EDGES:
            parsed = _date(old)
            value = parsed.stored if parsed else ""
            days = (parsed.first_day, parsed.last_day) if parsed else (None, None)
            for edge, day in zip(EDGES[name], days, strict=True):
                if edge:
                    yield Said(noun, record, edge, day.isoformat() if day else "", until)
        else:
            value = old or "" if old is None or isinstance(old, str) else json.dumps(old)
        yield Said(noun, record, name, value, until)


def _date(date: Mapping[str, str] | None) -> PartialDate | None:
    if date is None:
        return None
    if date["date"]:
        return PartialDate.parse(date["date"], words=date["words"])
    return PartialDate(words=date["words"])


def related_before(
    payload: Mapping[str, Any],
    record: int,
    *,
    until: int,
    key_of: KeyOf,
    related_of: Callable[[int], set[int]],
) -> Iterator[Said]:
    """Yield the former relations of the other commitments that a line altered.

    The relation is symmetrical, and the line records one side. `related_of` returns the published
    relations of a commitment right after the line.
    """
    if "related" not in payload["before"]:
        return
    sides = (payload["before"]["related"], payload["commitment"]["related"])
    was, now = ({key_of("commitment", name) for name in side} for side in sides)
    for other in was ^ now:
        if other is not None:
            value = join_keys(related_of(other) ^ {record})
            yield Said("commitment", other, "related", value, until)


def replayed(
    lines: Iterable[tuple[int, Mapping[str, Any]]],
    *,
    names: dict[str, dict[str, int]],
    related: dict[int, set[int]],
    published: Mapping[int, int],
) -> list[Said]:
    """Return all former values in amending lines, given newest first; sorted by line.

    `names` maps nouns and names to primary keys as of today, `related` has today's relations of
    published commitments, and `published` the line that published each. The first two are mutated.
    """
    said: list[Said] = []

    def key_of(noun: str, name: str) -> int | None:
        return names[noun].get(name)

    for seq, payload in lines:
        noun = amended_noun(payload)
        if noun is None:
            continue
        by, before = NAMED_BY.get(noun, "slug"), payload["before"]
        name = payload[noun][by]
        record = names[noun].get(name)
        if record is None:
            continue
        said += said_before(noun, record, before, until=seq, key_of=key_of)
        if noun == "commitment":
            others = [
                *related_before(
                    payload,
                    record,
                    until=seq,
                    key_of=key_of,
                    related_of=lambda key, seq=seq: {  # type: ignore[misc]
                        other for other in related.get(key, ()) if published[other] <= seq
                    },
                )
            ]
            for other in others:
                related.setdefault(other.record, set()).symmetric_difference_update({record})
                related.setdefault(record, set()).symmetric_difference_update({other.record})
            said += others
        if by in before:
            del names[noun][name]
            names[noun][before[by]] = record
    return sorted(said, key=lambda each: each.until)


def with_beginnings(
    said: Iterable[Said], beginnings: dict[tuple[str, int, str], int]
) -> list[tuple[Any, ...]]:
    """Return rows for `FormerValue`; `beginnings` maps fields to the lines that set them."""
    rows: list[tuple[Any, ...]] = []
    for noun, record, field, value, until in said:
        place = (noun, record, field)
        rows.append((noun, record, field, value, beginnings.get(place, 0), until))
        beginnings[place] = until
    return rows


COLUMNS = ("noun", "record", "field", "value", "since", "until")

# The kinds of lines that may amend something.
_AMENDING = ("renamed", "amended", "meeting", "commentary")


def rows_of_the_log(model_of: Callable[[str], Any]) -> list[tuple[Any, ...]]:
    """Compute all rows from the log; `model_of` returns a model by its name.

    A migration passes the historical models.
    """
    lines = model_of("Change").objects.filter(kind__in=_AMENDING).order_by("-seq")
    names = {noun: _names(model_of(noun.capitalize()), noun) for noun in NOUNS}
    commitments = model_of("Commitment")._base_manager.filter(published_seq__isnull=False)
    published = dict(commitments.values_list("pk", "published_seq"))
    related: dict[int, set[int]] = {}
    pairs = commitments.filter(related__published_seq__isnull=False)
    for one, other in pairs.values_list("pk", "related").iterator():
        related.setdefault(one, set()).add(other)
    said = replayed(
        lines.values_list("seq", "payload").iterator(chunk_size=500),
        names=names,
        related=related,
        published=published,
    )
    return with_beginnings(said, {})


def _names(model: Any, noun: str) -> dict[str, int]:
    named = model._base_manager.filter(published_seq__isnull=False)
    return dict(named.values_list(NAMED_BY.get(noun, "slug"), "pk"))
