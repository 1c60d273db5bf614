"""Telling by e-mail: one message for each period in which something happened.

A period of a day or a week ends at seven in the morning, by the register's clock. Nothing is sent
for one in which nothing happened.
"""

from __future__ import annotations

import datetime as dt
import smtplib
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.models import Change, Frequency, Outcome, Subscription
from tracker.notify.bounces import BOUNCES, bounces_in_a_row
from tracker.notify.digest import digest
from tracker.notify.following import lines_to_tell
from tracker.notify.messages import Attempt, Later, Message
from tracker.queries.change_lines import lines

# Lines told in one message; it says how many more there are, and where.
MOST_LINES = 100
MORNING = dt.time(7)
MONDAY = 0
# "Mailbox unavailable", "not local", "name not allowed", "no such user" (RFC 5321, section 4.2.3):
# said after the message itself, they are about the recipient. Other refusals may be about us.
_NOBODY_THERE = {550, 551, 553}
_PERMANENT = range(500, 600)


def messages(
    subscription: Subscription, *, now: dt.datetime, head: int
) -> Iterator[Message | Later]:
    """What is owed, message after message, as the cursor moves."""
    while (owed := next_message(subscription, now=now, head=head)) is not None:
        yield owed


def next_message(
    subscription: Subscription, *, now: dt.datetime, head: int
) -> Message | Later | None:
    """One message with all that is owed. One that was begun ends where it was to end."""
    if subscription.batch_end is not None:
        begun = _owed(subscription, to=subscription.batch_end, now=now)
        if begun:
            return _message(subscription, begun, end=subscription.batch_end, now=now)
    owed = _owed(subscription, to=head, now=now)
    if not owed:
        return None
    written_at = owed[0].recorded_at
    # A line from under a clock that was ahead is told now: nobody waits until its time has come.
    until = _told_at(subscription, written_at=written_at) if written_at <= now else now
    if now < until:
        return Later(until=until, cursor=owed[0].seq - 1)
    return _message(subscription, owed, end=head, now=now)


def send(subscription: Subscription, message: Message, *, now: dt.datetime) -> Attempt:
    """Hand it to the mail server. Nobody there: a bounce; anything else that fails: once more."""
    try:
        digest(subscription, message, now=now).send()
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return _refused(subscription, code, said, is_about_recipient=code in _PERMANENT, now=now)
    except smtplib.SMTPResponseException as error:
        is_about_recipient = (
            isinstance(error, smtplib.SMTPDataError) and error.smtp_code in _NOBODY_THERE
        )
        return _refused(
            subscription,
            error.smtp_code,
            error.smtp_error,
            is_about_recipient=is_about_recipient,
            now=now,
        )
    except (OSError, ValueError) as error:
        return Attempt(Outcome.FAILED, detail=f"{type(error).__name__}: {error}")
    return Attempt(Outcome.DELIVERED, 250)


def next_time(subscription: Subscription, *, now: dt.datetime) -> dt.datetime:
    """At once, tomorrow morning or on Monday morning; at seven, also when the clocks change."""
    if subscription.frequency == Frequency.IMMEDIATE:
        return now
    return _morning_after(now, is_weekly=subscription.frequency == Frequency.WEEKLY)


def _owed(subscription: Subscription, *, to: int, now: dt.datetime) -> list[Change]:
    """The lines owed, oldest first: as many as are told, and one more if there are more."""
    owed = lines_to_tell(
        subscription, today=timezone.localdate(now), after=subscription.cursor, to=to
    )
    return list(owed[: MOST_LINES + 1])


def _message(
    subscription: Subscription, owed: list[Change], *, end: int, now: dt.datetime
) -> Message:
    first, omitted = subscription.cursor + 1, 0
    if len(owed) > MOST_LINES:
        today = timezone.localdate(now)
        all_owed = lines_to_tell(subscription, today=today, after=subscription.cursor, to=end)
        omitted = all_owed.count() - MOST_LINES
    return Message(
        id=f"{subscription.key.hex}.{first}-{end}",
        lines=lines(owed[:MOST_LINES]),
        first_seq=first,
        last_seq=end,
        omitted=omitted,
        is_batch=True,
    )


def _told_at(subscription: Subscription, *, written_at: dt.datetime) -> dt.datetime:
    """When a line is told: at once, or at the end of the period in which it was written."""
    return next_time(subscription, now=written_at)


def _morning_after(moment: dt.datetime, *, is_weekly: bool) -> dt.datetime:
    zone = timezone.get_default_timezone()
    day = moment.astimezone(zone).date()
    while True:
        morning = dt.datetime.combine(day, MORNING, tzinfo=zone).astimezone(dt.UTC)
        if morning > moment and (not is_weekly or day.weekday() == MONDAY):
            return morning
        day += dt.timedelta(days=1)


def _refused(
    subscription: Subscription,
    code: int,
    said: bytes | str,
    *,
    is_about_recipient: bool,
    now: dt.datetime,
) -> Attempt:
    told = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    detail = f"SMTP {code}: {told[:200]}"
    if not is_about_recipient:
        return Attempt(Outcome.FAILED, code, detail)
    count = bounces_in_a_row(subscription) + 1
    if count >= BOUNCES:
        because = _("%(count)d messages in a row came back, the last one so: %(detail)s")
        return Attempt(Outcome.REFUSED, code, because % {"count": count, "detail": detail})
    # By the table a mailbox would have all its chances within an hour.
    again_at = max(next_time(subscription, now=now), now + dt.timedelta(days=1))
    return Attempt(Outcome.BOUNCED, code, detail, again_at=again_at)
