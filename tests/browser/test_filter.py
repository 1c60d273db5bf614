"""The filter under a finger and under the keyboard: the page stays, the groups close like menus."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

SIZES = [(360, 740), (768, 1024), (1280, 600)]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("value", ["concluded", "signed"])
def test_ticking_a_filter_leaves_the_page_where_it_is(
    page: Page, width: int, height: int, value: str
) -> None:
    """Many rows are left by the one, and few by the other."""
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/")
    page.locator("#facet-stage > summary").click()
    box = page.locator(f'input[name="stage"][value="{value}"]')
    box.evaluate("box => scrollTo(0, box.getBoundingClientRect().top + scrollY - 300)")
    before = page.evaluate("scrollY")
    box.click()
    expect(page).to_have_url(re.compile(rf"stage={value}"))
    expect(page.locator("h1")).not_to_have_text("Commitments")
    page.wait_for_timeout(200)
    assert abs(page.evaluate("scrollY") - before) <= 1
    expect(box).to_be_focused()
    expect(box).to_be_checked()
    expect(page.locator("#facet-stage")).to_have_attribute("open", "")
    expect(box).to_be_in_viewport()
    page.keyboard.press("Space")
    expect(page).not_to_have_url(re.compile(rf"stage={value}"))
    page.wait_for_timeout(200)
    assert abs(page.evaluate("scrollY") - before) <= 1


@pytest.mark.parametrize("address", ["/", "/matrix/", "/changes/", "/parties/canada/"])
def test_escape_closes_a_group_and_gives_the_focus_back(page: Page, address: str) -> None:
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address)
        group = page.locator("#facet-flag")
        group.locator("summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(group.locator("input").first).to_be_focused()
        page.keyboard.press("Escape")
        expect(group).not_to_have_attribute("open", "")
        expect(group.locator("summary")).to_be_focused()


def test_a_click_elsewhere_closes_a_group(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/")
    group = page.locator("#facet-flag")
    group.locator("summary").click()
    group.locator("input").first.focus()
    page.mouse.click(640, 780)
    expect(group).not_to_have_attribute("open", "")
    expect(group.locator("summary")).to_be_focused()
    group.locator("summary").click()
    page.get_by_label("Search").click()
    expect(group).not_to_have_attribute("open", "")
    expect(page.get_by_label("Search")).to_be_focused()
    # Inside it stays open, and another group takes its place.
    group.locator("summary").click()
    group.locator("fieldset").click(position={"x": 2, "y": 2})
    expect(group).to_have_attribute("open", "")
    page.locator("#facet-stage > summary").click()
    expect(group).not_to_have_attribute("open", "")
    expect(page.locator("#facet-stage")).to_have_attribute("open", "")


def test_on_a_phone_a_click_elsewhere_moves_nothing(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/")
    group = page.locator("#facet-flag")
    group.locator("summary").click()
    page.locator("h1").click()
    expect(group).to_have_attribute("open", "")


def test_a_value_that_is_repeated_is_said_once(page: Page) -> None:
    page.goto("/?stage=signed&stage=signed&stage=signed")
    expect(page.locator("h1")).to_have_text(re.compile(r"stage Signed$"))
    expect(page.locator(".chip")).to_have_count(1)
