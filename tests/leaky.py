"""A small public register, and everything about it that must stay hidden, full of marker words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import cycle

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser

from tests.make import (
    NOW,
    first_update,
    make_alias,
    make_commitment,
    make_forum,
    make_meeting,
    make_note,
    make_party,
    make_source,
    make_topic,
    make_update,
    published_commitment,
    published_correction,
    published_meeting,
    published_note,
    published_update,
)
from tracker.actions.correct import retract_commitment, retract_update
from tracker.lib.field_history import CHANGED, FieldHistory
from tracker.models import REVIEWED, Commitment, Meeting, Review, Source, Stage

# In every text of every draft. No public answer may hold it.
DRAFT = "qxdraftqx"
# In everything that was corrected or retracted. Only the places that show history may hold it.
REVISED = "qxrevisedqx"
# In what is kept beside public records for staff only. No public answer may hold it.
INTERNAL = "qxinternalqx"


@dataclass(frozen=True, slots=True)
class Public:
    """What the addresses of the walk name."""

    commitment: Commitment
    retracted: Commitment
    meeting: Meeting
    source: Source


def publish_register() -> Public:
    """The public part, with a retraction, a correction and a retracted commitment in it."""
    by = get_user_model().objects.create_user(username=f"{INTERNAL}-person")
    source = make_source(slug="statement", title="Joint statement", text=f"Full text {INTERNAL}")
    forum = make_forum(slug="ministerial", name="Ministerial")
    meeting = published_meeting(
        slug="first-meeting",
        title="First meeting",
        forum=forum,
        sources=[source],
        fully_recorded=True,
        date="2025-02-25",
    )
    topic = make_topic(slug="cyber", name="Cyber")
    commitment = published_commitment(
        slug="agreement",
        reference="CAN-KOR-2025-001",
        title="An agreement",
        topics=[topic],
        meeting=meeting,
        happened="2025-02-25",
        target="2026-03",
        source=source,
    )
    wrong = published_update(
        commitment, stage=Stage.SIGNED, rationale=REVISED, quotation=REVISED, source=source
    )
    published_correction(wrong, stage=Stage.NEGOTIATING, reason="Misread.", source=source)
    mistake = published_update(
        commitment, stage=Stage.IN_EFFECT, rationale=REVISED, quotation=REVISED, source=source
    )
    retract_update(mistake, reason="Not so.", now=NOW, by=by)
    retracted = published_commitment(
        slug="mistaken", title=f"Title {REVISED}", summary=REVISED, quotation=REVISED
    )
    retract_commitment(retracted, reason="Never promised.", now=NOW, by=by)
    published_note(key="remark", meeting=meeting, text="A remark.")
    for name in ("one", "two"):
        published_commitment(slug=name, title=f"Pledge {name}", meeting=meeting, source=source)
    return Public(
        Commitment.objects.get(pk=commitment.pk),
        Commitment.objects.get(pk=retracted.pk),
        Meeting.objects.get(pk=meeting.pk),
        Source.objects.get(pk=source.pk),
    )


def add_drafts(public: Public) -> None:
    """A draft of every noun, on its own and hung on everything that is public."""
    party = make_party(code="QXDRAFTQX", slug=f"{DRAFT}-party", name=DRAFT)
    topic = make_topic(slug=f"{DRAFT}-topic", name=DRAFT, summary=DRAFT)
    source = make_source(slug=f"{DRAFT}-source", title=DRAFT, publisher=DRAFT, summary=DRAFT)
    forum = make_forum(slug=f"{DRAFT}-forum", name=DRAFT, parties=[party])
    meeting = make_meeting(
        slug=f"{DRAFT}-meeting", title=DRAFT, forum=forum, place=DRAFT, sources=[source]
    )
    make_meeting(slug=f"{DRAFT}-next", title=DRAFT, forum=public.meeting.forum)
    commitment = make_commitment(
        slug=f"{DRAFT}-commitment",
        reference="CAN-KOR-2026-999",
        title=DRAFT,
        summary=DRAFT,
        part_of=public.commitment,
        supersedes=public.commitment,
        related=[public.commitment],
        topics=[topic, *public.commitment.topics.all()],
        first_stated_at=public.meeting,
    )
    make_alias(commitment, name=DRAFT)
    make_alias(public.commitment, name=DRAFT)
    for about in (commitment, public.commitment):
        for at in (meeting, public.meeting):
            make_update(
                commitment=about,
                meeting=at,
                party=party,
                rationale=DRAFT,
                quotation=DRAFT,
                source=public.source,
                stage=Stage.COMPLETED,
                target=f"{DRAFT} soon",
            )
    make_update(
        commitment=public.commitment,
        corrects=first_update(public.commitment),
        reason=DRAFT,
        rationale=DRAFT,
        quotation=DRAFT,
        source=source,
    )
    make_note(meeting=public.meeting, text=DRAFT, author=DRAFT)
    make_note(commitment=public.commitment, text=DRAFT, author=DRAFT, source=source)
    add_reviews(public)
    # Hung on by hand, as no form would: what is public must hold even then.
    public.meeting.sources.add(source)
    public.commitment.topics.add(topic)


def add_reviews(public: Public) -> None:
    """What the office does with the drafts and did with what is public, due long ago included."""
    by = get_user_model().objects.create_user(username=f"{INTERNAL}-reviewer")
    told = {
        **{"edited_by": by, "edited_at": NOW, "sent_by": by, "sent_at": NOW},
        **{"reviewed_by": by, "reviewed_at": NOW, "comment": INTERNAL},
        **{
            "sent_content": {"update:1": {"title": INTERNAL}},
            "sent_digest": "0",
            "approved_digest": "0",
        },
    }
    states = cycle(("draft", "in_review", "scheduled"))
    for noun, name in REVIEWED.items():
        for record in noun._base_manager.filter(published_seq=None):
            due = NOW - dt.timedelta(days=1)
            Review.objects.create(**{name: record}, **told, state=next(states), publish_at=due)
    for name, record in (("commitment", public.commitment), ("meeting", public.meeting)):
        Review.objects.create(**{name: record}, **told, state="published")
    for update in public.commitment.updates.published():
        Review.objects.create(update=update, **told, state="published")
    add_versions(by)


def add_versions(by: AbstractBaseUser) -> None:
    """What each record once said, public ones included, until somebody changed it."""
    for noun, history in FieldHistory.of.items():
        for record in noun._base_manager.all():
            history.store(record, now=NOW, by=by, kind=CHANGED)
        words = {"title", "name", "summary", "rationale", "quotation"}
        words &= {f.name for f in history.fields_included(noun)}
        history.versions().update(history_change_reason=INTERNAL, **dict.fromkeys(words, INTERNAL))
