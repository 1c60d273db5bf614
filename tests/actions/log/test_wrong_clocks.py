"""A line is for ever, and so is its date: what a clock that was set wrong may not do."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests import make
from tests.log_chain import first_break
from tests.make import NOW
from tests.notify.emailing import make_email
from tests.stored import stored_rows
from tracker.actions.imports.processing import process_due
from tracker.actions.imports.uploads import store_upload
from tracker.actions.log.append import ClockError, accept_clock
from tracker.actions.review.states import schedule, send_for_review
from tracker.models import Change, LogHead, Meeting, Upload
from tracker.queries.health import health
from tracker.queries.log.clock import present_clock_fault

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
TEN_YEARS = dt.timedelta(days=3652)


@pytest.fixture(autouse=True)
def _as_in_production(settings) -> None:  # type: ignore[no-untyped-def]
    settings.LOG_MAX_SILENCE_DAYS = 100


@pytest.mark.parametrize("off", [-TEN_YEARS, -2 * DAY, 101 * DAY, TEN_YEARS], ids=str)
def test_nothing_is_written_far_from_the_last_line(off: dt.timedelta) -> None:
    make.published_meeting(now=NOW)
    draft = make.make_meeting()
    before = stored_rows()
    with pytest.raises(ClockError) as refusal:
        make.publish_meeting(Meeting.objects.get(pk=draft.pk), now=NOW + off)
    [sentence] = refusal.value.messages
    assert sentence == (
        f"The clock says {NOW + off:%Y-%m-%d %H:%M}, but the last line of the log is of "
        "2026-11-22 09:00. One of them is wrong, so nothing is published. Put the clock right; if "
        "it is right, an operator confirms it by “manage.py accept_clock”."
    )
    assert stored_rows() == before


@pytest.mark.parametrize("off", [-DAY, dt.timedelta(), DAY, 100 * DAY], ids=str)
def test_near_the_last_line_all_is_well(off: dt.timedelta) -> None:
    make.published_meeting(now=NOW)
    make.published_meeting(now=NOW + off)
    assert Change.objects.get(seq=2).recorded_at == max(NOW, NOW + off)


def test_the_first_line_may_be_of_any_time() -> None:
    make.published_meeting(now=NOW + TEN_YEARS)
    assert Change.objects.get().recorded_at == NOW + TEN_YEARS


def test_after_a_line_of_2036_the_log_goes_on_in_2026_when_an_operator_says_so() -> None:
    make.published_meeting(now=NOW + TEN_YEARS)
    with pytest.raises(ClockError):
        make.published_meeting(now=NOW)
    assert accept_clock(now=NOW) == NOW + TEN_YEARS
    for hours in (0, 1, -1):
        make.published_meeting(now=NOW + dt.timedelta(hours=hours))
    times = Change.objects.order_by("seq").values_list("recorded_at", flat=True)
    hour = dt.timedelta(hours=1)
    assert list(times) == [NOW + TEN_YEARS, NOW, NOW + hour, NOW + hour]
    assert (LogHead.objects.get().clock_accepted_at, first_break()) == (None, None)
    with pytest.raises(ClockError):  # it was said once
        make.published_meeting(now=NOW + TEN_YEARS)


def test_health_says_when_the_clock_is_off() -> None:
    assert health(now=NOW)["clock"] == "as the log has it"
    make.published_meeting(now=NOW + TEN_YEARS)
    state = health(now=NOW)
    assert (state["ok"], state["clock"]) == (True, present_clock_fault(now=NOW))
    assert "manage.py accept_clock" in state["clock"]


def test_the_command_accepts_a_clock_that_is_off_and_forgets_what_limits_counted() -> None:
    def said() -> str:
        out = io.StringIO()
        call_command("accept_clock", stdout=out)
        return out.getvalue()

    make.published_meeting(now=timezone.now())
    cache.set("limit", 1)
    assert said() == "The clock and the log agree. Limits on guesses begin anew.\n"
    assert cache.get("limit") is None
    cache.set("limit", 1)
    LogHead.objects.update(recorded_at=NOW + TEN_YEARS)
    assert "the last one is of 2036-11-21 09:00." in said()
    assert cache.get("limit") is None
    assert present_clock_fault(now=timezone.now()) == ""


@pytest.mark.django_db(transaction=True)
def test_the_deliverer_does_nothing_by_a_clock_that_is_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or all that is scheduled would be published, and what is kept for days forgotten."""
    monkeypatch.setattr("tracker.management.commands.deliver.clock", lambda: NOW + TEN_YEARS)
    make.published_commitment(now=NOW, target="2028")
    meeting = make.make_meeting()
    send_for_review(meeting, now=NOW, by=User.objects.create_user("writer"))
    editor = User.objects.create_superuser("editor")
    schedule(meeting, publish_at=NOW + 3 * DAY, now=NOW, by=editor)
    make_email(state="pending", created_at=NOW)
    before = stored_rows()
    with pytest.raises(CommandError, match="The clock says 2036"):
        call_command("deliver")
    assert stored_rows() == before


def test_a_file_that_was_taken_under_a_clock_that_was_ahead_is_free() -> None:
    staff = User.objects.create_superuser("staff")
    upload = store_upload([b"title\nOne\n"], noun="meetings", file_name="a.csv", now=NOW, by=staff)
    reading = {"columns": {"title": "title"}}
    Upload.objects.filter(pk=upload.pk).update(state="to_check", reading=reading)
    for until, done in ((NOW + dt.timedelta(minutes=5), 0), (NOW + TEN_YEARS, 1)):
        Upload.objects.update(taken_until=until)
        assert process_due(clock=lambda: NOW) == done
