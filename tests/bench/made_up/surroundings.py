"""Parties, topics, forums, sources and meetings of a synthetic register, unsaved."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from tests.bench.made_up import words
from tracker.lib.partial_dates import PartialDate
from tracker.models import Forum, Level, Meeting, MeetingState, Party, Source, SourceKind, Topic
from tracker.models.parties import PartyKind

FIRST_DAY, LAST_DAY = dt.date(2010, 1, 1), dt.date(2025, 12, 31)
_PARTIES, _TOPICS = 60, len(words.TOPICS)
_LEVELS = [level for level in Level if level != Level.NOT_STATED]
# Of the one forum that has many meetings, whatever the size: what a wide matrix is measured on.
LONG_SERIES = 40


@dataclass(frozen=True, slots=True)
class Relationship:
    """Parties that promise things to each other, where and when they meet."""

    parties: list[Party]
    forums: list[Forum] = field(default_factory=list)
    # In the order of their dates, each with the sources that tell of it.
    meetings: list[tuple[Meeting, list[Source]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What commitments refer to. Foremost relationships and topics are the most frequent."""

    parties: list[Party]
    topics: list[Topic]
    relationships: list[Relationship]
    sources: list[Source]


def day_between(random: Random, first: dt.date, last: dt.date) -> dt.date:
    return first + dt.timedelta(days=random.randrange((last - first).days + 1))


def _name(random: Random, taken: set[str]) -> str:
    while True:
        syllables = "".join(random.choices(words.SYLLABLES, k=random.choice((1, 2, 2, 3))))
        name = (syllables + random.choice(words.ENDINGS)).capitalize()
        if name not in taken:
            taken.add(name)
            return name


def _parties(random: Random) -> list[Party]:
    taken: set[str] = set()
    parties = []
    for number in range(_PARTIES):
        # XAA to XZZ are never given to a real state (ISO 3166-1, user-assigned codes).
        code = f"X{chr(65 + number // 26)}{chr(65 + number % 26)}"
        name, kind = _name(random, taken), PartyKind.STATE
        if number % 12 == 11:
            name, kind = f"Organisation of {name}", PartyKind.ORGANISATION
        parties.append(Party(code=code, slug=code.lower(), name=name, short_name=name, kind=kind))
    return parties


def _source(random: Random, number: int, day: dt.date, publisher: str) -> Source:
    kind = random.choices(
        (SourceKind.JOINT_STATEMENT, SourceKind.READ_OUT, SourceKind.NEWS_REPORT), (5, 3, 2)
    )[0]
    return Source(
        slug=f"{day.isoformat()}-{kind.replace('_', '-')}-{number}",
        title=f"{kind.label} of {day.isoformat()}, number {number}",
        kind=kind,
        publisher=publisher,
        url=f"https://example.org/documents/{number}",
        language=random.choices(words.LANGUAGES, words.LANGUAGE_WEIGHTS)[0],
        published_on=PartialDate.of(day),
        retrieved_on=LAST_DAY,
    )


def _meet(random: Random, at: Relationship, forum: Forum | None, day: dt.date, number: int) -> None:
    level = forum.level if forum else random.choice(_LEVELS)
    name = forum.name if forum else f"Visit to {random.choice(at.parties).name}"
    meeting = Meeting(
        slug=f"{day.isoformat()}-meeting-{number}",
        title=f"{name}, {day.year}"[:200],
        forum=forum,
        level=level,
        state=MeetingState.HELD,
        date=PartialDate.of(day) if random.random() < 0.9 else PartialDate(day.year, day.month),
        place=random.choice(at.parties).name,
    )
    publisher = f"Government of {at.parties[0].name}"
    sources = [
        _source(random, number * 2 + i, day, publisher) for i in range(random.choice((1, 1, 2)))
    ]
    at.meetings.append((meeting, sources))


def _relationships(random: Random, parties: list[Party], meetings: int) -> list[Relationship]:
    """Half as many forums as parties; how many meetings each had falls off as one over its rank."""
    found: dict[tuple[str, ...], Relationship] = {}
    count = max(2, min(len(parties) // 2, meetings // 10))
    while len(found) < count:
        size = random.choices((2, 3, 5, 12), (14, 3, 2, 1))[0]
        some = random.sample(parties[: 8 + 2 * len(found)], min(size, 8))
        found.setdefault(tuple(sorted(p.code for p in some)), Relationship(some))
    relationships = list(found.values())
    for number, at in enumerate(relationships):
        for kind in random.sample(words.FORUMS, random.choice((1, 2, 3))):
            name = f"{'–'.join(p.name for p in at.parties[:3])} {kind}"
            level = Level.LEADERS if kind == "Summit" else random.choice(_LEVELS)
            slug = f"forum-{number}-{kind.split()[0].lower()}"
            at.forums.append(Forum(slug=slug, name=name[:160], level=level, cadence_months=12))
    return relationships


def surroundings(random: Random, *, meetings: int) -> Surroundings:
    """Sixty parties and thirty topics, and about as many meetings as asked for."""
    parties = _parties(random)
    topics = [Topic(slug=name.lower().replace(" ", "-"), name=name) for name in words.TOPICS]
    relationships = _relationships(random, parties, meetings)
    weights = [1 / (rank + 1) for rank in range(len(relationships))]
    number = 0
    for at, weight in zip(relationships, weights, strict=True):
        share = round(meetings * weight / sum(weights))
        held = max(share, LONG_SERIES if at is relationships[0] else 1)
        days = sorted(day_between(random, FIRST_DAY, LAST_DAY) for _ in range(held))
        for place, day in enumerate(days):
            number += 1
            alone = at is not relationships[0] and random.random() < 0.1
            first_forum = at is relationships[0] and place % 2 == 0
            forum = at.forums[0] if first_forum else random.choice(at.forums)
            _meet(random, at, None if alone else forum, day, number)
    reports = [
        _source(random, 1_000_000 + i, day_between(random, FIRST_DAY, LAST_DAY), "The Daily Record")
        for i in range(max(5, meetings // 2))
    ]
    return Surroundings(parties, topics, relationships, reports)
