"""The log in the admin: read and searched, never touched."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests import make
from tests.admin.browsing import Browser, admin_url
from tests.stored import stored_rows
from tracker.actions.publishing.publish import publish_meeting
from tracker.models import Change


def test_a_line_says_how_a_mistake_is_put_right(browser: Browser) -> None:
    commitment = make.published_commitment(title="A promise")
    change = Change.objects.get(kind="status")
    page = browser.page(change)
    assert "A line of the log is never altered." in page.words
    assert '"title": "A promise"' in page.response.content.decode().replace("&quot;", '"')
    assert admin_url(make.first_update(commitment), "change") in page.response.text
    assert page.buttons == {}


def test_a_line_about_a_party_leads_nowhere(browser: Browser) -> None:
    party = make.make_party(published_seq=1)
    browser.save(party, short_name="Elsewhere")
    page = browser.page(Change.objects.get())
    assert (page.status, "The record" in page.words) == (200, False)


@pytest.mark.parametrize("page", ["change", "delete"])
def test_a_line_is_not_changed(page: str, browser: Browser) -> None:
    make.published_meeting()
    change = Change.objects.get()
    before = stored_rows()
    typed = {"kind": "status", "significance": "minor", "post": "yes"}
    assert browser.client.post(admin_url(change, page), typed).status_code == 403
    assert stored_rows() == before


def test_the_list_tells_who_and_what(browser: Browser, staff: User) -> None:
    publish_meeting(make.make_meeting(title="The meeting"), now=make.NOW, by=staff)
    make.published_meeting(title="The other")
    words = browser.open("/admin/tracker/change/").words
    assert "1 Nov. 22, 2026, 9 a.m. Meeting The meeting: recorded Major staff" in words
    found = browser.open("/admin/tracker/change/?q=2").words
    assert "The other: recorded" in found
    assert "The meeting: recorded" not in found
