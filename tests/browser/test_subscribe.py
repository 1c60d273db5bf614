"""The page to subscribe in a browser: copying an address, the form with and without JavaScript."""

from __future__ import annotations

from django.core import mail
from playwright.sync_api import Browser, Page, expect

from tests.notify.emailing import links_in


def test_an_address_is_copied_by_a_button(page: Page, site: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/subscribe/?party=canada")
    page.get_by_role("button", name="Copy RSS").click()
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{site}/changes.rss?party=canada"


def test_subscribing_without_javascript(browser: Browser, site: str) -> None:
    with browser.new_context(base_url=site, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/subscribe/?party=canada")
        expect(page.get_by_role("button", name="Copy")).to_have_count(0)
        page.get_by_label("E-mail address").fill("reader@")
        page.get_by_label("Once a week").check()
        page.get_by_role("button", name="Send me the link").click()
        expect(page.locator("#id_address_error")).to_be_visible()
        expect(page.get_by_label("E-mail address")).to_have_value("reader@")
        expect(page.get_by_label("Once a week")).to_be_checked()
        page.get_by_label("E-mail address").fill("reader@example.org")
        page.get_by_role("button", name="Send me the link").click()
        expect(page.locator("h1")).to_have_text("Look into your mailbox")
        (confirm,) = links_in(mail.outbox[0].body, "/subscribe/confirm/")
        page.goto(confirm)
        page.get_by_role("button", name="Subscribe").click()
        expect(page.locator("h1")).to_have_text("You are subscribed")
        page.get_by_role("link", name="Change it now").click()
        page.get_by_role("button", name="Unsubscribe").click()
        expect(page.locator("h1")).to_have_text("You are unsubscribed")
