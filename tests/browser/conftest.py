"""A Chromium and a served register for every browser test; a fault in the page fails the test."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser import NO_CHROMIUM, find_chromium

# Playwright's blocking interface runs an event loop in this thread, and Django would refuse the
# database here. Nothing here is concurrent: a test waits for each step of the browser.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

# The page's own word, because a console message about the policy is worded by the browser.
REPORT_CSP_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI}`));
"""


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium, started once."""
    executable = find_chromium()
    if executable is None:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            # No sandbox: containers and root have none, and only our own pages are opened.
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--no-first-run",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def site(live_server: LiveServer, shipped_register: object) -> str:
    """The address of a running server that holds the shipped register."""
    return live_server.url


@pytest.fixture
def faults() -> list[str]:
    """What the page has complained of so far. Tests use take_faults instead."""
    return []


@pytest.fixture
def page(browser: Browser, site: str, faults: list[str]) -> Iterator[Page]:
    """A fresh page on `site`: page.goto("/"). Errors, CSP violations and requests to other
    hosts fail the test."""

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def note_foreign(request: Request) -> None:
        if not request.url.startswith((site, "data:", "blob:", "about:")):
            faults.append(f"request to another host: {request.url}")

    with browser.new_context(base_url=site) as context:
        context.add_init_script(REPORT_CSP_VIOLATIONS)
        page = context.new_page()
        page.on("console", note_console)
        page.on("pageerror", lambda error: faults.append(f"uncaught: {error}"))
        page.on("request", note_foreign)
        yield page
        settle(page)
    assert not faults, "The page had faults:\n" + "\n".join(faults)


@pytest.fixture
def take_faults(page: Page, faults: list[str]) -> Callable[[], list[str]]:
    """For a test that provokes complaints: returns them, and they no longer fail the test."""

    def take() -> list[str]:
        settle(page)
        taken = faults.copy()
        faults.clear()
        return taken

    return take


def settle(page: Page) -> None:
    """Wait until the page has said what it has to say: complaints arrive after the step itself."""
    if not page.is_closed():
        page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
