"""Compose an e-mail: log lines and, if requested, what is overdue; as text and as HTML.

What does not depend on the recipient is made once for all who follow the same filter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.filters import ChangeFilter, CommitmentFilter
from tracker.filters.words import log_sentence, sentence
from tracker.lib.text import one_line, with_whole_links
from tracker.models import Change, ChangeKind, Commitment, Subscription
from tracker.notify.links import Purpose, lasting_token, link
from tracker.notify.messages import Message
from tracker.notify.rounds import Round
from tracker.queries.flags import QUERIES, raised_flag
from tracker.queries.log.change_summary import ChangeSummary
from tracker.schema.vocabulary import Flag

# Overdue commitments listed in one message, which links to the rest.
MOST_OVERDUE = 50
LONGEST_SUBJECT = 180


@dataclass(frozen=True, slots=True)
class Entry:
    """A log line, and the address of the page about its subject."""

    line: ChangeSummary
    href: str
    kind: str
    # A commitment's summary or a flag's rule; and an analyst's note in CommonMark.
    about: str
    note: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """Overdue commitments that match a filter; `href` is the address of the full list."""

    rows: Sequence[tuple[Commitment, str]]
    has_more: bool
    href: str


def digest(
    subscription: Subscription, message: Message, *, now: dt.datetime, round: Round
) -> EmailMultiAlternatives:
    """Return the message for the mail server; raise BrokenFilterError."""
    key = (
        *(subscription.query, subscription.with_overdue, message.omitted),
        *(line.change.seq for line in message.lines),
    )
    context = {
        **round.part(key, lambda: _shared_context(subscription, message, round)),
        "subscription": subscription,
        "manage": link(Purpose.MANAGE, lasting_token(subscription, Purpose.MANAGE)),
        "stop": link(Purpose.STOP, lasting_token(subscription, Purpose.STOP)),
    }
    mail = EmailMultiAlternatives(
        subject=context["subject"],
        body=render_to_string("emails/digest.txt", context),
        to=[subscription.address],
        headers=_headers(subscription, message, now=now),
    )
    mail.attach_alternative(render_to_string("emails/digest.html", context), "text/html")
    return mail


def subject(message: Message, filterset: ChangeFilter) -> str:
    """Return the title of the only line, or the number of lines and what they are about."""
    count = len(message.lines) + message.omitted
    if count == 1:
        return _subject_line(message.lines[0].title)
    text = ngettext("%(count)d change: %(what)s", "%(count)d changes: %(what)s", count)
    return _subject_line(text % {"count": count, "what": _subject(filterset)})


def overdue(subscription: Subscription, *, today: dt.date) -> Overdue:
    """Return the filter's public commitments that are overdue on that day, in order of target."""
    params = _commitment_params(QueryDict(subscription.query))
    filterset = CommitmentFilter(params, today=today)
    overdue = filterset.qs.filter(QUERIES[Flag.OVERDUE](filterset.viewpoint))
    rows = overdue.order_by("target_last_day", "reference")
    listed = list(rows[: MOST_OVERDUE + 1])
    params.setlist("flag", [Flag.OVERDUE])
    return Overdue(
        rows=[(row, _absolute(row.get_absolute_url())) for row in listed[:MOST_OVERDUE]],
        has_more=len(listed) > MOST_OVERDUE,
        href=f"{_absolute(reverse('dashboard'))}?{params.urlencode()}",
    )


def _subject(filterset: ChangeFilter) -> str:
    if not filterset.active:
        return str(settings.REGISTER_NAME)
    if filterset.active.keys() & {"kind", "significance"}:
        return log_sentence(filterset)
    return sentence(filterset)


def _shared_context(subscription: Subscription, message: Message, round: Round) -> dict[str, Any]:
    filterset, today = round.filter_of(subscription.query), round.today
    query = f"?{subscription.query}" if subscription.query else ""
    return {
        "subject": subject(message, filterset),
        "entries": [_entry(line) for line in message.lines],
        "omitted": message.omitted,
        "changes": f"{_absolute(reverse('changes'))}{query}",
        "overdue": overdue(subscription, today=today) if subscription.with_overdue else None,
        "today": today,
        "sentence": one_line(log_sentence(filterset)),
        "register_name": settings.REGISTER_NAME,
        "home": _absolute(reverse("dashboard")),
    }


def _entry(line: ChangeSummary) -> Entry:
    movements = [str(movement.label) for movement in line.movements]
    number = _("Change %(number)d") % {"number": line.change.seq}
    kind = " · ".join([number, line.change.get_kind_display(), *movements])
    href = _absolute(_page_of(line.change))
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


def _commitment_params(params: QueryDict) -> QueryDict:
    """Return the parameters that apply to commitments rather than to log lines."""
    remaining = params.copy()
    for name in set(params) - set(CommitmentFilter.base_filters):
        del remaining[name]
    return remaining


def _absolute(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"


# -- Headers ------------------------------------------------------------------------------------


def _subject_line(text: str) -> str:
    """Put text on a single line, cut with "…" past LONGEST_SUBJECT characters."""
    line = one_line(text)
    if len(line) > LONGEST_SUBJECT:
        return line[: LONGEST_SUBJECT - 1].rstrip() + "…"
    return line


def _host() -> str:
    """Return the host of the register's own address, for globally unique ids."""
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def _headers(subscription: Subscription, message: Message, *, now: dt.datetime) -> dict[str, str]:
    """Return a stable Message-ID, one-click unsubscribe (RFC 8058) and a ban on auto-replies.

    List-Id is RFC 2919, List-Unsubscribe RFC 2369, Auto-Submitted RFC 3834.
    """
    return {
        "Message-ID": f"<{message.id}@{_host()}>",
        "Date": format_datetime(now),
        "Auto-Submitted": "auto-generated",
        "List-Id": f"<changes.{_host()}>",
        "List-Unsubscribe": f"<{link(Purpose.STOP, lasting_token(subscription, Purpose.STOP))}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
