"""Two people at two desks in one draft: the second save is refused, shown, and decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import make
from tracker.models import Commitment, StatusUpdate


def sign_in(context: BrowserContext, name: str, site: str) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser(name))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])


@pytest.fixture
def desk(browser: Browser, site: str) -> Iterator[Callable[[str], Page]]:
    """`desk("bob")` is somebody else's browser."""
    contexts: list[BrowserContext] = []

    def open_desk(name: str) -> Page:
        contexts.append(browser.new_context(base_url=site))
        sign_in(contexts[-1], name, site)
        return contexts[-1].new_page()

    yield open_desk
    for context in contexts:
        context.close()


def test_both_versions_are_shown_and_one_chooses(
    page: Page, site: str, desk: Callable[[str], Page]
) -> None:
    commitment = Commitment.objects.public().earliest("pk")
    update = make.make_update(commitment=commitment, rationale="It was announced.")
    url = f"/admin/tracker/statusupdate/{update.pk}/change/"
    sign_in(page.context, "ann", site)
    page.goto(url)

    bob = desk("bob")
    bob.goto(url)
    bob.get_by_label("Stage:").select_option("signed")
    bob.get_by_label("Rationale:").fill("It was signed.")
    bob.get_by_role("button", name="Save", exact=True).click()
    expect(bob.get_by_text("was changed successfully")).to_be_visible()

    page.get_by_label("Stage:").select_option("negotiating")
    page.get_by_label("Rationale:").fill("Talks were opened.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Somebody else saved this record")).to_be_visible()
    expect(page.get_by_text("Saved by bob")).to_be_visible()
    stage = page.get_by_role("row", name="Stage")
    expect(stage).to_contain_text("Signed")
    expect(stage).to_contain_text("Negotiating")
    expect(page.get_by_label("Rationale:")).to_have_value("Talks were opened.")

    stage.get_by_label("Take theirs").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    kept = StatusUpdate.objects.get(pk=update.pk)
    assert (kept.stage, kept.rationale) == ("signed", "Talks were opened.")

    page.goto(url.replace("change", "history"))
    edits = page.locator(".versions tbody tr")
    expect(edits).to_have_count(2)
    expect(edits.first).to_contain_text("Talks were opened.")
    expect(edits.last).to_contain_text("bob")
