"""The e-mail channel: one message for each period in which something happened.

A period of a day or a week ends at seven in the morning, in the register's time zone. Nothing is
sent for a period without changes.
"""

from __future__ import annotations

import datetime as dt
import smtplib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from tracker.models import Outcome, Subscription
from tracker.notify.bounces import BOUNCES, bounces_in_a_row
from tracker.notify.digest import digest
from tracker.notify.frequencies import next_time
from tracker.notify.messages import Attempt, Later, Message
from tracker.notify.rounds import Round

# Lines in one message, which says how many more there are, and where.
MOST_LINES = 100
# "Mailbox unavailable", "not local", "name not allowed", "no such user" (RFC 5321, section 4.2.3):
# in reply to the message itself, these are about the recipient. Others may be about us.
_NO_MAILBOX = {550, 551, 553}
_PERMANENT = range(500, 600)


def messages(
    subscription: Subscription, *, now: dt.datetime, round: Round
) -> Iterator[Message | Later]:
    """Yield the messages owed, one after another, as the cursor advances."""
    while (owed := next_message(subscription, now=now, round=round)) is not None:
        yield owed


def next_message(
    subscription: Subscription, *, now: dt.datetime, round: Round
) -> Message | Later | None:
    """Return one message with everything owed; a message already begun keeps its end."""
    query, cursor, end = subscription.query, subscription.cursor, subscription.batch_end
    if end is not None and (begun := list(round.owed(query, after=cursor, to=end))):
        return _message(subscription, begun, end=end, round=round)
    owed = list(round.owed(query, after=cursor))
    if not owed:
        return None
    written_at = round.summaries(owed[:MOST_LINES])[0].change.recorded_at
    # A line dated in the future, by a clock that was ahead, is sent now instead of held back.
    until = next_time(subscription.frequency, now=written_at) if written_at <= now else now
    if now < until:
        return Later(until=until, cursor=owed[0] - 1)
    return _message(subscription, owed, end=round.head, round=round)


def send(
    subscription: Subscription, message: Message, *, now: dt.datetime, round: Round
) -> Attempt:
    """Hand it to the mail server: no mailbox is a bounce, any other failure is retried."""
    try:
        round.mail_server.send(digest(subscription, message, now=now, round=round))
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return _refused(subscription, code, said, is_about_recipient=code in _PERMANENT, now=now)
    except smtplib.SMTPResponseException as error:
        is_about_recipient = (
            isinstance(error, smtplib.SMTPDataError) and error.smtp_code in _NO_MAILBOX
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


def _message(subscription: Subscription, owed: list[int], *, end: int, round: Round) -> Message:
    first = subscription.cursor + 1
    return Message(
        id=f"{subscription.key.hex}.{first}-{end}",
        lines=round.summaries(owed[:MOST_LINES]),
        first_seq=first,
        last_seq=end,
        omitted=len(owed[MOST_LINES:]),
        is_batch=True,
    )


def _refused(
    subscription: Subscription,
    code: int,
    said: bytes | str,
    *,
    is_about_recipient: bool,
    now: dt.datetime,
) -> Attempt:
    reply = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    detail = f"SMTP {code}: {reply[:200]}"
    if not is_about_recipient:
        return Attempt(Outcome.FAILED, code, detail)
    count = bounces_in_a_row(subscription) + 1
    if count >= BOUNCES:
        because = _("%(count)d messages in a row came back, the last one so: %(detail)s")
        return Attempt(Outcome.REFUSED, code, because % {"count": count, "detail": detail})
    # The retry table would use up all of a mailbox's chances within an hour.
    again_at = max(next_time(subscription.frequency, now=now), now + dt.timedelta(days=1))
    return Attempt(Outcome.BOUNCED, code, detail, again_at=again_at)
