"""Whatever is done in whatever order: the log holds, the projection agrees, drafts stay hidden.

One machine does at random what editors do, days pass between, and after every step everything
that must always be true is looked at.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import make
from tests.actions.always_true import DRAFT_WORD, answer, check_everything
from tests.actions.refusals import refused
from tests.register_format.files import a_commitment, write_register
from tests.stored import forget_everything, stored_rows
from tests.thorough import examples
from tracker.actions import aliases, amend, correct
from tracker.actions.publishing import publish
from tracker.actions.raise_flags import raise_flags
from tracker.actions.register_files.load import load_register
from tracker.lib.partial_dates import PartialDate
from tracker.models import (
    Alias,
    Assessment,
    Commitment,
    Firmness,
    Instrument,
    Level,
    Meeting,
    RaisedFlag,
    Significance,
    Stage,
    StatusUpdate,
)
from tracker.queries.register_dump import register_files
from tracker.queries.visibility import log_head
from tracker.register_format.records import RegisterError

START = dt.datetime(2026, 1, 15, 9, tzinfo=dt.UTC)
stages = st.sampled_from(Stage.values)
days = st.integers(0, 900)
precisions = st.sampled_from(["day", "month", "year"])


def partial(day: dt.date, precision: str) -> PartialDate:
    parts = {"day": (day.year, day.month, day.day), "month": (day.year, day.month)}
    return PartialDate(*parts.get(precision, (day.year,)))


targets = st.one_of(
    st.none(),
    st.just(PartialDate(words="at the earliest opportunity")),
    st.builds(partial, st.dates(dt.date(2025, 1, 1), dt.date(2028, 12, 31)), precisions),
)
wordings = st.fixed_dictionaries(
    {
        "stage": stages,
        "assessment": st.sampled_from(Assessment.values),
        "firmness": st.sampled_from(["", *Firmness.values]),
        "target": targets,
        "significance": st.sampled_from(Significance.values),
    }
)


EDITED = re.compile("says something else|which the file lacks|has retracted this|has marked this")


class Editors(RuleBasedStateMachine):
    """What editors do, in one transaction that is rolled back at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.answers: dict[dt.date, Any] = {}
        self.loaded = 0
        self.places = count()
        self.houses = 1
        self.folder = tempfile.TemporaryDirectory()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self) -> None:
        try:
            self.look_back()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            self.folder.cleanup()

    def look_back(self) -> None:
        """What was known on a day is told of that day for ever after."""
        for day, known in self.answers.items():
            assert answer(day) == known

    # -- What is there to choose from -----------------------------------------------------------

    def public(self, data: st.DataObject) -> Commitment:
        return data.draw(st.sampled_from(list(Commitment.objects.public().order_by("pk"))))

    def values(self, data: st.DataObject) -> dict[str, Any]:
        """The values of an update that has happened by now."""
        day = self.now.date() - dt.timedelta(days=data.draw(days))
        parties = [None, None, make.both_parties()[0]]
        return {
            "happened": partial(day, data.draw(precisions)),
            "meeting": data.draw(st.sampled_from([None, *Meeting.objects.public()])),
            "party": data.draw(st.sampled_from(parties)),
            **data.draw(wordings),
        }

    def counting(self, data: st.DataObject) -> StatusUpdate | None:
        updates = StatusUpdate.objects.effective().filter(commitment=self.public(data))
        return data.draw(st.sampled_from(list(updates.order_by("number")) or [None]))

    # -- What is done ---------------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        make.published_meeting(now=self.now, date="2025")
        make.published_commitment(now=self.now, happened="2025-10")

    @rule(data=st.data())
    def publish_commitment(self, data: st.DataObject) -> None:
        part_of = data.draw(st.sampled_from([None, *Commitment.objects.public().order_by("pk")]))
        make.published_commitment(
            now=self.now, part_of=part_of, topics=[make.make_topic()], **self.values(data)
        )

    @rule()
    def tell_what_time_has_done(self) -> None:
        told = raise_flags(now=self.now)
        assert raise_flags(now=self.now) == []
        assert RaisedFlag.objects.filter(change__in=told).count() == len(told)

    @precondition(lambda self: Commitment.objects.public().exists())
    @rule(data=st.data())
    def publish_update(self, data: st.DataObject) -> None:
        make.published_update(self.public(data), now=self.now, **self.values(data))

    @precondition(lambda self: Commitment.objects.public().exists())
    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        if original := self.counting(data):
            make.published_correction(original, now=self.now, **self.values(data))

    @precondition(lambda self: Commitment.objects.public().exists())
    @rule(data=st.data())
    def retract(self, data: st.DataObject) -> None:
        update = self.counting(data)
        if update and update.commitment.updates.effective().count() > 1:
            correct.retract_update(update, reason="Wrong.", now=self.now)
        elif update:
            with refused():
                correct.retract_update(update, reason="Wrong.", now=self.now)

    @precondition(lambda self: Commitment.objects.public().count() > 1)
    @rule(data=st.data())
    def retract_commitment(self, data: st.DataObject) -> None:
        correct.retract_commitment(self.public(data), reason="Never said.", now=self.now)

    @precondition(lambda self: Commitment.objects.public().exists())
    @rule(data=st.data(), title=st.sampled_from(["Treaty", "Agreement", "협정"]))
    def amend(self, data: st.DataObject, title: str) -> None:
        values = {
            "title": f"{title} {self.now:%Y-%m-%d}",
            "instrument": data.draw(st.sampled_from(Instrument.values)),
            "last_checked_on": self.now.date(),
            "topics": data.draw(st.sampled_from([[], [make.make_topic()]])),
        }
        with suppress(ValidationError):  # nothing would change
            amend.amend(self.public(data), values=values, now=self.now)

    @precondition(lambda self: Commitment.objects.public().exists())
    @rule(data=st.data())
    def name_and_unname(self, data: st.DataObject) -> None:
        commitment = self.public(data)
        draft = commitment.aliases.draft().filter(name=DRAFT_WORD)
        draft.delete()
        aliases.publish_aliases(commitment, [make.make_alias(commitment)], now=self.now)
        alias = data.draw(st.sampled_from([None, *commitment.aliases.public().order_by("pk")]))
        if alias:
            aliases.retract_alias(alias, now=self.now)

    @precondition(lambda self: Commitment.objects.public().exists())
    @rule(data=st.data())
    def add_evidence(self, data: st.DataObject) -> None:
        if update := self.counting(data):
            amend.add_evidence(make.make_citation(update, save=False), now=self.now)

    @precondition(lambda self: Commitment.objects.public().exists())
    @rule(data=st.data())
    def comment(self, data: st.DataObject) -> None:
        about = data.draw(st.sampled_from(["commitment", "meeting"]))
        row = self.public(data) if about == "commitment" else Meeting.objects.public().first()
        make.published_note(now=self.now, **{about: row})

    @rule(data=st.data(), level=st.sampled_from(Level.values))
    def meet(self, data: st.DataObject, level: int) -> None:
        day = self.now.date() - dt.timedelta(days=data.draw(days))
        date = partial(day, data.draw(precisions))
        make.published_meeting(
            now=self.now, level=level, date=date, fully_recorded=data.draw(st.booleans())
        )

    @rule(data=st.data(), level=st.sampled_from(Level.values))
    def amend_meeting(self, data: st.DataObject, level: int) -> None:
        meeting = data.draw(st.sampled_from(list(Meeting.objects.public().order_by("pk"))))
        if not meeting.is_fully_recorded and data.draw(st.booleans()):
            publish.mark_fully_recorded(meeting, now=self.now)
        else:
            place = f"Place {next(self.places)}"
            amend.amend(meeting, values={"place": place}, now=self.now)

    @precondition(lambda self: Commitment.objects.public().exists())
    @rule(data=st.data())
    def leave_drafts(self, data: st.DataObject) -> None:
        """Drafts full of a word that must be found nowhere."""
        commitment = self.public(data)
        meeting = make.make_meeting(title=DRAFT_WORD)
        source = make.make_source(title=DRAFT_WORD, publisher=DRAFT_WORD)
        words = {"quotation": DRAFT_WORD, "rationale": DRAFT_WORD, "source": source}
        make.make_update(commitment=commitment, meeting=meeting, **words)
        hidden = make.make_commitment(title=DRAFT_WORD, topics=[make.make_topic(name=DRAFT_WORD)])
        make.make_update(commitment=hidden, **words)
        commitment.related.add(hidden)
        if not commitment.aliases.filter(name=DRAFT_WORD).exists():
            make.make_alias(commitment, name=DRAFT_WORD)
        make.make_note(commitment=commitment, text=DRAFT_WORD, source=source)

    @precondition(lambda self: Commitment.objects.public().exists())
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        update = make.make_update(commitment=self.public(data), is_cited=False)
        with refused():
            publish.publish_update(update, now=self.now)
        update.delete()

    @rule(data=st.data(), count=st.integers(1, 2), title=st.sampled_from(["Plan", "Plans"]))
    def load(self, data: st.DataObject, count: int, title: str) -> None:
        """A small register, new or the one loaded before with other titles; then once more."""
        self.loaded = data.draw(st.sampled_from([self.loaded, self.loaded + 1])) or 1
        references = [f"LOAD-2025-{self.loaded:03d}", f"LOAD-2026-{self.loaded:03d}"]
        path = Path(self.folder.name) / f"{self.loaded}-{count}-{title}"
        write_register(
            path,
            commitments=[a_commitment(reference=r, title=title) for r in references[:count]],
        )
        before, refusal = stored_rows(), ""
        try:
            load_register(path, now=self.now)
        except RegisterError as error:
            refusal = str(error)
        if refusal:
            # Editors have gone on from there since; a file that does not know is refused whole.
            assert EDITED.search(refusal)
            assert stored_rows() == before
        else:
            assert not load_register(path, now=self.now)

    @precondition(lambda self: self.houses == 1 and log_head().seq > 12)
    @rule()
    def move_house(self) -> None:
        """Dump, forget everything, load, dump: the files are the same byte for byte."""
        self.houses += 1
        self.look_back()
        self.answers.clear()  # The log begins anew.
        files = dict(register_files())
        path = Path(self.folder.name) / "moved"
        for name, text in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(text, encoding="utf-8", newline="\n")
        forget_everything()
        load_register(path, now=self.now)
        assert dict(register_files()) == files
        assert not load_register(path, now=self.now)

    @rule(more=st.integers(1, 60))
    def days_pass(self, more: int) -> None:
        self.look_back()
        today = self.now.date()
        self.answers[today] = answer(today)
        self.now += dt.timedelta(days=more)

    # -- What is always true --------------------------------------------------------------------

    @invariant()
    def everything_holds(self) -> None:
        check_everything(self.now)


@pytest.mark.django_db
def test_any_sequence_of_actions_leaves_the_register_whole() -> None:
    run_state_machine_as_test(
        Editors,
        settings=settings(
            max_examples=examples(8, thorough=40),
            # Shrinking takes minutes and hardly shortens a story; the steps are printed anyhow.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            stateful_step_count=25,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
    assert not Alias.objects.exists()
