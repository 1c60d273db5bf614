"""What a reader's browser does with the public pages: axe, narrow, dark, keyboard, no script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

PAGES = [
    "/",
    "/?flag=not_mentioned",
    "/?as_of=2025-11-01",
    "/?stage=nonsense&as_of=2026-13",
    "/?q=nothing-matches-this",
    "/commitments/classified-information-agreement/",
    "/commitments/cyber-policy-consultations/",
    "/commitments/classified-information-agreement/?as_of=2025-11-01",
    "/matrix/",
    "/matrix/?columns=2plus2-ministerial&as_of=2025-11-01",
    "/matrix/?columns=nonsense",
    "/compare/",
    "/compare/?from=2025-10-02-first-2plus2-director-general&to=2026-11-22&party=canada",
    "/compare/?from=nowhere&to=2020-01-01",
    "/charts/",
    "/charts/?q=nothing-matches-this",
    "/embed/status/?party=canada",
    "/meetings/",
    "/meetings/2025-10-30-leaders-meeting-on-apec-margins/?as_of=2025-11-01",
    "/meetings/2028-third-2plus2-ministerial/",
    "/meetings/2028-third-2plus2-ministerial/brief/",
    "/meetings/2026-02-25-second-2plus2-ministerial/brief/",
    "/meetings/2026-02-25-second-2plus2-ministerial/",
    "/sources/",
    "/sources/2025-10-noah-note/",
    "/parties/",
    "/parties/canada/",
    "/topics/",
    "/topics/information-security/",
    "/forums/",
    "/forums/2plus2-ministerial/?as_of=2025-11-01",
    "/sources/2026-02-25-ministerial-joint-statement/?as_of=2026-03-01",
    "/commitments/indo-pacific-dialogue/",
    "/changes/",
    "/data/",
    "/api/docs/",
    "/subscribe/",
    "/subscribe/?topic=information-security&party=canada",
    "/subscribe/?topic=nonsense",
    "/subscribe/asked/",
    "/subscribe/webhook/?topic=information-security",
    "/subscribe/webhook/?topic=nonsense&known_at=2026-11-22",
    "/methodology/",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES: dict[Literal["light", "dark"], list[str]] = {
    "light": WCAG,
    "dark": ["color-contrast", "link-in-text-block"],
}
# What is wrong with the page as it stands: sideways scroll, cut words, frames out of reach.
FIND_BREAKS = """() => {
  const found = [];
  const onPaper = matchMedia("print").matches;
  const overflow = document.documentElement.scrollWidth - innerWidth;
  if (overflow > 0) found.push(`the page scrolls sideways by ${overflow}`);
  for (const element of document.querySelectorAll("body *")) {
    const { clipPath, overflowX } = getComputedStyle(element);
    const isFrame = !onPaper && (overflowX === "auto" || overflowX === "scroll");
    // Offered whole to screen readers only, or scrolled as one types.
    if (clipPath !== "none" || overflowX === "visible" || element.matches("input")) continue;
    if (!element.checkVisibility() || element.scrollWidth <= element.clientWidth + 1) continue;
    if (!isFrame) found.push(`cut: ${element.textContent}`);
    if (isFrame && element.tabIndex < 0) found.push(`out of reach: ${element.className}`);
  }
  return found;
}"""


@pytest.mark.parametrize("address", PAGES)
def test_accessible_and_no_wider_than_the_screen(page: Page, address: str) -> None:
    """Every rule in light, and in dark those about colour, on which no width depends."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="light")
        page.goto(address)
        for scheme, rules in SCHEMES.items():
            if (width, scheme) == (360, "dark"):
                continue
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
            told = f"{width} px, {scheme}: {found.generate_report()}"
            assert found.violations_count == 0, told
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width


def test_filters_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.locator("summary", has_text="Flag").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("value", "overdue")
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?flag=not_mentioned"))
    expect(page.locator("tbody tr")).to_have_count(2)


def test_an_address_keeps_only_what_was_filled_in(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Search").fill("GSOMIA")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/?q=GSOMIA")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_list_refreshes_in_place_and_keeps_its_address(page: Page) -> None:
    page.goto("/")
    page.evaluate("window.stillTheSamePage = true")
    page.locator("summary", has_text="Flag").click()
    page.locator("#id_flag_4").check()
    expect(page).to_have_url(re.compile(r"/\?flag=not_mentioned$"))
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page).to_have_title(re.compile("^Commitments flagged Not mentioned"))
    expect(page.locator("#announcement")).to_contain_text("2 commitments")
    # What was open and focused stays so.
    expect(page.locator("#id_flag_4")).to_be_focused()
    expect(page.locator("#id_flag_4")).to_be_visible()
    page.locator("thead a", has_text="Last update").click()
    expect(page).to_have_url(re.compile(r"/\?flag=not_mentioned&sort=happened$"))
    page.locator(".chip").click()
    expect(page).to_have_url(re.compile(r"/\?sort=happened$"))
    expect(page.locator("tbody tr")).to_have_count(25)
    assert page.evaluate("window.stillTheSamePage")
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("tbody a").first.click()
    expect(page.locator("h1")).not_to_have_text("Commitments")


def test_a_workbook_is_waited_for_in_sight(page: Page) -> None:
    page.goto("/?stage=signed")
    with page.expect_download() as download:
        page.locator('a[href="/commitments.xlsx?stage=signed"]').click()
    assert download.value.suggested_filename.startswith("commitments-at-the-stage-signed-")
    expect(page.locator("[data-files-state]")).to_have_text("The file is with you.")
    expect(page.locator("[data-files-state] progress")).to_be_hidden()


def test_a_file_that_cannot_be_made_says_why(
    page: Page, take_faults: Callable[[], list[str]]
) -> None:
    page.goto("/data/")
    link = page.locator("a[data-file]").last
    link.evaluate("link => link.search = '?stage=late'")
    link.click()
    expect(page.locator("[data-files-state]")).to_contain_text("There is no “late” here.")
    assert all("400" in fault for fault in take_faults())


def test_everything_works_without_javascript(browser: Browser, site: str) -> None:
    with browser.new_context(base_url=site, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_label("Search").fill("사이버정책협의회")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        page.locator("tbody a").first.click()
        expect(page.locator("h1")).to_have_text("Launch the Cyber Policy Dialogue")
        page.goto("/?sort=reference")
        page.locator("thead a", has_text="Target").click()
        expect(page.locator("tbody tr").first).to_contain_text("March 2026")
        expect(page.locator("thead th[aria-sort]")).to_have_attribute("aria-sort", "ascending")


def test_print_leaves_the_controls_out(page: Page) -> None:
    page.goto("/")
    page.emulate_media(media="print")
    expect(page.locator("form.filter")).to_be_hidden()
    expect(page.locator(".embed-code")).to_be_hidden()
    expect(page.locator("table")).to_be_visible()


def test_print_keeps_what_is_wrong_with_the_filter(page: Page) -> None:
    page.goto("/?stage=nonsense")
    page.emulate_media(media="print")
    expect(page.locator(".errors")).to_be_visible()
    expect(page.get_by_label("Search")).to_be_hidden()


@pytest.mark.parametrize("address", [a for a in PAGES if not a.startswith("/matrix/")])
def test_nothing_runs_out_of_the_paper(page: Page, address: str) -> None:
    page.goto(address)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    # A4 without its margins.
    page.set_viewport_size({"width": 703, "height": 1017})
    assert page.evaluate(FIND_BREAKS) == []


def test_an_error_page_is_one_of_ours(page: Page, take_faults: Callable[[], list[str]]) -> None:
    page.goto("/nothing-here/")
    assert breaks_at_twice_the_size(page) == []
    expect(page.locator("h1")).to_have_text("There is nothing at this address")
    page.get_by_label("Search").fill("GSOMIA")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert all("404" in fault for fault in take_faults())


def breaks_at_twice_the_size(page: Page) -> list[str]:
    """What large text does to the page, on a wide screen, on half of it and on a phone."""
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found = []
    for width in (1280, 720, 360):
        page.set_viewport_size({"width": width, "height": 800})
        # Two frames: the scripts that watch for a change of size have had their turn.
        page.evaluate("() => new Promise((d) => requestAnimationFrame(() => setTimeout(d, 50)))")
        found += [f"{width}: {said}" for said in page.evaluate(FIND_BREAKS)]
    return found


@pytest.mark.parametrize("address", PAGES)
def test_text_at_twice_the_size_does_not_break(page: Page, address: str) -> None:
    page.goto(address)
    assert breaks_at_twice_the_size(page) == []


def test_an_open_filter_at_twice_the_size_does_not_break(page: Page) -> None:
    page.goto("/")
    for name in ("Meeting", "Dates and order"):
        page.locator("summary", has_text=name).click()
        assert breaks_at_twice_the_size(page) == []
