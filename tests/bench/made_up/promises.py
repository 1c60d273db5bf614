"""The commitments of a synthetic register and what became of each, unsaved, one at a time."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.bench.made_up import words
from tests.bench.made_up.surroundings import FIRST_DAY, LAST_DAY, Relationship, Surroundings
from tracker.lib.partial_dates import PartialDate
from tracker.models import (
    Alias,
    Assessment,
    Citation,
    Commitment,
    Firmness,
    Instrument,
    Meeting,
    Party,
    Significance,
    Source,
    Stage,
    StatusUpdate,
    Topic,
)

# The first commitment of a register that is large enough has so many updates.
LONG_STORY = 500
_INSTRUMENT_WEIGHTS = (9, 14, 10, 8, 9, 4, 36, 10)
_PATHS: dict[Instrument, tuple[Stage, ...]] = {
    Instrument.AGREEMENT: (
        *(Stage.ANNOUNCED, Stage.NEGOTIATING, Stage.CONCLUDED, Stage.SIGNED, Stage.IN_EFFECT),
    ),
    Instrument.ARRANGEMENT: (Stage.ANNOUNCED, Stage.PREPARING, Stage.SIGNED, Stage.IN_EFFECT),
    Instrument.ACTION_PLAN: (Stage.ANNOUNCED, Stage.PREPARING, Stage.IN_EFFECT),
}
_OTHER_PATH = (Stage.ANNOUNCED, Stage.SCHEDULED, Stage.IN_EFFECT, Stage.COMPLETED)
_UNDER_WAY = (Assessment.NOT_ASSESSED, Assessment.ON_TRACK, Assessment.DELAYED, Assessment.STALLED)


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment with all that was recorded of it."""

    commitment: Commitment
    parties: list[Party]
    topics: list[Topic]
    aliases: list[Alias]
    updates: list[tuple[StatusUpdate, list[Citation]]]


def _partial(random: Random, day: dt.date) -> PartialDate:
    """Known to the day, the month or the year, in this order of frequency."""
    chance = random.random()
    if chance < 0.78:
        return PartialDate.of(day)
    return PartialDate(day.year, day.month) if chance < 0.95 else PartialDate(day.year)


def _target(random: Random, day: dt.date) -> PartialDate | None:
    chance = random.random()
    if chance < 0.35:
        return None
    if chance < 0.45:
        return PartialDate(words=random.choice(words.IN_WORDS))
    due = day + dt.timedelta(days=random.randrange(60, 1500))
    return _partial(random, due)


def _how_many(random: Random, mean: int) -> int:
    """Most have few updates and some have many: a geometric distribution with this mean."""
    return min(1 + int(random.expovariate(1 / max(mean - 0.5, 0.01))), mean * 8)


class _Writer:
    """Draws everything from one source of chance, in one order."""

    def __init__(self, random: Random, around: Surroundings) -> None:
        self.random, self.around = random, around
        self.relationship_weights = _skewed(len(around.relationships))
        self.topic_weights = _skewed(len(around.topics))
        self.days = {
            id(at): [meeting.first_day for meeting, _ in at.meetings] for at in around.relationships
        }
        self.numbers: dict[str, int] = {}

    def promise(self, *, updates: int) -> Promise:
        random, around = self.random, self.around
        at = random.choices(around.relationships, cum_weights=self.relationship_weights)[0]
        topics = random.choices(
            around.topics, cum_weights=self.topic_weights, k=random.choice((1, 1, 2, 3))
        )
        place = random.randrange(len(at.meetings))
        first = at.meetings[place][0]
        instrument = random.choices(list(Instrument), _INSTRUMENT_WEIGHTS)[0]
        day: dt.date = first.first_day
        reference = self._reference(at, day.year)
        topic = topics[0].name
        title = random.choice(words.TITLES[instrument]).format(topic=topic.lower())
        commitment = Commitment(
            reference=reference,
            slug=f"{topics[0].slug}-{reference.lower()}",
            title=f"{title} of {day.year}",
            summary=random.choice(words.SUMMARIES).format(topic=topic.lower()),
            instrument=instrument,
            first_stated_at=first,
        )
        aliases = []
        if random.random() < 0.3:
            language = random.choice(words.LANGUAGES)
            name = words.ALIASES[language].format(code=reference, topic=topic)
            aliases.append(Alias(name=name, language=language))
        told = list(self._updates(commitment, at, place, updates))
        return Promise(commitment, at.parties, list(dict.fromkeys(topics)), aliases, told)

    def _reference(self, at: Relationship, year: int) -> str:
        stem = f"{'-'.join(p.code for p in at.parties[:3])}-{year}"
        self.numbers[stem] = self.numbers.get(stem, 0) + 1
        return f"{stem}-{self.numbers[stem]:04d}"

    def _updates(
        self, commitment: Commitment, at: Relationship, place: int, count: int
    ) -> Iterator[tuple[StatusUpdate, list[Citation]]]:
        random = self.random
        path = _PATHS.get(Instrument(commitment.instrument), _OTHER_PATH)
        days = self.days[id(at)]
        day: dt.date = days[place]
        step, target, firmness = 0, _target(random, day), random.choice(["", *Firmness.values])
        for number in range(count):
            meeting: Meeting | None
            if number == 0 or random.random() < 0.7:
                # At the meeting on this day or the next one after it.
                place = min(max(place, bisect.bisect_left(days, day)), len(days) - 1)
                meeting, sources = at.meetings[place]
                happened = meeting.date
                day = max(day, meeting.first_day)
            else:
                meeting, sources = None, [random.choice(self.around.sources)]
                happened = _partial(random, day)
            stage, assessment = path[step], self._assessment(path[step], number)
            update = StatusUpdate(
                happened=happened,
                meeting=meeting,
                party=random.choice(at.parties) if number and random.random() < 0.05 else None,
                stage=stage,
                assessment=assessment,
                firmness=firmness if random.random() < 0.7 else "",
                target=target if random.random() < 0.6 else None,
                rationale=random.choice(words.RATIONALES),
                significance=Significance.MINOR if random.random() < 0.05 else Significance.MAJOR,
            )
            yield update, [self._citation(commitment, sources[0], target)]
            day = min(day + dt.timedelta(days=random.randrange(10, 300)), LAST_DAY)
            if random.random() < 0.25:
                step = min(step + 1, len(path) - 1)
            if random.random() < 0.15:
                target = _target(random, day)

    def _assessment(self, stage: Stage, number: int) -> Assessment:
        if stage in (Stage.IN_EFFECT, Stage.COMPLETED):
            late = self.random.random() < 0.3
            return Assessment.DELIVERED_LATE if late else Assessment.DELIVERED
        if number == 0:
            return Assessment.NOT_ASSESSED
        return self.random.choices(_UNDER_WAY, (5, 3, 2, 1))[0]

    def _citation(
        self, commitment: Commitment, source: Source, target: PartialDate | None
    ) -> Citation:
        random = self.random
        quotation = random.choice(words.QUOTATIONS[source.language]).format(
            title=commitment.title,
            verb=random.choice(words.VERBS),
            code=commitment.reference,
            target=target or "the end of the year",
        )
        locator = f"paragraph {random.randrange(1, 60)}"
        return Citation(
            source=source, quotation=quotation, locator=locator, language=source.language
        )


def _skewed(count: int) -> list[float]:
    """Cumulative weights of one over the rank, as names in a register are distributed."""
    total, cumulated = 0.0, []
    for rank in range(count):
        total += 1 / (rank + 1)
        cumulated.append(total)
    return cumulated


def promises(
    random: Random, around: Surroundings, *, commitments: int, updates_per: int
) -> Iterator[Promise]:
    """So many commitments with `updates_per` updates each on average, saved surroundings given."""
    writer = _Writer(random, around)
    for number in range(commitments):
        is_long = number == 0 and commitments >= LONG_STORY
        yield writer.promise(updates=LONG_STORY if is_long else _how_many(random, updates_per))


__all__ = ["FIRST_DAY", "LAST_DAY", "LONG_STORY", "Promise", "promises"]
