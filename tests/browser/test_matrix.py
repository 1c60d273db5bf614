"""The matrix in a browser: headings that stay, a frame for the keyboard, one page on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect


def pages_on_paper(page: Page) -> int:
    """How many sheets the browser would print."""
    return len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(prefer_css_page_size=True)))


def test_headings_stay_while_the_frame_scrolls(page: Page) -> None:
    page.set_viewport_size({"width": 900, "height": 700})
    page.goto("/matrix/")
    frame = page.locator(".matrix-frame")
    # The newest meetings come first into view.
    assert frame.evaluate("f => f.scrollLeft + f.clientWidth >= f.scrollWidth - 1")
    frame.evaluate("f => f.scrollTo(200, 900)")
    box = frame.bounding_box()
    corner = page.locator(".matrix-corner").bounding_box()
    row = page.locator("th[scope=row]").nth(9).bounding_box()
    assert box
    assert corner
    assert row
    assert abs(corner["x"] - box["x"]) < 2
    assert abs(corner["y"] - box["y"]) < 2
    assert abs(row["x"] - box["x"]) < 2


def test_the_frame_scrolls_by_keyboard(page: Page) -> None:
    page.set_viewport_size({"width": 900, "height": 700})
    page.goto("/matrix/")
    frame = page.get_by_role("region", name="25 commitments by 12 meetings")
    frame.focus()
    page.keyboard.press("End")
    moved = (
        "f => new Promise((done) => (f.scrollTop ? done(true) : (f.onscroll = () => done(true))))"
    )
    assert frame.evaluate(moved)


def test_a_wide_screen_shows_it_whole(page: Page) -> None:
    page.set_viewport_size({"width": 1600, "height": 900})
    page.goto("/matrix/")
    expect(page.locator(".matrix-frame.is-whole")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_phone_shows_cards(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/matrix/?q=Indo-Pacific+Dialogue")
    row = page.locator("tbody tr").first
    expect(row.locator("td:visible")).to_have_count(2)  # what was said, and the silence
    expect(row.locator("td:visible").last).to_contain_text("25 February 2026")
    expect(row.locator("td:visible").last).to_contain_text("Not mentioned")


@pytest.mark.parametrize("address", ["/matrix/", "/meetings/2028-third-2plus2-ministerial/brief/"])
def test_it_prints_on_one_page(page: Page, address: str) -> None:
    page.goto(address)
    assert pages_on_paper(page) == 1


def test_without_javascript_the_frame_scrolls(browser: Browser, site: str) -> None:
    with browser.new_context(base_url=site, java_script_enabled=False) as context:
        page = context.new_page()
        page.set_viewport_size({"width": 1280, "height": 700})
        page.goto("/matrix/")
        frame = page.locator(".matrix-frame").bounding_box()
        assert frame
        assert frame["height"] <= 700
        page.locator(".matrix-choice a", has_text="Leaders' meetings").click()
        expect(page.locator("thead th")).to_have_count(4)
