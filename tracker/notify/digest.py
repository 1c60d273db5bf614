"""What a message says: the lines of the log, and on wish what is overdue; as text and as HTML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.filters import ChangeFilter, CommitmentFilter
from tracker.filters.words import log_sentence, sentence
from tracker.lib.text import one_line, with_whole_links
from tracker.models import Change, ChangeKind, Commitment, Subscription
from tracker.notify.following import filter_of
from tracker.notify.headers import headers, subject_line
from tracker.notify.links import Purpose, lasting_token, link
from tracker.notify.messages import Message
from tracker.queries.change_lines import Line
from tracker.queries.flags import QUERIES, raised_flag
from tracker.schema.vocabulary import Flag

# Overdue commitments listed in one message; it says that there are more, and where.
MOST_OVERDUE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log, and the address of the page that it is about."""

    line: Line
    href: str
    kind: str
    # What was promised, or the rule of a flag; and an analyst's note, in CommonMark.
    about: str
    note: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is overdue among a filter's commitments; `href` is the list of all of it."""

    rows: Sequence[tuple[Commitment, str]]
    has_more: bool
    href: str


def digest(
    subscription: Subscription, message: Message, *, now: dt.datetime
) -> EmailMultiAlternatives:
    """The message as it is handed to the mail server; raises BrokenFilterError."""
    found = filter_of(subscription, today=timezone.localdate(now))
    context = _context(subscription, message, found, now=now)
    mail = EmailMultiAlternatives(
        subject=subject(message, found),
        body=render_to_string("emails/digest.txt", context),
        to=[subscription.address],
        headers=headers(subscription, message, now=now),
    )
    mail.attach_alternative(render_to_string("emails/digest.html", context), "text/html")
    return mail


def subject(message: Message, found: ChangeFilter) -> str:
    """The title of the only line, or how many there are and of what."""
    count = len(message.lines) + message.omitted
    if count == 1:
        return subject_line(message.lines[0].title)
    told = ngettext("%(count)d change: %(what)s", "%(count)d changes: %(what)s", count)
    return subject_line(told % {"count": count, "what": _subject(found)})


def overdue(subscription: Subscription, *, today: dt.date) -> Overdue:
    """The public commitments of the filter that are overdue on that day, in order of target."""
    params = _of_commitments(QueryDict(subscription.query))
    found = CommitmentFilter(params, today=today)
    overdue = found.qs.filter(QUERIES[Flag.OVERDUE](found.moment))
    rows = overdue.order_by("target_last_day", "reference")
    listed = list(rows[: MOST_OVERDUE + 1])
    params.setlist("flag", [Flag.OVERDUE])
    return Overdue(
        rows=[(row, _whole(row.get_absolute_url())) for row in listed[:MOST_OVERDUE]],
        has_more=len(listed) > MOST_OVERDUE,
        href=f"{_whole(reverse('dashboard'))}?{params.urlencode()}",
    )


def _subject(found: ChangeFilter) -> str:
    if not found.active:
        return str(settings.REGISTER_NAME)
    if found.active.keys() & {"kind", "significance"}:
        return log_sentence(found)
    return sentence(found)


def _context(
    subscription: Subscription, message: Message, found: ChangeFilter, *, now: dt.datetime
) -> dict[str, object]:
    query = f"?{subscription.query}" if subscription.query else ""
    today = timezone.localdate(now)
    return {
        "subject": subject(message, found),
        "entries": [_entry(line) for line in message.lines],
        "omitted": message.omitted,
        "changes": f"{_whole(reverse('changes'))}{query}",
        "overdue": overdue(subscription, today=today) if subscription.with_overdue else None,
        "today": today,
        "sentence": one_line(log_sentence(found)),
        "subscription": subscription,
        "register_name": settings.REGISTER_NAME,
        "home": _whole(reverse("dashboard")),
        "manage": link(Purpose.MANAGE, lasting_token(subscription, Purpose.MANAGE)),
        "stop": link(Purpose.STOP, lasting_token(subscription, Purpose.STOP)),
    }


def _entry(line: Line) -> Entry:
    movements = [str(movement.label) for movement in line.movements]
    number = _("Change %(number)d") % {"number": line.change.seq}
    kind = " · ".join([number, line.change.get_kind_display(), *movements])
    href = _whole(_page_of(line.change))
    note = str(line.change.payload.get("note", {}).get("text", ""))
    return Entry(
        line=line,
        href=href,
        kind=kind,
        about=_about(line.change),
        note=with_whole_links(note, page=href),
    )


def _about(change: Change) -> str:
    payload = change.payload
    if change.kind == ChangeKind.COMMITMENT_PUBLISHED:
        return str(payload["commitment"]["summary"])
    flag = raised_flag(payload) if change.kind == ChangeKind.FLAG else None
    return flag.rule if flag else ""


def _page_of(change: Change) -> str:
    about = change.commitment or change.meeting or change.source
    return about.get_absolute_url() if about else f"{reverse('changes')}#change-{change.seq}"


def _of_commitments(params: QueryDict) -> QueryDict:
    """The part of a filter that is about commitments and not about lines of the log."""
    kept = params.copy()
    for name in set(params) - set(CommitmentFilter.base_filters):
        del kept[name]
    return kept


def _whole(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"
