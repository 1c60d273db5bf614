"""Pictures of the charts in a browser: drawn, recoloured, downloaded, printed, and framed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

CHARTS = ["stages", "targets", "topics", "parties"]
# The colours of a picture, the most frequent first, as "r,g,b".
COLOURS = """
(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const counts = new Map();
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 255) {
      const colour = data.slice(i, i + 3).join();
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 12).map(([colour]) => colour);
}
"""
SIZE_OF_PNG = slice(16, 24)  # width and height, in the first chunk


def come_to(page: Page, chart: str) -> None:
    """A picture is drawn when it comes into sight."""
    page.locator(f"#{chart} canvas").scroll_into_view_if_needed()
    expect(page.locator(f"#{chart} [data-scheme]")).to_be_visible()


def colours(page: Page, chart: str) -> list[str]:
    come_to(page, chart)
    return page.locator(f"#{chart} canvas").evaluate(COLOURS)


def token(page: Page, name: str) -> str:
    """A custom property's colour as "r,g,b"."""
    value = page.evaluate(
        "(name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()", name
    )
    return ",".join(str(int(value[i : i + 2], 16)) for i in (1, 3, 5))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_chart_is_drawn_in_the_colours_of_the_scheme(
    page: Page, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto("/charts/")
    for chart in CHARTS:
        expect(page.locator(f"#{chart} canvas")).to_be_visible()
        expect(page.locator(f"#{chart} table")).to_be_hidden()
    assert token(page, "--stage-announced") in colours(page, "stages")
    assert token(page, "--stage-scheduled") in colours(page, "targets")
    assert token(page, "--stage-completed") in colours(page, "topics")
    assert token(page, "--assessment-not_assessed") in colours(page, "parties")


def test_a_change_of_scheme_draws_anew(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/charts/")
    light = token(page, "--stage-announced")
    assert light in colours(page, "topics")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("#topics [data-scheme=dark]")).to_be_visible()
    assert token(page, "--stage-announced") in colours(page, "topics")
    assert light not in colours(page, "topics")


def test_the_picture_has_the_figures_of_the_table(page: Page) -> None:
    page.goto("/charts/?party=canada")
    for chart in CHARTS:
        come_to(page, chart)
        drawn = page.evaluate(
            "(id) => Chart.getChart(document.querySelector(`#${id} canvas`)).data.datasets"
            ".map(({ label, data }) => [label, ...data])",
            chart,
        )
        table = page.locator(f"#{chart} table").evaluate(
            "(table) => [...table.rows].map((row) => [...row.cells].map((c) => c.textContent))"
        )
        columns = [list(column) for column in zip(*table, strict=True)][1:-1]
        assert [[label, *map(str, counts)] for label, *counts in drawn] == columns


def test_the_figures_open_by_keyboard(page: Page) -> None:
    page.goto("/charts/")
    page.locator("#topics summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#topics table")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("chart", CHARTS)
def test_a_picture_is_downloaded(page: Page, chart: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/charts/?party=canada")
    with page.expect_download() as waiting:
        page.locator(f"#{chart}").get_by_role("button", name="Download as PNG").click()
    assert waiting.value.suggested_filename == f"commitments-of-canada-{chart}.png"
    content = waiting.value.path().read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(content[SIZE_OF_PNG][i : i + 4]) for i in (0, 4))
    # As wide from a phone as from a desk.
    assert width == 2400
    assert height > 500


def test_without_javascript_the_tables_are_open(browser: Browser, site: str) -> None:
    with browser.new_context(base_url=site, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/charts/")
        for chart in CHARTS:
            expect(page.locator(f"#{chart} table")).to_be_visible()
            expect(page.locator(f"#{chart} canvas")).to_be_hidden()
        expect(page.get_by_role("button", name="Download as PNG")).to_have_count(0)


def test_print_unfolds_the_tables(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/charts/")
    page.locator("#topics summary").click()
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for chart in CHARTS:
        expect(page.locator(f"#{chart} table")).to_be_visible()
        expect(page.locator(f"#{chart} canvas")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator("#topics table")).to_be_visible()
    expect(page.locator("#stages table")).to_be_hidden()


@pytest.fixture
def elsewhere(site: str) -> Iterator[str]:
    """The address of another site, whose one page frames the strip and a page of the register."""

    class Framing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            for path in ("/embed/status/?party=canada", "/charts/"):
                self.wfile.write(f'<iframe src="{site}{path}"></iframe>'.encode())

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Framing)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_another_site_may_frame_the_strip_and_nothing_else(
    page: Page, site: str, elsewhere: str, take_faults: Callable[[], list[str]]
) -> None:
    page.goto(elsewhere)
    strip, refused = (page.frame_locator("iframe").nth(number) for number in (0, 1))
    expect(strip.locator("h1")).to_have_text("Commitments of Canada")
    expect(refused.locator(".masthead")).to_have_count(0)
    with page.expect_popup() as opened:
        strip.get_by_role("link", name="Commitment Tracker").click()
    expect(opened.value).to_have_url(f"{site}/?party=canada")
    complaints = [fault for fault in take_faults() if elsewhere not in fault]
    assert len(complaints) == 1
    assert "frame-ancestors 'none'" in complaints[0]


SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_while_charts_are_drawn(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.add_init_script(SHIFTS)
    page.goto("/charts/")
    height = page.evaluate("document.documentElement.scrollHeight")
    for chart in CHARTS:
        come_to(page, chart)
    assert page.evaluate("document.documentElement.scrollHeight") == height
    assert page.evaluate("window.shifted") < 0.01


def test_a_picture_is_drawn_when_it_comes_into_sight(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto("/charts/")
    expect(page.locator("#parties canvas")).to_be_visible()
    assert page.locator("#parties [data-scheme]").count() == 0
    # Its edge is not yet a sight of it.
    page.evaluate(
        "scrollTo(0, document.querySelector('#stages canvas').offsetParent.offsetTop - 638)"
    )
    page.evaluate("libraryIsThere()")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
    assert page.locator("[data-scheme]").count() == 0
    come_to(page, "parties")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("[data-scheme]").count() == len(CHARTS)


def test_the_library_waits_until_the_page_is_there_and_is_there_for_print(page: Page) -> None:
    """Nothing waits for it, and printing, which cannot wait, has all pictures all the same."""
    page.set_viewport_size({"width": 360, "height": 300})
    source = page.request.get("/charts/").text()
    assert re.findall(r'<script src="[^"]*chart', source) == [
        *['<script src="/static/js/chart'] * 2,
    ]
    with page.expect_request_finished(lambda request: "chart.umd" in request.url):
        page.goto("/charts/")
    page.evaluate("libraryIsThere()")
    assert page.locator("[data-scheme]").count() == 0
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for chart in CHARTS:
        expect(page.locator(f"#{chart} canvas")).to_be_visible()
        expect(page.locator(f"#{chart} table")).to_be_visible()
        assert len(page.locator(f"#{chart} canvas").evaluate(COLOURS)) > 3


def test_without_the_library_the_tables_are_open(
    page: Page, take_faults: Callable[[], list[str]]
) -> None:
    page.route("**/chart.umd.min.js", lambda route: route.abort())
    page.goto("/charts/")
    for chart in CHARTS:
        expect(page.locator(f"#{chart} table")).to_be_visible()
        expect(page.locator(f"#{chart} canvas")).to_be_hidden()
        expect(page.locator(f"#{chart} [data-download]")).to_be_hidden()
    (complaint,) = take_faults()
    assert "net::ERR_FAILED" in complaint


def test_before_the_library_is_there_the_tables_are_printed(page: Page) -> None:
    page.route("**/chart.umd.min.js", lambda route: None)
    page.goto("/charts/", wait_until="domcontentloaded")
    expect(page.locator(".charts.is-live")).to_be_attached()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for chart in CHARTS:
        expect(page.locator(f"#{chart} table")).to_be_visible()
        expect(page.locator(f"#{chart} canvas")).to_be_hidden()
