"""Publish the commitments of register files and their updates, in the order of events."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from tracker.actions.aliases import publish_aliases, retract_alias
from tracker.actions.amend import add_evidence, amend_if_changed
from tracker.actions.correct import retract_commitment, retract_update
from tracker.actions.publishing.publish import publish_commitment
from tracker.actions.register_files.rows import Rows, problems_at
from tracker.actions.review.publish import publish_draft
from tracker.models import Citation, Commitment, StatusUpdate
from tracker.register_format.records import Record, RegisterError
from tracker.schema import payloads
from tracker.schema.fields import FILE
from tracker.schema.updates import UPDATE


class CommitmentLoader:
    """Loads the commitments of a register, whose rows are staged."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.stamp = rows, rows.stamp
        self.records = rows.register.records["commitment"]
        self._unpublished = {key for key, record in self.records.items() if rows.is_new(record)}

    def amend(self) -> None:
        """Amend public commitments where the files say something else."""
        for record in self.records.values():
            if self.rows.is_new(record):
                continue
            commitment: Commitment = self.rows.of(record)
            with problems_at(record):
                if commitment.is_retracted and not record["retracted"]:
                    raise ValidationError("The register has retracted this commitment.")
                if not commitment.is_retracted:
                    amend_if_changed(commitment, values=self.rows.values(record), **self.stamp)
                    self._amend_aliases(commitment, record)

    def _amend_aliases(self, commitment: Commitment, record: Record) -> None:
        removed, added = self.rows.compared(
            record["aliases"], commitment.aliases.public(), payloads.alias
        )
        # First, since a name with another note replaces the one that it had.
        for alias in removed:
            retract_alias(alias, **self.stamp)
        numbers = {None, *self._published(record)}  # others come with their update
        new = [
            self.rows.draft(alias, commitment=commitment, update=None)
            for alias in added
            if alias["update"] in numbers
        ]
        if new:
            publish_aliases(commitment, new, **self.stamp)

    # -- Publishing -----------------------------------------------------------------------------

    def publish(self) -> None:
        """Publish what the database lacks, in the order in which it happened."""
        events = []
        for record in self.records.values():
            published, latest = self._published(record), record["updates"][0]["happened"]
            for update in record["updates"]:
                # One that was found late follows those numbered before it.
                latest = max(latest, update["happened"])
                if update["number"] in published:
                    with problems_at(update):
                        self._compare(published[update["number"]], update)
                else:
                    events.append((latest, record.key, update["number"], update))
        for _day, reference, _number, update in sorted(events, key=lambda event: event[:3]):
            record = self.records[reference]
            # First, since a later update by number may have happened before the first one.
            self._publish_with_first_update(record)
            if update["number"] > 1:
                self._publish_update(record, update)

    def _published(self, record: Record) -> dict[int | None, StatusUpdate]:
        """Return the published updates of a commitment by number."""
        updates = {update.number: update for update in self.rows.of(record).updates.published()}
        extra = sorted(n for n in updates if n and n > len(record["updates"]))
        if extra:
            sentence = f"The register holds update {extra[0]}, which the file lacks; add it."
            raise RegisterError([record.problem(sentence, "updates")])
        return updates

    def _publish_with_first_update(self, record: Record) -> None:
        """Publish a new commitment, and before it what it is part of or supersedes."""
        if record.key not in self._unpublished:
            return
        self._unpublished.discard(record.key)
        for name in ("part_of", "supersedes"):
            if record[name]:
                self._publish_with_first_update(self.records[record[name]])
        commitment: Commitment = self.rows.of(record)
        for alias in record["aliases"]:
            if alias["update"] is None:
                self.rows.draft(alias, commitment=commitment)
        first = record["updates"][0]
        with problems_at(first):
            for name in ("first_stated_at", "series", "part_of", "supersedes"):
                if getattr(commitment, name) is not None:
                    getattr(commitment, name).refresh_from_db()
            draft = self._draft_update(commitment, first)
            publish_commitment(commitment, first_update=draft, **self.stamp)

    def _publish_update(self, record: Record, given: Record) -> None:
        commitment: Commitment = self.rows.of(record)
        with problems_at(given):
            draft = self._draft_update(commitment, given)
            for alias in record["aliases"]:
                if alias["update"] == given["number"]:
                    names = commitment.aliases.public().filter(name=alias["name"])
                    if not names.filter(language=alias["language"]).exists():
                        self.rows.draft(alias, commitment=commitment, update=draft)
            publish_draft(draft, **self.stamp)

    def _draft_update(self, commitment: Commitment, record: Record) -> StatusUpdate:
        corrects = record["corrects"]
        update: StatusUpdate = self.rows.draft(
            record,
            commitment=commitment,
            corrects=None if corrects is None else commitment.updates.get(number=corrects),
        )
        for citation in record["citations"]:
            self._citation(update, citation).save()
        return update

    def _citation(self, update: StatusUpdate, record: Record) -> Citation:
        return Citation(update=update, **self.rows.values(record))

    def _compare(self, update: StatusUpdate, given: Record) -> None:
        """Refuse a file that changes a published update; publish citations that it adds."""
        public = payloads.values(UPDATE, FILE, update)
        cited = len(public["citations"])
        stored = {**public, "retracted": given["retracted"]}
        citations = [citation.values for citation in given["citations"][:cited]]
        if stored != {**given.values, "citations": citations}:
            raise ValidationError(
                f"Update {update.number} is published and says something else; published history "
                "is not rewritten. Add an update that corrects it."
            )
        for further in given["citations"][cited:]:
            add_evidence(self._citation(update, further), **self.stamp)

    # -- Retracting -----------------------------------------------------------------------------

    def retract(self) -> None:
        """Retract the updates and commitments that the files call retracted."""
        for record in self.records.values():
            commitment: Commitment = self.rows.of(record)
            commitment.refresh_from_db()
            if commitment.is_retracted:
                continue
            for given in record["updates"]:
                update = commitment.updates.select_related("revision").get(number=given["number"])
                if given["retracted"] and not hasattr(update, "revision"):
                    with problems_at(given, "retracted"):
                        retract_update(update, reason=given["retracted"], **self.stamp)
            if record["retracted"]:
                with problems_at(record, "retracted"):
                    retract_commitment(commitment, reason=record["retracted"], **self.stamp)
