"""The front page of the admin: what waits, how much of it, and what one click does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import make
from tests.admin.browsing import Browser, admin_url
from tracker.actions.amend import amend
from tracker.actions.publishing.publish import mark_fully_recorded
from tracker.actions.review.states import send_for_review
from tracker.admin.todo import front_page
from tracker.admin.todo.front_page import WorkList
from tracker.models import Change, Commitment

DAY = dt.date(2026, 11, 22)
MOMENT = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
TITLES = [
    "In review",
    "Meetings held and not recorded",
    "Meetings in the next 30 days",
    "Overdue without evidence",
    "Not checked for 6 months",
    "Sources without an archived address",
]


@pytest.fixture(autouse=True)
def _on_that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: MOMENT)


def lists(browser: Browser) -> dict[str, WorkList]:
    shown = browser.open("/admin/").response.context["work_lists"]
    return {one.title: one for one in shown}


def names(browser: Browser, title: str) -> list[str]:
    return [item.name for item in lists(browser)[title].items]


def found(browser: Browser, title: str) -> list[str]:
    """What the whole lists find, by the names that are links there."""
    rows = []
    for _label, url in lists(browser)[title].whole:
        listed = browser.client.get(url).context["cl"]
        rows += [str(record) for record in listed.queryset]
    return rows


def test_an_empty_register_says_so_six_times(browser: Browser) -> None:
    page = browser.open("/admin/")
    shown = page.response.context["work_lists"]
    assert [one.title for one in shown] == TITLES
    html = page.response.content.decode()
    assert all(one.empty in html for one in shown)


def test_what_is_in_review(browser: Browser, staff: User) -> None:
    update, note = make.make_update(), make.make_note()
    make.make_meeting()
    send_for_review(note, now=make.NOW, by=staff)
    send_for_review(update.commitment, now=make.NOW + dt.timedelta(hours=1), by=staff)
    mine = lists(browser)["In review"]
    sent = [str(note), str(update.commitment), str(update)]
    assert ([item.name for item in mine.items], mine.count) == (sent, 3)
    assert mine.items[0].detail.startswith("sent by staff, 2026-11-22")
    assert mine.items[0].url == admin_url(note, "change")
    assert sorted(found(browser, "In review")) == sorted(sent)


def test_meetings_held_and_not_recorded(browser: Browser) -> None:
    held = make.published_meeting(title="Held", date="2026-10-01")
    make.make_meeting(title="Passed", state="planned", date="2026-09")
    make.make_meeting(title="This year", state="planned", date="2026")
    make.make_meeting(title="Cancelled", state="cancelled", date="2026-01")
    make.published_meeting(title="Recorded", fully_recorded=True)
    assert names(browser, TITLES[1]) == ["Held", "Passed"]
    assert len(found(browser, TITLES[1])) == 2
    mark_fully_recorded(held, now=make.NOW)
    assert names(browser, TITLES[1]) == ["Passed"]


def test_meetings_to_come_with_their_brief(browser: Browser) -> None:
    public = make.published_meeting(title="Soon", state="planned", date="2026-12-01", slug="soon")
    for title, date in (("A draft", "2026-12-22"), ("Later", "2026-12-23"), ("Far", "2027")):
        make.make_meeting(title=title, state="planned", date=date)
    make.make_meeting(title="Yesterday", state="planned", date="2026-11-21")
    make.make_meeting(title="This month", state="planned", date="2026-11")
    listed = lists(browser)[TITLES[2]].items
    assert [(item.name, item.brief_url) for item in listed] == [
        ("This month", ""),
        ("Soon", "/meetings/soon/brief/"),
        ("A draft", ""),
    ]
    assert browser.client.get(listed[1].brief_url).status_code == 200
    assert len(found(browser, TITLES[2])) == 3
    amend(public, values={"state": "cancelled"}, now=make.NOW)
    assert names(browser, TITLES[2]) == ["This month", "A draft"]


def test_overdue_without_evidence(browser: Browser) -> None:
    silent = make.published_commitment(target="2026-03")
    told = make.published_commitment(target="2026-03")
    make.published_update(told, happened="2026-05", target="2026-03")
    make.published_commitment(target="2026-12")
    make.make_update(target="2026-03")
    assert names(browser, TITLES[3]) == [str(silent)] == found(browser, TITLES[3])


def test_not_checked_for_six_months(browser: Browser) -> None:
    old = make.published_commitment(happened="2026-05-21")
    make.published_commitment(happened="2026-05-22")
    make.published_commitment(happened="2026-01", stage="completed")
    checked = make.published_commitment(happened="2026-01")
    amend(checked, values={"last_checked_on": dt.date(2026, 5, 22)}, now=make.NOW)
    assert names(browser, TITLES[4]) == [str(old)] == found(browser, TITLES[4])
    amend(checked, values={"last_checked_on": dt.date(2026, 5, 21)}, now=make.NOW)
    details = [item.detail for item in lists(browser)[TITLES[4]].items]
    assert details == ["checked 2026-05-21", "never checked"]


def test_sources_without_an_archived_address(browser: Browser) -> None:
    lost = make.make_source(title="Lost")
    make.make_source(archived_url="https://example.org/kept")
    make.make_source(url="")
    assert names(browser, TITLES[5]) == ["Lost"]
    assert found(browser, TITLES[5]) == [str(lost)]


def test_checked_today_is_one_click_and_one_line(browser: Browser, staff: User) -> None:
    commitment = make.published_commitment(happened="2026-01")
    before = Change.objects.count()
    page = browser.open("/admin/")
    [item] = lists(browser)[TITLES[4]].items
    assert "Checked today" in page.response.content.decode()
    for _click in range(2):
        answer = browser.client.post(item.check_url, {"_front_page": "1"})
        assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    [change] = Change.objects.filter(seq__gt=before)
    assert (change.kind, change.significance, change.recorded_by) == ("amended", "minor", staff)
    assert change.payload["before"] == {"last_checked_on": None}
    assert change.payload["commitment"]["last_checked_on"] == "2026-11-22"
    assert change.payload["reason"] == "Nothing new."
    words = browser.open("/admin/").words
    assert "Public now, as change" in words or "was checked today already" in words
    assert names(browser, TITLES[4]) == []
    # From its own page, too, and there it is told as well.
    again = browser.page(commitment, "checked-today")
    assert "was checked today already" in again.response.content.decode()
    assert browser.send(again).url == admin_url(commitment, "change")
    assert Change.objects.filter(seq__gt=before).count() == 1


def test_who_may_not_publish_is_offered_no_click(clerk: Callable[..., Browser]) -> None:
    commitment = make.published_commitment(happened="2026-01")
    reader = clerk("view_commitment", "change_commitment")
    [item] = lists(reader)[TITLES[4]].items
    assert item.check_url == ""
    url = admin_url(commitment, "checked-today")
    assert reader.client.post(url, {"_front_page": "1"}).status_code == 403
    assert Commitment.objects.get().last_checked_on is None


@pytest.mark.parametrize(
    ("permissions", "titles"),
    [
        ((), []),
        (("view_source",), TITLES[5:]),
        (("view_meeting",), TITLES[1:3]),
        (("view_meeting", "view_commitment", "view_statusupdate", "view_note"), TITLES[:5]),
    ],
)
def test_each_sees_the_lists_of_what_she_may_see(
    permissions: tuple[str, ...], titles: list[str], clerk: Callable[..., Browser]
) -> None:
    assert list(lists(clerk(*permissions))) == titles


def test_a_long_list_is_cut_and_counted(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_page, "COUNTED", 11)
    for _source in range(11):
        make.make_source()
    mine = lists(browser)[TITLES[5]]
    assert (len(mine.items), str(mine.count)) == (10, "11")
    make.make_source()
    assert str(lists(browser)[TITLES[5]].count) == "more than 11"
    assert "more than 11" in browser.open("/admin/").response.content.decode()


def test_an_unknown_word_in_the_address_finds_nothing(browser: Browser) -> None:
    make.make_source()
    assert "0 sources" in browser.open("/admin/tracker/source/?work=nonsense").words


def test_the_page_asks_the_same_of_the_database_for_more(browser: Browser, staff: User) -> None:
    def grow() -> None:
        send_for_review(make.make_update().commitment, now=make.NOW, by=staff)
        send_for_review(make.make_note(), now=make.NOW, by=staff)
        forum = make.make_forum()
        make.published_meeting(date="2026-10-01", forum=forum)
        make.published_meeting(date="2026-12-01", state="planned", forum=forum)
        make.published_commitment(happened="2026-01", target="2026-02")

    def asked() -> Any:
        with CaptureQueriesContext(connection) as queries:
            browser.open("/admin/")
        return len(queries)

    grow()
    asked()
    once = asked()
    for _time in range(4):
        grow()
    assert asked() == once
