"""The acts that lead a draft to publication: send for review, send back, publish, schedule.

Each noun's ModelAdmin subclasses `PublishDraft`; `stages_of` adds the other acts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, Unpack

from django import forms
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from tracker.actions.log.append import ByStaff
from tracker.actions.review.approval import changed_reviews, review_of
from tracker.actions.review.publish import publish_reviewed
from tracker.actions.review.rules import had_a_hand_in
from tracker.actions.review.states import (
    call_off,
    schedule,
    send_back,
    send_for_review,
    with_its_updates,
    withdraw,
)
from tracker.admin.editing.acts import Act, Done
from tracker.admin.editing.fields import LinesField, WordsForm
from tracker.admin.editing.publication import state_of
from tracker.admin.editing.warnings import quotation_warnings
from tracker.admin.review.shown import SHOWN
from tracker.models import WAITING, Review, ReviewState, StatusUpdate
from tracker.models.records import PublicRecord
from tracker.queries.drafts.differences import SaidDifference, differences
from tracker.queries.drafts.submissions import Draft, submission_of


def _moment(at: dt.datetime | None) -> str:
    return date_format(timezone.localtime(at), "Y-m-d H:i e") if at else "–"


def review_notice(record: PublicRecord | StatusUpdate) -> str:
    """Return the notice on a draft's page: its review state, and who acted on it."""
    review: Review | None = getattr(record, "review", None)
    if review is None:
        return ""
    edited = _text("Last edited by %(person)s.") % {"person": review.edited_by or "–"}
    named = {
        "sender": review.sent_by or "–",
        "sent": _moment(review.sent_at),
        "reviewer": review.reviewed_by or "–",
        "due": _moment(review.publish_at),
    }
    match review.state:
        case ReviewState.IN_REVIEW:
            notice = _text("In review, sent by %(sender)s on %(sent)s.") % named
        case ReviewState.SCHEDULED:
            notice = _text("To be published on %(due)s, approved by %(reviewer)s.") % named
        case _:
            return f"{edited}\n{review.comment}".strip()
    again = _text("Whoever changes it, or anything that becomes public with it, ends the review.")
    if any(changed_reviews([review])):
        again = _text("It was changed since, so it cannot be published before it is sent again.")
    return f"{notice} {edited} {again}"


def changed_since_sent(record: Any) -> list[SaidDifference]:
    """Return how a draft differs from what was last sent for review."""
    review: Review | None = getattr(record, "review", None)
    now = submission_of(record) if review is not None and review.sent_content else None
    if review is None or now is None:
        return []
    return differences(review.sent_content, now.beside(review.sent_content))


class PublishDraft(Act):
    """Publish from review, or straight from the draft if no second person is required."""

    name = "publish"
    save_label = _("Save and publish…")

    def is_offered(self, record: Any) -> bool:
        if record.is_published or state_of(record) == ReviewState.SCHEDULED:
            return False
        return not settings.REQUIRE_SECOND_PERSON or state_of(record) == ReviewState.IN_REVIEW

    def save_button(self, record: Any) -> Any:
        """No button if a second person publishes: saving would take the draft out of review."""
        return "" if settings.REQUIRE_SECOND_PERSON else self.save_label

    def first_update(self, data: dict[str, Any]) -> StatusUpdate | None:
        """The update that a commitment is published with."""
        return None

    def drafts(self, record: Any) -> Sequence[Draft]:
        return with_its_updates(record)

    def perform(self, record: Any, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        changes = publish_reviewed(
            record,
            first_update=self.first_update(data),
            shown=data.get(SHOWN),
            **stamp,
        )
        return Done(record=record, changes=changes)

    def rehearse(self, record: Any, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        first = record if isinstance(record, StatusUpdate) else self.first_update(data)
        done = super().rehearse(record, data, **stamp)
        return replace(done, warnings=quotation_warnings([first])) if first is not None else done


class ReviewAct(Act):
    """An act that only changes the state of a review, so that there is nothing to rehearse."""

    trial_data = None
    # The states of a draft in which it is offered, and what it says once it is done.
    offered_in: Collection[str] = ()
    done: Any
    action: Callable[..., None]

    def is_offered(self, record: Any) -> bool:
        return not record.is_published and state_of(record) in self.offered_in

    def perform(self, record: Any, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        self.action(record, **data, **stamp)
        return Done(record=record, message=str(self.done))


class SendForReview(ReviewAct):
    name = "send-for-review"
    permission = "tracker.change_{noun}"
    label = _("Send for review")
    explanation = _(
        "An editor reads it, and publishes it or sends it back with a comment. A commitment goes "
        "with the drafts of its updates. Whoever changes it from here on takes it back to draft. "
        "Nothing becomes public by this."
    )
    save_label = _("Save and send for review…")
    offered_in = (ReviewState.DRAFT,)
    action = staticmethod(send_for_review)
    done = _("It is in review.")

    def drafts(self, record: Any) -> Sequence[Draft]:
        return with_its_updates(record)


class CommentForm(WordsForm):
    comment = LinesField(
        label=_("Comment"),
        help_text=_("What is to be done. Only staff read it."),
    )


class SendBack(ReviewAct):
    name = "send-back"
    label = _("Send back")
    explanation = _("It is a draft again, with your comment for whoever goes on with it.")
    form_class = CommentForm
    offered_in = WAITING
    action = staticmethod(send_back)
    done = _("It is a draft again, with your comment.")


class Schedule(Act):
    """Approve now and publish at a given time; its form is that of publishing, plus the time."""

    name = "schedule"
    label = _("Schedule its publication")
    explanation = _(
        "You approve it now; it becomes public at the time that you give, with what is shown "
        "here. Until then nothing of it is, and it can be called off. Should it be refused by "
        "then, it is a draft again, with the reason."
    )
    refused_label = _("Published now, it would be refused; see to this before it is due:")

    def __init__(self, publish: PublishDraft) -> None:
        self.publish = publish

    def is_offered(self, record: Any) -> bool:
        return self.publish.is_offered(record)

    def form(self, record: Any, data: Any = None) -> forms.BaseForm:
        form = self.publish.form(record, data)
        form.fields["publish_at"] = forms.DateTimeField(
            label=_("Date and time"),
            widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
            help_text=_("In the time zone %(zone)s.") % {"zone": timezone.get_current_timezone()},
        )
        return form

    def trial(self, record: Any) -> dict[str, Any] | None:
        return self.publish.trial(record)

    def drafts(self, record: Any) -> Sequence[Draft]:
        return self.publish.drafts(record)

    def has_other_answers(self, form: Any) -> bool:
        """What blocks it now, such as an unpublished meeting, may be resolved by then."""
        return True

    def rehearse(self, record: Any, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        return self.publish.rehearse(record, data, **stamp)

    def perform(self, record: Any, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        first, publish_at = self.publish.first_update(data), data["publish_at"]
        schedule(
            record,
            publish_at=publish_at,
            first_update=first,
            shown=data.get(SHOWN),
            **stamp,
        )
        message = _text("It becomes public on %(due)s.") % {"due": _moment(publish_at)}
        return Done(record=record, message=message)


class TakeBack(ReviewAct):
    """Lets the author or sender of a draft withdraw it from review."""

    name = "take-back"
    permission = "tracker.change_{noun}"
    label = _("Take back from review")
    explanation = _(
        "It is a draft again, so that you can go on with it. Whoever reviews it does not find it "
        "among what waits any more; a publication that was scheduled is called off. Send it again "
        "when it is ready."
    )
    offered_in = WAITING
    action = staticmethod(withdraw)
    done = _("It is a draft again.")

    def is_for(self, record: Any, person: AbstractBaseUser) -> bool:
        return had_a_hand_in(review_of(record), person)


class CallOff(ReviewAct):
    name = "call-off"
    label = _("Call off its publication")
    explanation = _("It is not published at the time that was given. It is in review again.")
    offered_in = (ReviewState.SCHEDULED,)
    action = staticmethod(call_off)
    done = _("It is called off.")


def stages_of(publish: PublishDraft) -> Sequence[Act]:
    """Return the acts on a draft, in the order of the workflow."""
    return (publish, Schedule(publish), SendForReview(), TakeBack(), SendBack(), CallOff())
