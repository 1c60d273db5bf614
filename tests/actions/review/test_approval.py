"""An approval is of what was shown: what changes it afterwards ends it, and is not published."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.actions.reviewing import edit, person
from tests.make import NOW
from tests.stored import stored_rows
from tracker.actions.record_meeting import Entry, record_entry
from tracker.actions.review.approval import (
    ChangedError,
    changed_reviews,
    end_changed_reviews,
    review_of,
    waiting_on,
)
from tracker.actions.review.publish import (
    publish_reviewed,
    publish_scheduled,
    publish_together,
    rows_in_review,
)
from tracker.actions.review.states import schedule, send_for_review, send_together, withdraw
from tracker.models import (
    Alias,
    Change,
    Citation,
    Commitment,
    Forum,
    Meeting,
    Note,
    Party,
    Review,
    Source,
    StatusUpdate,
    Topic,
)
from tracker.queries.drafts.submissions import Draft, key_of, submissions

pytestmark = pytest.mark.django_db
DUE = NOW + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _second_person(settings: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = True


def shown(*drafts: Draft) -> dict[str, Any]:
    """What a page that shows these drafts says of them."""
    return {key_of(draft): it.content for draft, it in submissions(drafts).items()}


def worksheet_row(
    meeting: Meeting, commitment: Commitment, draft: StatusUpdate | None, *, by: str, **values: Any
) -> StatusUpdate:
    """Type into the row of a commitment on a meeting's worksheet."""
    alias = values.pop("alias", "")
    said = {
        "happened": make.date("2026-02-25"),
        "stage": "announced",
        "rationale": "As the statement says.",
        **values,
    }
    source = meeting.sources.first()
    entry = Entry(
        update=said,
        evidence=Citation(source=source, quotation="will sign", locator=""),
        alias=(alias, "en"),
    )
    return record_entry(meeting, commitment, draft, entry, now=NOW, by=person(by))


# -- Attacked: three ways to publish what nobody reviewed ------------------------------------------


def test_a_name_typed_on_another_worksheet_waits_for_its_own_update() -> None:
    commitment = make.published_commitment()
    first, other = make.published_meeting(), make.published_meeting()
    update = worksheet_row(first, commitment, None, by="writer", alias="The accord")
    send_for_review(update, now=NOW, by=person("writer"))
    schedule(update, publish_at=DUE, now=NOW, by=person("editor"))
    later = worksheet_row(other, commitment, None, by="contributor", alias="Unreviewed name")
    # Nothing of it is said at the due time, nor by what the approval shows.
    assert review_of(update).state == "scheduled"
    assert "Unreviewed" not in str(shown(update))
    publish_scheduled(now=DUE)
    assert [name.name for name in commitment.aliases.public()] == ["The accord"]
    assert "Unreviewed" not in str(list(Change.objects.values_list("payload")))
    send_for_review(later, now=DUE, by=person("contributor"))
    publish_reviewed(later, now=DUE, by=person("editor"))
    assert Alias.objects.get(name="Unreviewed name").is_public


def test_an_approver_does_not_publish_his_own_name_with_another_persons_update() -> None:
    commitment = make.published_commitment()
    update = worksheet_row(make.published_meeting(), commitment, None, by="writer")
    send_for_review(update, now=NOW, by=person("writer"))
    own = worksheet_row(make.published_meeting(), commitment, None, by="editor", alias="My name")
    publish_reviewed(update, now=NOW, by=person("editor"))
    assert not Alias.objects.get(name="My name").is_published
    send_for_review(own, now=NOW, by=person("writer"))
    with pytest.raises(ValidationError, match="edited or sent for review by you"):
        publish_reviewed(own, now=NOW, by=person("editor"))


def test_two_meetings_may_draft_the_same_name() -> None:
    commitment = make.published_commitment()
    for by in ("writer", "other"):
        update = worksheet_row(make.published_meeting(), commitment, None, by=by, alias="GSOMIA")
        send_for_review(update, now=NOW, by=person(by))
        publish_reviewed(update, now=NOW, by=person("editor"))
    assert [name.name for name in commitment.aliases.all()] == ["GSOMIA"]


# -- Whatever becomes public with a draft ----------------------------------------------------------


def parts() -> dict[str, tuple[Draft, Any, dict[str, Any]]]:
    """By what it is: a draft, something that becomes public with it, and an edit of that."""
    source, topic, party, forum = (
        make.make_source(),
        make.make_topic(),
        make.make_party(),
        make.make_forum(),
    )
    known = make.published_commitment()
    update = make.make_update(commitment=known, source=source, party=party)
    series = make.make_forum()
    stated = make.make_meeting()
    new = make.make_commitment(topics=[topic], parties=[party], series=series)
    make.make_update(commitment=new)
    elsewhere = make.make_commitment(first_stated_at=stated)
    make.make_update(commitment=elsewhere)
    meeting = make.make_meeting(forum=forum, sources=[source], parties=[party])
    note = make.make_note(commitment=known, source=source)
    ahead = make.make_update(commitment=known, meeting=make.make_meeting())
    return {
        "the update": (update, update, {"rationale": "Otherwise."}),
        "its significance": (update, update, {"significance": "minor"}),
        "its source": (update, source, {"title": "Another title"}),
        "its party": (update, party, {"name": "Another name"}),
        "its meeting": (ahead, ahead.meeting, {"title": "Another title"}),
        "the commitment": (new, new, {"summary": "Otherwise."}),
        "its topic": (new, topic, {"name": "Another name"}),
        "where it was first stated": (elsewhere, stated, {"place": "Seoul"}),
        "its series": (new, series, {"name": "Another name"}),
        "its topics": (new, new, {"topics": []}),
        "its parties": (new, new, {"parties": [make.make_party()]}),
        "a related one": (new, new, {"related": [known]}),
        "one that says it is related": (new, make.make_commitment(), {"related": [new]}),
        "the meeting": (meeting, meeting, {"place": "Seoul"}),
        "its forum": (meeting, forum, {"cadence_months": 12}),
        "its forum's parties": (meeting, forum, {"parties": [make.make_party()]}),
        "its sources": (meeting, meeting, {"sources": [make.make_source()]}),
        "the text of its source": (meeting, source, {"text": "The whole statement."}),
        "the note": (note, note, {"text": "Otherwise."}),
        "its own source": (note, source, {"publisher": "Somebody else"}),
    }


PARTS = (
    *("the update", "its significance", "its source", "its party", "its meeting"),
    *("the commitment", "its topic", "its topics", "its parties", "a related one"),
    "where it was first stated",
    "its series",
    *("one that says it is related", "the meeting", "its forum", "its forum's parties"),
    *("its sources", "the text of its source", "the note", "its own source"),
)


def alter(record: Any, values: dict[str, Any]) -> None:
    """Change a record behind the back of every action."""
    for name, value in values.items():
        if record._meta.get_field(name).many_to_many:
            getattr(record, name).set(value)
        else:
            setattr(record, name, value)
    record.save()


@pytest.mark.parametrize("part", PARTS)
def test_a_change_ends_the_review_and_says_what_and_by_whom(part: str) -> None:
    draft, record, values = parts()[part]
    send_for_review(draft, now=NOW, by=person("writer"))
    edit(record, by=person("ann"), **values)
    review = review_of(draft)
    assert review.state == "draft"
    assert review.comment.startswith("Changed by ann after it was sent: ")
    with pytest.raises(ValidationError, match="for review first"):
        publish(draft)


@pytest.mark.parametrize("part", PARTS)
def test_what_changed_behind_every_back_is_not_published(part: str) -> None:
    draft, record, values = parts()[part]
    send_for_review(draft, now=NOW, by=person("writer"))
    alter(record, values)
    with pytest.raises(ChangedError, match="it has to be sent again") as refused:
        publish(draft)
    assert refused.value.differences
    assert draft in [review.record for review, _found in changed_reviews(Review.objects.all())]


@pytest.mark.parametrize("part", PARTS)
def test_what_changed_after_it_was_shown_is_not_published(part: str) -> None:
    """Also where it was sent again meanwhile, so that what was sent is what it says."""
    draft, record, values = parts()[part]
    send_for_review(draft, now=NOW, by=person("writer"))
    page = shown(draft, *StatusUpdate.objects.filter(commitment__in=[draft.pk]))
    edit(record, by=person("ann"), **values)
    send_for_review(draft, now=NOW, by=person("ann"))
    with pytest.raises(ChangedError, match="was changed after this page showed it") as refused:
        publish(draft, shown=page)
    [difference, *_] = refused.value.differences
    assert difference.before != difference.after
    with pytest.raises(ChangedError, match="was not shown on this page"):
        publish(draft, shown={})


@pytest.mark.parametrize("part", PARTS)
def test_what_changed_after_it_was_scheduled_is_not_published(part: str) -> None:
    draft, record, values = parts()[part]
    send_for_review(draft, now=NOW, by=person("writer"))
    first = draft.updates.get() if isinstance(draft, Commitment) else None
    schedule(draft, publish_at=DUE, first_update=first, now=NOW, by=person("editor"))
    alter(record, values)
    before = Change.objects.count()
    publish_scheduled(now=DUE)
    assert Change.objects.count() == before
    review = review_of(draft)
    assert review.state == "draft"
    assert "was changed after it was sent" in review.comment


@pytest.mark.parametrize("part", PARTS)
def test_who_wrote_any_of_it_does_not_approve_it(part: str) -> None:
    draft, record, values = parts()[part]
    edit(record, by=person("editor"), **values)
    # Not even when somebody else had the last word.
    edit(record, by=person("ann"))
    if record != draft and isinstance(record, Meeting | Commitment):
        return  # published by an act of its own, under its own review
    send_for_review(draft, now=NOW, by=person("writer"))
    before = stored_rows()
    with pytest.raises(ValidationError, match=r"edited (or sent for review )?by you"):
        publish(draft)
    assert stored_rows() == before


def publish(draft: Draft, **shown: Any) -> list[Change]:
    """Publish a draft as the editor; a new commitment with its one update."""
    first = draft.updates.get() if isinstance(draft, Commitment) else None
    return publish_reviewed(draft, first_update=first, now=NOW, by=person("editor"), **shown)


def test_what_became_public_as_it_was_shown_changes_nothing() -> None:
    """Several drafts rest on one draft source: the first to be published makes it public."""
    source, commitment = make.make_source(), make.published_commitment()
    one, other = (make.make_update(commitment=commitment, source=source) for _ in range(2))
    for update in (one, other):
        send_for_review(update, now=NOW, by=person("writer"))
    page = shown(other)
    publish_reviewed(one, now=NOW, by=person("editor"))
    assert Source.objects.get(pk=source.pk).is_public
    publish_reviewed(other, shown=page, now=NOW, by=person("editor"))


def test_what_became_public_otherwise_than_it_was_shown_is_looked_at_again() -> None:
    source, commitment = make.make_source(), make.published_commitment()
    one, other = (make.make_update(commitment=commitment, source=source) for _ in range(2))
    send_for_review(other, now=NOW, by=person("writer"))
    alter(source, {"title": "Another title"})
    send_for_review(one, now=NOW, by=person("writer"))
    publish_reviewed(one, now=NOW, by=person("editor"))
    with pytest.raises(ChangedError, match="Title"):
        publish_reviewed(other, now=NOW, by=person("editor"))


def test_sending_names_what_was_shown() -> None:
    update = make.make_update(commitment=make.published_commitment())
    page = shown(update)
    edit(update, rationale="By somebody else.", by=person("ann"))
    with pytest.raises(ChangedError, match="was changed after this page showed it"):
        send_for_review(update, shown=page, now=NOW, by=person("writer"))
    assert review_of(update).state == "draft"


def test_scheduling_names_what_was_shown() -> None:
    update = make.make_update(commitment=make.published_commitment())
    send_for_review(update, now=NOW, by=person("writer"))
    page = shown(update)
    edit(update, rationale="By somebody else.", by=person("ann"))
    send_for_review(update, now=NOW, by=person("ann"))
    with pytest.raises(ChangedError, match="was changed after this page showed it"):
        schedule(update, publish_at=DUE, shown=page, now=NOW, by=person("editor"))
    assert review_of(update).state == "in_review"


def test_what_was_approved_keeps_its_digest() -> None:
    update = make.make_update(commitment=make.published_commitment())
    send_for_review(update, now=NOW, by=person("writer"))
    sent = review_of(update)
    schedule(update, publish_at=DUE, now=NOW, by=person("editor"))
    assert review_of(update).approved_digest == sent.sent_digest
    publish_scheduled(now=DUE)
    review = review_of(update)
    assert (review.state, review.approved_digest, review.sent_content) == (
        "published",
        sent.sent_digest,
        {},
    )


# -- A meeting's drafts together -------------------------------------------------------------------


def meeting_with_rows() -> tuple[Meeting, StatusUpdate, Commitment]:
    meeting = make.published_meeting()
    known = make.make_update(
        commitment=make.published_commitment(reference="CAN-KOR-2020-001"), meeting=meeting
    )
    new = make.make_commitment(reference="CAN-KOR-2026-009", first_stated_at=meeting)
    make.make_update(commitment=new, meeting=meeting)
    return meeting, known, new


def page_of(meeting: Meeting) -> dict[str, Any]:
    return shown(*(draft for row in rows_in_review(meeting) for draft in row.drafts))


def test_each_row_is_published_as_it_was_shown() -> None:
    meeting, known, _new = meeting_with_rows()
    send_together(meeting, now=NOW, by=person("writer"))
    page = page_of(meeting)
    edit(known, rationale="V2", by=person("writer"))
    send_for_review(known, now=NOW, by=person("writer"))
    before = stored_rows()
    with pytest.raises(ChangedError) as refused:
        publish_together(meeting, shown=page, now=NOW, by=person("editor"))
    assert [(one.label, one.before, one.after) for one in refused.value.differences] == [
        ("CAN-KOR-2020-001: Rationale", "The statement says so.", "V2")
    ]
    assert stored_rows() == before
    assert len(publish_together(meeting, shown=page_of(meeting), now=NOW, by=person("editor"))) == 3


def test_neither_more_nor_fewer_rows_are_published_than_were_shown() -> None:
    meeting, known, new = meeting_with_rows()
    send_together(meeting, now=NOW, by=person("writer"))
    page = page_of(meeting)
    withdraw(known, now=NOW, by=person("writer"))
    with pytest.raises(ChangedError, match="not in review any more"):
        publish_together(meeting, shown=page, now=NOW, by=person("editor"))
    page = page_of(meeting)
    send_for_review(known, now=NOW, by=person("writer"))
    with pytest.raises(ChangedError, match="was not shown on this page"):
        publish_together(meeting, shown=page, now=NOW, by=person("editor"))
    assert not Commitment.objects.get(pk=new.pk).is_published


def test_sending_a_meeting_names_what_was_shown() -> None:
    meeting, known, _new = meeting_with_rows()
    page = shown(*(StatusUpdate.objects.draft()), *Commitment.objects.draft())
    edit(known, rationale="By somebody else.", by=person("ann"))
    with pytest.raises(ChangedError):
        send_together(meeting, shown=page, now=NOW, by=person("writer"))
    assert not Review.objects.filter(state="in_review").exists()


# -- Taken back on purpose -------------------------------------------------------------------------


def test_whoever_wrote_or_sent_it_takes_it_back() -> None:
    update = make.make_update(commitment=make.published_commitment())
    edit(update, by=person("writer"))
    for by in ("writer", "sender"):
        send_for_review(update, now=NOW, by=person("sender"))
        with pytest.raises(ValidationError, match="Only whoever wrote it or sent it"):
            withdraw(update, now=NOW, by=person("stranger"))
        withdraw(update, now=NOW, by=person(by))
        review = review_of(update)
        assert (review.state, review.comment) == ("draft", f"Taken back from review by {by}.")
    with pytest.raises(ValidationError, match="It is not in review"):
        withdraw(update, now=NOW, by=person("writer"))


def test_what_is_scheduled_is_taken_back_with_the_updates_of_its_commitment() -> None:
    commitment = make.make_commitment()
    first = make.make_update(commitment=commitment)
    send_for_review(commitment, now=NOW, by=person("writer"))
    schedule(commitment, publish_at=DUE, first_update=first, now=NOW, by=person("editor"))
    withdraw(commitment, now=NOW, by=person("writer"))
    assert [review_of(draft).state for draft in (commitment, first)] == ["draft"] * 2
    assert publish_scheduled(now=DUE) == []


# -- One person where the register allows it -------------------------------------------------------


def test_one_person_publishes_what_was_shown(settings: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = False
    update = make.make_update(commitment=make.published_commitment())
    page = shown(update)
    edit(update, rationale="By somebody else.", by=person("ann"))
    with pytest.raises(ChangedError):
        publish_reviewed(update, shown=page, now=NOW, by=person("editor"))
    publish_reviewed(update, shown=shown(update), now=NOW, by=person("editor"))


def test_one_person_schedules_a_commitment_with_its_first_update(settings: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = False
    commitment = make.make_commitment()
    first = make.make_update(commitment=commitment)
    schedule(commitment, publish_at=DUE, first_update=first, now=NOW, by=person("editor"))
    edit(first.citations.get().source, title="Another title", by=person("ann"))
    assert [review_of(draft).state for draft in (commitment, first)] == ["draft"] * 2
    assert publish_scheduled(now=DUE) == []


# -- Every noun is told of -------------------------------------------------------------------------


def test_a_draft_is_its_own_part_and_names_what_it_rests_on() -> None:
    draft, *_ = parts()["the meeting"]
    keys = [key.partition(":")[0] for key in submissions([draft])[draft].content]
    assert sorted(keys) == ["forum", "meeting", "party", "source"]
    for noun in (Party, Topic, Forum, Source, Note):
        assert key_of(noun(pk=7)) == f"{noun._meta.model_name}:7"


# -- As quick for many -----------------------------------------------------------------------------


def rows_of(meeting: Meeting, count: int) -> None:
    for number in range(count):
        new = number % 3 == 0
        commitment = (
            make.make_commitment(first_stated_at=meeting) if new else make.published_commitment()
        )
        make.make_update(commitment=commitment, meeting=meeting, source=meeting.sources.get())


def queries_of(act: Any) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def test_a_row_more_is_sent_and_compared_by_no_query_more() -> None:
    counted = []
    writer, ann = person("writer"), person("ann")
    for count in (3, 9):
        meeting = make.published_meeting()
        rows_of(meeting, count)
        sending = queries_of(lambda meeting=meeting: send_together(meeting, now=NOW, by=writer))
        comparing = queries_of(lambda meeting=meeting: page_of(meeting))
        ending = queries_of(
            lambda meeting=meeting: end_changed_reviews(waiting_on(meeting), by=ann)
        )
        counted.append((sending, comparing, ending))
    # Reading a draft again and the state of its review is what each row costs.
    few, many = counted
    assert few[1:] == many[1:]
    assert many[0] - few[0] <= 6 + 2
