"""Plain builders: `make_*` saves a draft, `published_*` publishes it through the actions.

Everything has a default and every default can be overridden by keyword. A date may be given as
text ("2026-03"). What must be unique is numbered; parties are Canada and Korea unless others are
named, so that meetings and commitments belong together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import count
from typing import Any

from tracker.actions.correct import correct_update
from tracker.actions.publishing.publish import (
    mark_fully_recorded,
    publish_commitment,
    publish_meeting,
    publish_note,
    publish_update,
)
from tracker.lib.partial_dates import PartialDate
from tracker.models import (
    Alias,
    Assessment,
    Citation,
    Commitment,
    Forum,
    Instrument,
    Level,
    Meeting,
    MeetingState,
    Note,
    Party,
    Source,
    SourceKind,
    Stage,
    StatusUpdate,
    Topic,
)

# When things are recorded, and so the day on which the register is read, unless a test says.
NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
DATE = "2026-02-25"
QUOTATION = "will sign the agreement"

_NAMES = {"CAN": ("Canada", "canada"), "KOR": ("Republic of Korea", "republic-of-korea")}
# From 101, so that references and slugs stay clear of the shipped register.
_numbers = count(101)


def date(value: PartialDate | str | None) -> PartialDate | None:
    """Read "2026-03" as a PartialDate; words that are no date become one in words."""
    if not isinstance(value, str):
        return value
    return PartialDate.parse(value) if value[:1].isdigit() else PartialDate(words=value)


def make_party(**overrides: Any) -> Party:
    number = next(_numbers)
    code = overrides.get("code", f"P{number:03d}")
    name, slug = _NAMES.get(code, (f"Party {code}", f"party-{code.lower()}"))
    values = {"code": code, "slug": slug, "name": name, "short_name": name, **overrides}
    return Party.objects.create(**values)


def both_parties() -> list[Party]:
    """Canada and Korea, made when first asked for."""
    return [Party.objects.filter(code=c).first() or make_party(code=c) for c in ("CAN", "KOR")]


def make_topic(**overrides: Any) -> Topic:
    number = next(_numbers)
    return Topic.objects.create(
        **{"slug": f"topic-{number}", "name": f"Topic {number}"} | overrides
    )


def make_source(**overrides: Any) -> Source:
    number = next(_numbers)
    values = {
        "slug": f"source-{number}",
        "title": f"Joint statement {number}",
        "kind": SourceKind.JOINT_STATEMENT,
        "publisher": "Global Affairs Canada",
        "url": f"https://example.org/statements/{number}",
        "published_on": DATE,
    } | overrides
    return Source.objects.create(**values | {"published_on": date(values["published_on"])})


def make_forum(*, parties: Iterable[Party] | None = None, **overrides: Any) -> Forum:
    number = next(_numbers)
    values = {"slug": f"forum-{number}", "name": f"Forum {number}", "level": Level.MINISTERS}
    forum = Forum.objects.create(**values | overrides)
    forum.parties.set(both_parties() if parties is None else parties)
    return forum


def make_meeting(
    *,
    parties: Iterable[Party] | None = None,
    sources: Iterable[Source] | None = None,
    **overrides: Any,
) -> Meeting:
    """A ministers' meeting, held, outside any forum, that one source speaks of."""
    number = next(_numbers)
    values = {
        "slug": f"meeting-{number}",
        "title": f"Meeting {number}",
        "level": Level.MINISTERS,
        "state": MeetingState.HELD,
        "date": DATE,
    } | overrides
    meeting = Meeting.objects.create(**values | {"date": date(values["date"])})
    meeting.parties.set(both_parties() if parties is None else parties)
    meeting.sources.set([make_source()] if sources is None else sources)
    return meeting


def make_commitment(
    *,
    parties: Iterable[Party] | None = None,
    topics: Iterable[Topic] = (),
    related: Iterable[Commitment] = (),
    **overrides: Any,
) -> Commitment:
    number = next(_numbers)
    values = {
        "reference": f"CAN-KOR-2026-{number:03d}",
        "slug": f"commitment-{number}",
        "title": f"Commitment {number}",
        "summary": "The two governments will do something together.",
        "instrument": Instrument.AGREEMENT,
    }
    commitment = Commitment.objects.create(**values | overrides)
    commitment.parties.set(both_parties() if parties is None else parties)
    commitment.topics.set(topics)
    commitment.related.set(related)
    return commitment


def make_alias(commitment: Commitment, **overrides: Any) -> Alias:
    values = {"name": f"Other name {next(_numbers)}", "language": "en", **overrides}
    return Alias.objects.create(commitment=commitment, **values)


def make_citation(update: StatusUpdate, *, save: bool = True, **overrides: Any) -> Citation:
    """`save=False` leaves it unsaved, as `add_evidence` takes it."""
    source = overrides.pop("source", None) or make_source()
    values = {"quotation": QUOTATION, "locator": "paragraph 1", "language": "en", **overrides}
    citation = Citation(update=update, source=source, **values)
    if save:
        citation.save()
    return citation


def make_update(
    *,
    commitment: Commitment | None = None,
    source: Source | None = None,
    quotation: str = QUOTATION,
    is_cited: bool = True,
    **overrides: Any,
) -> StatusUpdate:
    """A draft of an update with one citation; `is_cited=False` leaves that out."""
    values = {
        "happened": DATE,
        "stage": Stage.ANNOUNCED,
        "assessment": Assessment.NOT_ASSESSED,
        "target": None,
        "rationale": "The statement says so.",
        **overrides,
    }
    dates = {name: date(values[name]) for name in ("happened", "target")}
    update = StatusUpdate.objects.create(
        commitment=commitment or make_commitment(), **values | dates
    )
    if is_cited:
        make_citation(update, source=source, quotation=quotation)
    return update


def make_note(**overrides: Any) -> Note:
    """A note on a meeting, unless `commitment` is given."""
    values = {
        "key": f"note-{next(_numbers)}",
        "author": "An analyst",
        "text": "It was *expected*.",
        **overrides,
    }
    if not {"meeting", "commitment"} & values.keys():
        values["meeting"] = make_meeting()
    return Note.objects.create(**values)


# -- Published ----------------------------------------------------------------------------------

_OF_THE_UPDATE = {
    *("happened", "meeting", "party", "stage", "assessment", "firmness", "target", "rationale"),
    *("significance", "source", "quotation"),
}


def published_meeting(
    *, now: dt.datetime = NOW, fully_recorded: bool = False, **overrides: Any
) -> Meeting:
    meeting = make_meeting(**overrides)
    publish_meeting(meeting, now=now)
    if fully_recorded:
        mark_fully_recorded(meeting, now=now)
    return Meeting.objects.get(pk=meeting.pk)


def published_commitment(*, now: dt.datetime = NOW, **overrides: Any) -> Commitment:
    """A commitment published with its first update; what belongs to that goes there."""
    of_the_update = {n: overrides.pop(n) for n in _OF_THE_UPDATE & overrides.keys()}
    commitment = make_commitment(**overrides)
    first = make_update(commitment=commitment, **of_the_update)
    publish_commitment(commitment, first_update=first, now=now)
    return Commitment.objects.get(pk=commitment.pk)


def published_update(
    commitment: Commitment, *, now: dt.datetime = NOW, **overrides: Any
) -> StatusUpdate:
    update = make_update(commitment=commitment, **overrides)
    publish_update(update, now=now)
    return StatusUpdate.objects.get(pk=update.pk)


def published_correction(
    original: StatusUpdate,
    *,
    now: dt.datetime = NOW,
    reason: str = "The stage was misread.",
    **overrides: Any,
) -> StatusUpdate:
    """A correction of `original`, which it resembles but for the overrides."""
    names = ("happened", "meeting", "party", "stage", "assessment", "firmness", "target")
    alike = {name: getattr(original, name) for name in names}
    replacement = make_update(
        commitment=original.commitment, corrects=original, reason=reason, **alike | overrides
    )
    correct_update(replacement, now=now)
    return StatusUpdate.objects.get(pk=replacement.pk)


def published_note(*, now: dt.datetime = NOW, **overrides: Any) -> Note:
    if not {"meeting", "commitment"} & overrides.keys():
        overrides["meeting"] = published_meeting(now=now)
    note = make_note(**overrides)
    publish_note(note, now=now)
    return Note.objects.get(pk=note.pk)


def first_update(commitment: Commitment) -> StatusUpdate:
    return commitment.updates.get(number=1)
