"""Whatever is edited between looking and approving: only what was shown becomes public.

Random people edit, send, look, confirm and schedule in random order. Each text is a marker that
occurs nowhere else, so what the log says tells whose it is, and whether the approver had seen it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests import make
from tests.actions.reviewing import edit, person
from tests.make import NOW
from tests.thorough import examples
from tracker.actions.record_meeting import Entry, record_entry
from tracker.actions.review import rules
from tracker.actions.review.publish import (
    publish_reviewed,
    publish_scheduled,
    publish_together,
    rows_in_review,
)
from tracker.actions.review.states import note_edit, schedule, send_for_review, send_together
from tracker.models import Change, Citation, Commitment, Meeting, StatusUpdate
from tracker.queries.drafts.submissions import Draft, key_of, submissions

pytestmark = pytest.mark.django_db

PEOPLE = ("ann", "eve", "fay")
# Ann drafts; the others do, too, and approve.
EDITORS = ("eve", "fay")


def markers_in(text: str) -> set[str]:
    return set(re.findall(r"mk[0-9]+x", text))


def said(changes: Any) -> str:
    return json.dumps([change.payload for change in changes])


@dataclass
class Page:
    """What somebody looked at: what the form carries, and the words on it."""

    shown: dict[str, Any]
    words: str


@dataclass
class Office:
    """A register with drafts of every kind, and what its people did."""

    now: dt.datetime = NOW
    authors: dict[str, str] = field(default_factory=dict)
    pages: dict[tuple[str, str], Page] = field(default_factory=dict)
    scheduled: dict[str, tuple[str, Page]] = field(default_factory=dict)
    public: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.meetings = [make.published_meeting(), make.published_meeting()]
        self.source, self.topic = make.make_source(), make.make_topic()
        self.party, self.series = make.make_party(), make.make_forum()
        known = make.published_commitment()
        self.new = make.make_commitment(
            first_stated_at=self.meetings[0],
            topics=[self.topic],
            parties=[*make.both_parties(), self.party],
            series=self.series,
        )
        self.ahead = make.make_meeting(sources=[self.source], forum=self.series)
        self.updates = [
            make.make_update(commitment=known, meeting=self.meetings[0], source=self.source),
            make.make_update(commitment=known, meeting=self.meetings[1], party=self.party),
            make.make_update(commitment=self.new, meeting=self.meetings[0], source=self.source),
        ]
        self.note = make.make_note(commitment=known, source=self.source)
        self.drafts: list[Draft] = [*self.updates[:2], self.new, self.ahead, self.note]
        self.last = self.head()

    def head(self) -> int:
        last = Change.objects.order_by("-seq").first()
        return last.seq if last else 0

    def marker(self, who: str) -> str:
        name = f"mk{next(self.numbers)}x"
        self.authors[name] = who
        return name

    # -- What people do -----------------------------------------------------------------------

    def type(self, who: str, number: int) -> None:
        """In a row of a worksheet: a rationale, a quotation and another name."""
        update = StatusUpdate.objects.get(pk=self.updates[number % 3].pk)
        meeting, word = Meeting.objects.get(pk=update.meeting_id), self.marker(who)
        entry = Entry(
            update={"rationale": word},
            evidence=Citation(source=self.source, quotation=word, locator=""),
            alias=(word if number % 2 else "", "en"),
        )
        record_entry(meeting, update.commitment, update, entry, now=self.now, by=person(who))

    def rewrite(self, who: str, number: int) -> None:
        """On the page of a record."""
        record, name = self._records()[number % 6]
        record.refresh_from_db()
        if record.is_published:
            return
        edit(record, by=person(who), now=self.now, **{name: self.marker(who)})

    def forget_to_say(self, _who: str, number: int) -> None:
        """A way of altering a record that tells nobody."""
        record, name = self._records()[number % 6]
        rows = type(record)._base_manager.filter(pk=record.pk, published_seq=None)
        rows.update(**{name: self.marker("nobody")})

    def cite(self, who: str, number: int) -> None:
        update = StatusUpdate.objects.get(pk=self.updates[number % 3].pk)
        if update.is_published:
            return
        Citation.objects.create(update=update, source=self.source, quotation=self.marker(who))
        note_edit(update, now=self.now, by=person(who))

    def _records(self) -> list[tuple[Any, str]]:
        return [
            (self.source, "title"),
            (self.topic, "name"),
            (self.party, "name"),
            (self.series, "name"),
            (self.new, "summary"),
            (self.ahead, "place"),
        ]

    def send(self, who: str, number: int) -> None:
        if number % 6 == 5:
            send_together(self.meetings[0], now=self.now, by=person(who))
        else:
            send_for_review(self._draft(number), now=self.now, by=person(who))

    def look(self, who: str, number: int) -> None:
        drafts, perform = self._act(number, person(who))
        shown = {key_of(draft): it.content for draft, it in submissions(drafts).items()}
        words = json.dumps(shown)
        with suppress(ValidationError), transaction.atomic():
            words = said(perform(shown=None))
            transaction.set_rollback(True)
        self.pages[who, str(number % 6)] = Page(shown, words)

    def confirm(self, who: str, number: int) -> None:
        page = self.pages.get((who, str(number % 6)))
        _drafts, perform = self._act(number, person(who))
        perform(shown=page.shown if page else {})
        assert page is not None
        self.check(who, page.words)
        self.last = self.head()

    def plan(self, who: str, number: int) -> None:
        page, draft = self.pages.get((who, str(number % 6))), self._draft(number)
        schedule(
            draft,
            publish_at=self.now + dt.timedelta(hours=1),
            first_update=self._first(draft),
            shown=page.shown if page else {},
            now=self.now,
            by=person(who),
        )
        assert page is not None
        # What is confirmed for later is what the form carries, be it fit to be published or not.
        self.scheduled[key_of(draft)] = who, Page(page.shown, page.words + json.dumps(page.shown))

    def wait(self, _who: str, _number: int) -> None:
        self.now += dt.timedelta(days=1)
        publish_scheduled(now=self.now)
        for approver in EDITORS:
            pages = [page.words for who, page in self.scheduled.values() if who == approver]
            self.check(approver, " ".join(pages))
        self.last = self.head()

    def _draft(self, number: int) -> Any:
        draft = self.drafts[number % 5]
        return type(draft)._base_manager.get(pk=draft.pk)

    def _first(self, draft: Draft) -> StatusUpdate | None:
        return draft.updates.first() if isinstance(draft, Commitment) else None

    def _act(self, number: int, by: User) -> tuple[list[Draft], Callable[..., list[Change]]]:
        """The drafts that an act is about, and the act: one of them, or a meeting's together."""
        if number % 6 == 5:
            rows = rows_in_review(self.meetings[0])
            drafts = [draft for row in rows for draft in row.drafts]
            meeting = self.meetings[0]
            return drafts, lambda shown: publish_together(meeting, shown=shown, now=self.now, by=by)
        draft = self._draft(number)
        first = self._first(draft)
        drafts = [draft, *([first] if first else [])]
        return drafts, lambda shown: publish_reviewed(
            draft, first_update=first, shown=shown, now=self.now, by=by
        )

    # -- What must hold -----------------------------------------------------------------------

    def check(self, approver: str, seen: str) -> None:
        """Of what somebody made public just now, each word was seen, and none is his own."""
        lines = Change.objects.filter(seq__gt=self.last, recorded_by__username=approver)
        for line in lines.order_by("seq"):
            fresh = markers_in(said([line])) - self.public
            assert fresh <= markers_in(seen), (line, fresh)
            assert approver not in {self.authors[word] for word in fresh}, (line, fresh)
            self.public |= fresh


ACTS = ("type", "rewrite", "forget_to_say", "cite", "send", "look", "confirm", "plan", "wait")
# Mostly in the order of the day, so that something becomes public; with anything in between.
STEP = st.tuples(st.sampled_from(ACTS), st.sampled_from(PEOPLE), st.integers(0, 11))
A_DAY = st.tuples(st.sampled_from(EDITORS), st.integers(0, 5), st.lists(STEP, max_size=2)).map(
    lambda told: [
        ("send", "ann", told[1]),
        ("look", told[0], told[1]),
        *told[2],
        ("confirm" if told[1] % 2 else "plan", told[0], told[1]),
        ("wait", "ann", 0),
    ]
)


@given(days=st.lists(st.one_of(A_DAY, st.lists(STEP, max_size=4)), min_size=1, max_size=6))
@hypothesis_settings(
    max_examples=examples(15, thorough=100), suppress_health_check=list(HealthCheck)
)
def test_only_what_was_approved_is_public(
    days: list[list[tuple[str, str, int]]], settings: Any
) -> None:
    settings.REQUIRE_SECOND_PERSON = True
    with transaction.atomic():
        office = Office()
        for act, who, number in (step for day in days for step in day):
            is_approval = act in {"confirm", "plan"}
            person_at_work = EDITORS[0] if is_approval and who not in EDITORS else who
            with suppress(ValidationError), transaction.atomic():
                getattr(office, act)(person_at_work, number)
        transaction.set_rollback(True)


def test_what_was_shown_becomes_public(settings: Any) -> None:
    """That the walk above comes to publications at all."""
    settings.REQUIRE_SECOND_PERSON = True
    office = Office()
    office.type("ann", 0)
    office.rewrite("fay", 0)
    office.send("ann", 0)
    office.look("eve", 0)
    office.confirm("eve", 0)
    assert office.public == {"mk0x", "mk1x"}


def test_the_walk_would_notice_what_was_not_shown(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REQUIRE_SECOND_PERSON = True
    for rule in ("refuse_other_than_sent", "refuse_other_than_shown"):
        monkeypatch.setattr(rules, rule, lambda *told: None)
    office = Office()
    office.send("ann", 0)
    office.look("eve", 0)
    office.forget_to_say("nobody", 0)
    with pytest.raises(AssertionError):
        office.confirm("eve", 0)
