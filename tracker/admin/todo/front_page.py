"""The to-do lists on the admin's front page, each with its count and a link to the full list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.actions.review.approval import changed_reviews
from tracker.admin.editing.display import NOTHING, moment
from tracker.admin.editing.long_lists import count_up_to
from tracker.admin.editing.pages import page_url
from tracker.admin.editing.records import may_publish
from tracker.admin.todo.filters import (
    in_review,
    overdue_unexplained,
    to_come,
    unarchived,
    unchecked,
    unrecorded,
)
from tracker.admin.worksheet.access import may_record, worksheet_url
from tracker.models import Commitment, Meeting, Note, Review, Source, StatusUpdate

# Rows of each list that are shown, and that are counted; beyond, it says "more than".
SHOWN = 10
COUNTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One record on a list, with links to what can be done about it."""

    name: str
    url: str
    detail: str = ""
    brief_url: str = ""
    worksheet_url: str = ""
    check_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """One list of the front page; `empty` is the text shown when it has no rows."""

    title: str
    empty: str
    items: Sequence[Item]
    count: int
    # Label and URL of the full list, or of one for each noun in it.
    whole: Sequence[tuple[str, str]]


_Index = Callable[[HttpRequest, dict[str, Any] | None], TemplateResponse]


def with_work_lists(index: _Index) -> _Index:
    """Wrap the admin's index view to add the to-do lists."""

    def front_page(
        request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        lists = list(work_lists(request, day=timezone.localdate()))
        return index(request, {**(extra_context or {}), "work_lists": lists})

    return front_page


def work_lists(request: HttpRequest, *, day: dt.date) -> Iterator[WorkList]:
    """Yield the lists that the user may see, in a constant number of queries."""
    if _may_see(request, Meeting, Commitment, StatusUpdate, Note):
        yield _in_review()
    records = may_record(request)
    if _may_see(request, Meeting):
        yield _listed(
            unrecorded(Meeting.objects.all(), day).only("title", "date", "state"),
            title=_("Meetings held and not recorded"),
            empty=_("Of each meeting that was held, everything is recorded."),
            work="unrecorded",
            item=lambda it: Item(
                name=it.title,
                url=page_url(it),
                detail=f"{it.date} · {it.get_state_display()}",
                worksheet_url=worksheet_url(it) if records else "",
            ),
        )
        yield _listed(
            to_come(Meeting.objects.select_related("forum"), day),
            title=_("Meetings in the next 30 days"),
            empty=_("No meeting is planned for the next 30 days."),
            work="to-come",
            item=_coming,
        )
    if _may_see(request, Commitment):
        commitments = Commitment.objects.all()
        yield _listed(
            overdue_unexplained(commitments, day),
            title=_("Overdue without evidence"),
            empty=_("Of each overdue commitment something is known since its target passed."),
            work="overdue",
            item=lambda it: Item(
                name=str(it),
                url=page_url(it),
                detail=_("due %(date)s") % {"date": it.target},
            ),
        )
        yield _listed(
            unchecked(commitments, day),
            title=_("Not checked for 6 months"),
            empty=_("Each open commitment was checked, or moved, within 6 months."),
            work="unchecked",
            item=lambda it: _unchecked(it, may_check=may_publish(request)),
        )
    if _may_see(request, Source):
        yield _listed(
            unarchived(Source.objects.defer("text"), day),
            title=_("Sources without an archived address"),
            empty=_("Each source that has a web address has an archived one, too."),
            work="unarchived",
            item=lambda it: Item(
                name=it.title, url=page_url(it), detail=f"{it.publisher} · {it.published_on}"
            ),
        )


def _may_see(request: HttpRequest, *nouns: type[Model]) -> bool:
    return all(admin.site._registry[noun].has_view_permission(request) for noun in nouns)


def _list_url(noun: type[Model], query: str) -> str:
    return f"{reverse(f'admin:{noun._meta.app_label}_{noun._meta.model_name}_changelist')}?{query}"


def _listed(
    rows: QuerySet[Any], *, title: str, empty: str, work: str, item: Callable[[Any], Item]
) -> WorkList:
    return WorkList(
        title=title,
        empty=empty,
        items=[item(record) for record in rows[:SHOWN]],
        count=count_up_to(COUNTED, rows),
        whole=[(_("The whole list"), _list_url(rows.model, f"work={work}"))],
    )


def _in_review() -> WorkList:
    waiting = in_review(Review.objects.all())
    shown = waiting.select_related("meeting", "commitment", "update__commitment", "note", "sent_by")
    reviews = list(shown[:SHOWN])
    changed = {review.pk for review, _differences in changed_reviews(reviews)}
    nouns: tuple[type[Model], ...] = (Meeting, Commitment, StatusUpdate, Note)
    return WorkList(
        title=_("In review"),
        empty=_("Nothing waits for a review."),
        items=[
            Item(
                name=str(review.record),
                url=page_url(review.record),
                detail=_sent(review, is_changed=review.pk in changed),
            )
            for review in reviews
        ],
        count=count_up_to(COUNTED, waiting),
        whole=[
            (str(noun._meta.verbose_name_plural), _list_url(noun, "publication=in_review"))
            for noun in nouns
        ],
    )


def _sent(review: Review, *, is_changed: bool) -> str:
    sent = _("sent by %(person)s, %(at)s") % {
        "person": review.sent_by or NOTHING,
        "at": moment(review.sent_at),
    }
    return f"{sent} · {_('changed since, to be sent again')}" if is_changed else sent


def _coming(meeting: Meeting) -> Item:
    brief = reverse("brief", args=[meeting.slug]) if meeting.is_public else ""
    held_in = " · ".join(
        part for part in (str(meeting.date), meeting.place, str(meeting.forum or "")) if part
    )
    return Item(name=meeting.title, url=page_url(meeting), detail=held_in, brief_url=brief)


def _unchecked(commitment: Commitment, *, may_check: bool) -> Item:
    checked = commitment.last_checked_on
    detail = _("never checked") if checked is None else _("checked %(day)s") % {"day": checked}
    url = reverse("admin:tracker_commitment_checked-today", args=[commitment.pk])
    return Item(
        name=str(commitment),
        url=page_url(commitment),
        detail=detail,
        check_url=url if may_check else "",
    )
