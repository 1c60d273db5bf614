"""When a message is due: at once, at seven in the morning, on Mondays; never without news."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from tests.make import NOW, published_commitment, published_update
from tests.notify.emailing import ADDRESS, at, make_email
from tracker.models import AskedMail, Frequency, Significance
from tracker.notify.deliver import deliver_due
from tracker.notify.frequencies import next_time
from tracker.notify.links import ExpiredLinkError, key_to_confirm, token_to_confirm
from tracker.notify.opt_in import EmailOptIn, address_hash, request_opt_in
from tracker.notify.tidy import tidy
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db

TORONTO = "America/Toronto"
HOUR = dt.timedelta(hours=1)
# A Sunday morning; the next ones are a Monday's and a Tuesday's.
SUNDAY, MONDAY, TUESDAY = (dt.datetime(2026, 11, day, 7, tzinfo=dt.UTC) for day in (22, 23, 24))


@pytest.mark.parametrize(
    ("now", "frequency", "then"),
    [
        ("2026-11-22T09:00", Frequency.IMMEDIATE, "2026-11-22T09:00"),
        ("2026-11-22T06:59", Frequency.DAILY, "2026-11-22T07:00"),
        ("2026-11-22T07:00", Frequency.DAILY, "2026-11-23T07:00"),
        ("2026-12-31T09:00", Frequency.DAILY, "2027-01-01T07:00"),
        ("2026-11-22T09:00", Frequency.WEEKLY, "2026-11-23T07:00"),
        ("2026-11-23T06:59", Frequency.WEEKLY, "2026-11-23T07:00"),
        ("2026-11-23T07:00", Frequency.WEEKLY, "2026-11-30T07:00"),
    ],
)
def test_the_next_time(now: str, frequency: Frequency, then: str) -> None:
    moments = [dt.datetime.fromisoformat(told).replace(tzinfo=dt.UTC) for told in (now, then)]
    assert next_time(frequency, now=moments[0]) == moments[1]


@pytest.mark.parametrize(
    ("now", "then_utc"),
    [
        # Clocks go forward on 14 March 2027 and back on 7 November 2027.
        ("2027-03-13T08:00", "2027-03-14T11:00"),
        ("2027-03-14T08:00", "2027-03-15T11:00"),
        ("2027-11-06T08:00", "2027-11-07T12:00"),
        # Twice half past one; seven comes once.
        ("2027-11-07T01:30", "2027-11-07T12:00"),
        ("2027-07-01T08:00", "2027-07-02T11:00"),
        ("2027-01-01T08:00", "2027-01-02T12:00"),
    ],
)
def test_seven_in_the_morning_when_the_clocks_change(
    settings: Any, now: str, then_utc: str
) -> None:
    settings.TIME_ZONE = TORONTO
    daily = make_email(frequency=Frequency.DAILY)
    here = dt.datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(TORONTO))
    then = dt.datetime.fromisoformat(then_utc).replace(tzinfo=dt.UTC)
    assert next_time(daily.frequency, now=here.astimezone(dt.UTC)) == then
    assert then.astimezone(ZoneInfo(TORONTO)).hour == 7


def test_a_weekly_message_keeps_to_monday_across_the_change(settings: Any) -> None:
    settings.TIME_ZONE = TORONTO
    weekly = make_email(frequency=Frequency.WEEKLY)
    # A Monday at eight, six days before the clocks go forward.
    now = dt.datetime(2027, 3, 8, 13, tzinfo=dt.UTC)
    assert next_time(weekly.frequency, now=now) == dt.datetime(2027, 3, 15, 11, tzinfo=dt.UTC)


def test_as_it_happens_is_at_once() -> None:
    make_email()
    published_commitment(now=NOW)
    assert deliver_due(clock=at(NOW)) == 1
    assert len(mail.outbox) == 1


def test_a_day_is_told_the_next_morning_and_not_before() -> None:
    daily = make_email(frequency=Frequency.DAILY)
    published_commitment(title="In the morning", now=SUNDAY + 2 * HOUR)
    assert deliver_due(clock=at(SUNDAY + 3 * HOUR)) == 0
    published_commitment(title="In the evening", now=SUNDAY + 12 * HOUR)
    assert deliver_due(clock=at(MONDAY - HOUR)) == 0
    assert mail.outbox == []
    assert deliver_due(clock=at(MONDAY)) == 1
    assert "In the morning" in mail.outbox[0].body
    assert "In the evening" in mail.outbox[0].body
    daily.refresh_from_db()
    assert (daily.cursor, daily.batch_end) == (log_head().seq, None)
    assert deliver_due(clock=at(MONDAY + HOUR)) == 0


def test_news_after_a_quiet_week_waits_for_the_morning() -> None:
    """It was last looked at on Sunday: by Tuesday its time has long come, and is not the time."""
    make_email(frequency=Frequency.DAILY, next_attempt_at=SUNDAY)
    published_commitment(now=MONDAY + 8 * HOUR)
    assert deliver_due(clock=at(MONDAY + 8 * HOUR)) == 0
    assert deliver_due(clock=at(TUESDAY)) == 1


def test_a_deliverer_that_was_down_in_the_morning_sends_when_it_is_back() -> None:
    make_email(frequency=Frequency.DAILY)
    published_commitment(now=SUNDAY + 2 * HOUR)
    assert deliver_due(clock=at(MONDAY + 5 * HOUR)) == 1


def test_a_week_is_told_on_monday() -> None:
    make_email(frequency=Frequency.WEEKLY)
    published_commitment(now=TUESDAY)
    for days in range(6):
        assert deliver_due(clock=at(TUESDAY + dt.timedelta(days=days))) == 0
    assert deliver_due(clock=at(MONDAY + dt.timedelta(days=7))) == 1


@pytest.mark.parametrize("frequency", Frequency.values)
def test_nothing_is_sent_when_nothing_happened(frequency: str) -> None:
    subscription = make_email(frequency=frequency, query="kind=correction", with_overdue=True)
    published_commitment(now=NOW, target="2025")
    for days in range(15):
        assert deliver_due(clock=at(NOW + dt.timedelta(days=days))) == 0
    assert mail.outbox == []
    subscription.refresh_from_db()
    assert subscription.cursor == log_head().seq


def test_minor_changes_are_sent_only_where_asked_for() -> None:
    make_email(address="usual@example.org")
    make_email(address="asked@example.org", query="significance=minor")
    commitment = published_commitment()
    published_update(
        commitment, significance=Significance.MINOR, happened="2026-03-01", rationale="A comma."
    )
    deliver_due(clock=at(NOW))
    told = {message.to[0]: "A comma." in message.body for message in mail.outbox}
    assert told == {"usual@example.org": False, "asked@example.org": True}


@pytest.mark.usefixtures("shipped_register")
def test_a_back_fill_is_not_sent() -> None:
    subscription = make_email()
    assert log_head().seq > 50
    deliver_due(clock=at(NOW))
    subscription.refresh_from_db()
    assert (mail.outbox, subscription.cursor) == ([], log_head().seq)


# -- Clocks that were ahead -----------------------------------------------------------------------

TEN_YEARS = dt.timedelta(days=3652)


@pytest.mark.parametrize("frequency", Frequency)
def test_a_line_of_2036_is_told_now_and_the_next_in_its_time(frequency: Frequency) -> None:
    """Not in ten years."""
    subscription = make_email(frequency=frequency)
    published_commitment(now=NOW + TEN_YEARS)
    assert deliver_due(clock=at(NOW)) == 1
    subscription.refresh_from_db()
    assert subscription.next_attempt_at <= NOW + dt.timedelta(days=7)


def test_who_was_put_off_until_2036_is_told_when_the_clock_is_right() -> None:
    make_email(next_attempt_at=NOW + TEN_YEARS, lease_until=NOW + TEN_YEARS, lease=uuid.uuid4())
    published_commitment(now=NOW)
    assert deliver_due(clock=at(NOW)) == 1


@pytest.mark.parametrize("days", [1, 8])
def test_who_waits_for_a_day_or_a_week_still_waits(days: int) -> None:
    make_email(next_attempt_at=NOW + dt.timedelta(days=days))
    published_commitment(now=NOW)
    assert deliver_due(clock=at(NOW)) == 0


def test_what_was_asked_for_under_a_clock_that_was_ahead_is_not_counted() -> None:
    for _ in range(5):
        hashed = {"address_hash": address_hash(ADDRESS), "network_hash": "n"}
        AskedMail.objects.create(**hashed, sent_at=NOW + TEN_YEARS)
    opt_in = EmailOptIn(address=ADDRESS, query="", frequency="daily", with_overdue=False)
    request_opt_in(opt_in, asked_from="n", now=NOW)
    assert len(mail.outbox) == 1
    tidy(now=NOW)
    assert AskedMail.objects.count() == 1


def test_a_link_made_under_a_clock_that_was_ahead_does_not_hold_for_ten_years() -> None:
    token = token_to_confirm(make_email(), now=NOW + TEN_YEARS)
    with pytest.raises(ExpiredLinkError):
        key_to_confirm(token, now=NOW)
