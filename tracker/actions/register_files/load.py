"""Loading a register from files: all or nothing, and a second time nothing.

What the files hold and the database lacks is published; what they say differently is amended; a
published update that they say differently is refused, since published history is not rewritten.
Every change is marked as back-fill.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError

from tracker.actions.amend import (
    add_evidence,
    amend,
    amend_passages,
    publish_aliases,
    retract_alias,
)
from tracker.actions.correct import retract_commitment, retract_update
from tracker.actions.log.append import open_log
from tracker.actions.publishing.publish import (
    mark_fully_recorded,
    publish_commitment,
    publish_meeting,
    publish_note,
)
from tracker.actions.register_files.rows import Rows, told_at
from tracker.actions.review.publish import publish_draft
from tracker.models import (
    Alias,
    Citation,
    Commitment,
    LogHead,
    Meeting,
    Note,
    PassageLeftOut,
    Source,
    StatusUpdate,
)
from tracker.models.records import PublicRecord
from tracker.register_format.later_words import warnings_of
from tracker.register_format.reading import Problem, Record, RegisterError, read_register
from tracker.schema import payloads
from tracker.schema.fields import FILE
from tracker.schema.nouns import MODELS
from tracker.schema.updates import UPDATE


@dataclass(slots=True)
class _Loader(Rows):
    unpublished: set[str] = field(default_factory=set)

    # -- Publishing -----------------------------------------------------------------------------

    def publish_meetings(self) -> None:
        for record in sorted(self.register.of("meeting"), key=lambda r: (r["date"], r.key)):
            meeting = self.rows["meeting"][record.key]
            with told_at(record):
                if ("meeting", record.key) in self.fresh:
                    publish_meeting(meeting, **self.stamp())
                else:
                    self.amend(record, meeting)

    def amend(self, record: Record, row: PublicRecord) -> None:
        """Amend a public row when the files say something else; nothing when they agree."""
        try:
            amend(row, values=self.values(record), **self.stamp())
        except ValidationError as error:
            if getattr(error, "code", None) != "nothing":
                raise

    def amend_references(self) -> None:
        for noun in ("party", "topic", "forum", "source"):
            for record in self.register.of(noun):
                row = self.rows[noun][record.key]
                if (noun, record.key) not in self.fresh and row.is_public:
                    with told_at(record):
                        self.amend(record, row)
                    if noun == "source":
                        self.amend_passages(record, row)

    def draft_passages(self) -> None:
        """Draft what was left out of fresh sources: it becomes public with them."""
        for record in self.register.of("source"):
            if ("source", record.key) in self.fresh:
                for given in record["left_out"]:
                    self.passage(self.rows["source"][record.key], given)

    def passage(self, source: Source, record: Record) -> PassageLeftOut:
        passage = PassageLeftOut(source=source, **self.values(record))
        with told_at(record):
            passage.full_clean()
        passage.save()
        return passage

    def amend_passages(self, record: Record, source: Source) -> None:
        """Take back the passages that the files lack, and publish those that they add."""
        present = {
            tuple(payloads.passage(passage).values()): passage
            for passage in source.passages_left_out.public()
        }
        wanted = {tuple(self.values(given).values()): given for given in record["left_out"]}
        removed = [passage for key, passage in present.items() if key not in wanted]
        added = [self.passage(source, g) for key, g in wanted.items() if key not in present]
        if added or removed:
            amend_passages(source, added=added, removed=removed, **self.stamp())

    def amend_commitments(self) -> None:
        for record in self.register.of("commitment"):
            commitment: Commitment = self.rows["commitment"][record.key]
            with told_at(record):
                if ("commitment", record.key) in self.fresh:
                    continue
                if commitment.is_retracted and not record["retracted"]:
                    raise ValidationError("The register has retracted this commitment.")
                if not commitment.is_retracted:
                    self.amend(record, commitment)
                    self.publish_new_aliases(commitment, record)

    def publish_updates(self) -> None:
        """Publish what the database lacks, in the order in which it happened."""
        self.unpublished = {key for noun, key in self.fresh if noun == "commitment"}
        events = []
        for record in self.register.of("commitment"):
            present, latest = self.present_updates(record), record["updates"][0]["happened"]
            for given in record["updates"]:
                # One that was found late follows those numbered before it.
                latest = max(latest, given["happened"])
                if given["number"] in present:
                    with told_at(given):
                        self.compare(present[given["number"]], given)
                elif given["number"] > 1 or record.key not in self.unpublished:
                    events.append((latest, record.key, given["number"], given))
                else:
                    events.append((latest, record.key, 1, None))
        for _day, reference, _number, given in sorted(events, key=lambda event: event[:3]):
            record = self.register.records["commitment"][reference]
            if given is None:
                self.publish_commitment(record)
            else:
                self.publish_update(record, given)

    def present_updates(self, record: Record) -> dict[int | None, StatusUpdate]:
        commitment: Commitment = self.rows["commitment"][record.key]
        present = {u.number: u for u in commitment.updates.published()}
        extra = sorted(n for n in present if n and n > len(record["updates"]))
        if extra:
            sentence = f"The register holds update {extra[0]}, which the file lacks; add it."
            raise RegisterError([record.problem(sentence, "updates")])
        return present

    def publish_commitment(self, record: Record) -> None:
        """Publish a commitment with its first update, and before it what it is part of."""
        if record.key not in self.unpublished:
            return
        self.unpublished.discard(record.key)
        for name in ("part_of", "supersedes"):
            if record[name]:
                self.publish_commitment(self.register.records["commitment"][record[name]])
        commitment: Commitment = self.rows["commitment"][record.key]
        for alias in record["aliases"]:
            if alias["update"] is None:
                self.alias(commitment, alias)
        first = record["updates"][0]
        with told_at(first):
            for name in ("first_stated_at", "series", "part_of", "supersedes"):
                if getattr(commitment, name) is not None:
                    getattr(commitment, name).refresh_from_db()
            draft = self.draft_update(commitment, first)
            publish_commitment(commitment, first_update=draft, **self.stamp())

    def publish_update(self, record: Record, given: Record) -> None:
        # An update may have happened before the first one by number, and needs its commitment.
        self.publish_commitment(record)
        commitment: Commitment = self.rows["commitment"][record.key]
        with told_at(given):
            draft = self.draft_update(commitment, given)
            for alias in record["aliases"]:
                if alias["update"] == given["number"] and not self.is_named(commitment, alias):
                    self.alias(commitment, alias, update=draft)
            publish_draft(draft, **self.stamp())

    def is_named(self, commitment: Commitment, record: Record) -> bool:
        given = commitment.aliases.public()
        return given.filter(name=record["name"], language=record["language"]).exists()

    def retract(self) -> None:
        for record in self.register.of("commitment"):
            commitment: Commitment = self.rows["commitment"][record.key]
            commitment.refresh_from_db()
            if commitment.is_retracted:
                continue
            self.retract_updates(commitment, record)
            if record["retracted"]:
                with told_at(record, "retracted"):
                    retract_commitment(commitment, reason=record["retracted"], **self.stamp())

    def alias(
        self, commitment: Commitment, record: Record, update: StatusUpdate | None = None
    ) -> Alias:
        alias = Alias(commitment=commitment, update=update, **self.values(record))
        with told_at(record):
            alias.full_clean()
        alias.save()
        return alias

    def publish_new_aliases(self, commitment: Commitment, record: Record) -> None:
        wanted = {tuple(self.values(a).values()): a for a in record["aliases"]}
        present = {tuple(payloads.alias(a).values()): a for a in commitment.aliases.public()}
        # First what goes, since a name with another note is given anew.
        for key, alias in present.items():
            if key not in wanted:
                retract_alias(alias, **self.stamp())
        numbers = {None, *self.present_updates(record)}  # others come with their update
        new = [
            self.alias(commitment, a)
            for key, a in wanted.items()
            if key not in present and a["update"] in numbers
        ]
        if new:
            publish_aliases(commitment, new, **self.stamp())

    # -- Updates --------------------------------------------------------------------------------

    def draft_update(self, commitment: Commitment, record: Record) -> StatusUpdate:
        update = StatusUpdate(
            commitment=commitment,
            **self.values(record),
            corrects=commitment.updates.get(number=record["corrects"])
            if record["corrects"] is not None
            else None,
        )
        update.full_clean()
        update.save()
        for citation in record["citations"]:
            self.citation(update, citation).save()
        return update

    def citation(self, update: StatusUpdate, record: Record) -> Citation:
        return Citation(update=update, **self.values(record))

    def retract_updates(self, commitment: Commitment, record: Record) -> None:
        for given in record["updates"]:
            update = commitment.updates.select_related("revision").get(number=given["number"])
            if given["retracted"] and not hasattr(update, "revision"):
                with told_at(given, "retracted"):
                    retract_update(update, reason=given["retracted"], **self.stamp())

    def compare(self, update: StatusUpdate, given: Record) -> None:
        """Refuse a file that tells published history otherwise; take further citations."""
        public = payloads.values(UPDATE, FILE, update)
        cited = len(public["citations"])
        stored = {**public, "retracted": given["retracted"]}
        told = {**given.values, "citations": [c.values for c in given["citations"][:cited]]}
        if stored != told:
            raise ValidationError(
                f"Update {update.number} is published and says something else; published history "
                "is not rewritten. Add an update that corrects it."
            )
        for further in given["citations"][cited:]:
            add_evidence(self.citation(update, further), **self.stamp())

    # -- The rest -------------------------------------------------------------------------------

    def mark_recorded(self) -> None:
        for record in sorted(self.register.of("meeting"), key=lambda r: (r["date"], r.key)):
            meeting = Meeting.objects.get(slug=record.key)
            with told_at(record, "fully_recorded"):
                if record["fully_recorded"] and not meeting.is_fully_recorded:
                    mark_fully_recorded(meeting, **self.stamp())
                elif meeting.is_fully_recorded and not record["fully_recorded"]:
                    raise ValidationError("The register has marked this meeting fully recorded.")

    def publish_notes(self) -> None:
        for noun in ("meeting", "commitment"):
            for about in self.register.of(noun):
                for record in about["notes"]:
                    with told_at(record):
                        self.publish_note(record, {noun: self.rows[noun][about.key]})

    def refuse_what_nothing_rests_on(self) -> None:
        """A record becomes public with the first thing that rests on it; none may stay a draft."""
        problems = []
        for noun in ("party", "topic", "forum", "source"):
            rows = {self.rows[noun][key].pk: key for n, key in self.fresh if n == noun}
            left = MODELS[noun]._base_manager.filter(pk__in=rows, published_seq=None)
            for pk in left.values_list("pk", flat=True):
                problems.append(
                    self.register.records[noun][rows[pk]].problem(
                        f"Nothing in this register rests on the {noun} “{rows[pk]}”; remove it."
                    )
                )
        if problems:
            raise RegisterError(problems)

    def publish_note(self, record: Record, about: dict[str, Any]) -> None:
        values = {**self.values(record), **about}
        present = Note.objects.filter(key=record.key).first()
        if present is not None:
            if present.published_seq is None:
                raise ValidationError("A draft of this note exists already; publish it first.")
            try:
                amend(present, values=values, **self.stamp())
            except ValidationError as error:
                if getattr(error, "code", None) != "nothing":
                    raise
            return
        for row in about.values():
            row.refresh_from_db()
        note = Note(**values)
        note.full_clean()
        note.save()
        publish_note(note, **self.stamp())


def load_register(
    path: Path,
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = True,
    warn: Callable[[Problem], object] = lambda problem: None,
) -> range:
    """Load the register in the folder `path`; return the numbers of the changes that it made.

    With `is_backfill=False` subscribers are told of them, as of anything that is published. `warn`
    is given what should be looked at and hinders nothing.
    Raises RegisterError, with file, line and a sentence for each problem, and writes nothing then.
    """
    register = read_register(path)
    for problem in warnings_of(register):
        warn(problem)
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
        first = log.next_seq
        loader = _Loader(register, now, by, is_backfill)
        for noun in ("party", "topic", "forum", "source", "meeting", "commitment"):
            loader.stage_all(noun)
        loader.draft_passages()
        loader.amend_references()
        loader.link_all("commitment")
        loader.publish_meetings()
        loader.amend_commitments()
        loader.publish_updates()
        loader.mark_recorded()
        loader.publish_notes()
        loader.retract()
        loader.refuse_what_nothing_rests_on()
        return range(first, LogHead.objects.get().seq + 1)
