"""The desk's whole job in a browser: a meeting recorded, reviewed by somebody else, published.

The meeting is the second ministerial 2+2 of the shipped register, from an empty worksheet.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.before_the_meeting import MEETING, SHIPPED, what_it_did, write_register_before
from tests.make import NOW, make_topic
from tracker.actions.register_files.load import load_register
from tracker.migrations._roles import make_groups
from tracker.models import Meeting, StatusUpdate, Topic

PASSWORD = "a long password"
# The admin imports one style sheet from another; axe would copy that into the page.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}


@pytest.fixture
def site(live_server: LiveServer, db: None, tmp_path: Path, settings: Any) -> str:
    """A register that has not heard yet what the meeting did, and two people of its desk."""
    settings.REQUIRE_SECOND_PERSON = True
    cache.clear()
    make_groups(apps)
    load_register(write_register_before(tmp_path), now=NOW)
    for name, group in (("ann", "Contributor"), ("cem", "Contributor"), ("ben", "Editor")):
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name=group))
    return live_server.url


@pytest.fixture
def worksheet(site: str) -> str:
    return f"/admin/tracker/meeting/{Meeting.objects.get(slug=MEETING).pk}/worksheet/"


@pytest.fixture
def desk(browser: Browser, site: str) -> Any:
    """`desk("ben")` is a page on which ben has signed in, in a browser of his own."""
    opened = []

    def sit_down(name: str) -> Page:
        context = browser.new_context(base_url=site)
        opened.append(context)
        page = context.new_page()
        sign_in(page, name)
        return page

    yield sit_down
    for context in opened:
        context.close()


def sign_in(page: Page, name: str, *, then: str = "/admin/") -> None:
    page.goto(f"/accounts/login/?next={then}")
    fill_in_login(page, name)


def fill_in_login(page: Page, name: str) -> None:
    page.get_by_label("User name or e-mail address").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin/**")


def row_of(page: Page, reference: str) -> Locator:
    return page.locator(".ws-row", has=page.get_by_role("link", name=reference, exact=True))


def fill(row: Locator, told: dict[str, Any]) -> None:
    """Type what an update of the shipped register says."""
    citation = told["citations"][0]
    row.get_by_label("Quotation").fill(citation.get("quotation", ""))
    row.get_by_label("Where in the source").fill(citation.get("locator", ""))
    row.get_by_label("Stage").select_option(told["stage"])
    row.get_by_label("Assessment").select_option(told.get("assessment", "not_assessed"))
    row.get_by_label("Firmness").select_option(told.get("firmness", ""))
    row.get_by_label("Target", exact=True).fill(told.get("target", ""))
    row.get_by_label("Rationale").fill(told["rationale"].strip())


def statement() -> str:
    """A text that holds the quotations, in other marks and dashes, and nothing else of theirs."""
    quoted = [
        citation["quotation"].replace("'", "’").replace("-", "‑").replace(" ", "\n  ", 1)
        for one in what_it_did()
        for citation in one["update"]["citations"]
        if citation.get("quotation")
    ]
    return "\n\n".join(f"The ministers: “{words}”." for words in quoted)


DID = what_it_did()
NEW = [one for one in DID if one["commitment"].get("first_stated") == MEETING]


def test_a_meeting_is_recorded_reviewed_and_published(
    page: Page, desk: Callable[[str], Page], worksheet: str
) -> None:
    for topic in yaml.safe_load((SHIPPED / "topics.yaml").read_text()):
        if not Topic.objects.filter(slug=topic["slug"]).exists():
            make_topic(slug=topic["slug"], name=topic["name"])
    ben = desk("ben")
    ben.goto(worksheet)
    ben.get_by_label("Text of the source").fill(statement())
    ben.get_by_role("button", name="Take it in").click()
    expect(ben.get_by_text("The text is held; quotations")).to_be_visible()

    sign_in(page, "ann", then=worksheet)
    record_all(page)
    page.goto(worksheet)
    expect(page.get_by_role("link", name="Publish its updates…")).to_have_count(0)
    page.get_by_role("link", name="Send its updates for review…").click()
    page.get_by_role("button", name="Send its updates for review").click()
    expect(page.get_by_text("drafts are in review")).to_be_visible()
    assert NEW[0]["commitment"]["title"] not in page.request.get("/changes.json").text()

    publish_all(ben, worksheet)
    assert recorded() == {as_recorded(one) for one in DID}

    page.goto(f"/meetings/{MEETING}/")
    expect(page.get_by_text("signed the Agreement on the Protection").first).to_be_visible()
    page.goto("/commitments/classified-information-agreement/")
    expect(page.get_by_text("Signed").first).to_be_visible()
    titles = [item["title"] for item in page.request.get("/changes.json").json()["items"]]
    assert any("→ Signed" in title for title in titles), titles


def record_all(page: Page) -> None:
    """Record what the meeting did to each commitment that was there before, and the new ones."""
    for one in (one for one in DID if one not in NEW):
        reference = one["commitment"]["reference"]
        if not row_of(page, reference).count():  # delivered before, and mentioned all the same
            page.get_by_label("It also mentions").fill(reference)
            page.get_by_label("It also mentions").press("Enter")
            expect(page.get_by_text("Its row is listed")).to_be_visible()
        row = row_of(page, reference)
        row.get_by_label("Mentioned", exact=True).check()
        fill(row, one["update"])
    for row in page.locator("#open-commitments .ws-row").all():
        if row.get_by_label("Not looked at").is_checked():
            row.get_by_label("Not mentioned").check()
    for number, one in enumerate(NEW):
        if number:
            page.get_by_role("button", name="Another new commitment").click()
        row = page.locator("#new-rows .ws-row").nth(number)
        row.get_by_label("Title").fill(one["commitment"]["title"])
        row.get_by_label("Summary").fill(one["commitment"]["summary"].strip())
        row.get_by_label("Instrument").select_option(one["commitment"]["instrument"])
        names = [Topic.objects.get(slug=slug).name for slug in one["commitment"]["topics"]]
        row.get_by_label("Topics").select_option(label=names)
        fill(row, one["update"])
    page.keyboard.press("Control+s")
    saved = page.get_by_role("status").filter(has_text="Everything is saved.")
    expect(saved).to_be_visible(timeout=20_000)
    expect(page.locator("#count-left")).to_have_text("0")
    expect(page.locator("#count-silent")).to_have_text("3")
    expect(page.locator("#count-draft")).to_have_text(str(len(DID) - len(NEW)))
    expect(page.locator(".ws-check.is-missing")).to_have_count(0)
    assert StatusUpdate.objects.draft().count() == len(DID)


def publish_all(ben: Page, worksheet: str) -> None:
    """The editor sees what the log will say, publishes it, and declares the meeting complete."""
    ben.goto(worksheet)
    ben.get_by_role("link", name="Publish its updates…").click()
    expect(ben.get_by_role("heading", name="What the log will say")).to_be_visible()
    expect(ben.locator(".preview tbody tr")).to_have_count(len(DID) + len(NEW))
    ben.get_by_role("button", name="Publish its updates").click()
    expect(ben.get_by_text("Public now, as changes")).to_be_visible()
    ben.goto(worksheet)
    ben.get_by_role("link", name="Mark as fully recorded…").click()
    expect(ben.get_by_text("From then on it counts as not mentioned:")).to_have_count(2)
    ben.get_by_role("button", name="Mark as fully recorded").click()
    expect(ben.get_by_text("Public now, as change")).to_be_visible()


def recorded() -> set[tuple[str, ...]]:
    rows = StatusUpdate.objects.published().filter(meeting__slug=MEETING)
    return {
        (
            update.commitment.reference,
            update.commitment.title,
            update.stage,
            update.assessment,
            update.firmness,
            update.target.iso if update.target else "",
            update.rationale,
            update.citations.get().quotation,
        )
        for update in rows.select_related("commitment")
    }


def as_recorded(one: dict[str, Any]) -> tuple[str, ...]:
    told = one["update"]
    return (
        one["commitment"]["reference"],
        one["commitment"]["title"],
        told["stage"],
        told.get("assessment", "not_assessed"),
        told.get("firmness", ""),
        told.get("target", ""),
        told["rationale"].strip(),
        told["citations"][0].get("quotation", ""),
    )


def test_a_lost_session_loses_nothing(
    page: Page, take_faults: Callable[[], list[str]], worksheet: str
) -> None:
    sign_in(page, "ann", then=worksheet)
    row = page.locator(".ws-row").first
    row.get_by_label("Mentioned", exact=True).check()
    row.get_by_label("Rationale").fill("Typed before.")
    expect(page.get_by_text("Everything is saved.")).to_be_visible()
    Session.objects.all().delete()
    row.get_by_label("Rationale").fill("Typed after.")
    expect(page.get_by_text("You are not signed in any more.")).to_be_visible()
    assert draft().rationale == "Typed before."

    # In another tab, as it says; then it is saved by itself, with the new session's token.
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in another tab").click()
    other = opened.value
    fill_in_login(other, "ann")
    other.close()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Everything is saved.")).to_be_visible()
    assert draft().rationale == "Typed after."
    # The browser names each answer that refuses.
    assert all("401" in fault or "403" in fault for fault in take_faults())


def test_a_lost_session_loses_nothing_without_javascript(
    browser: Browser, site: str, worksheet: str
) -> None:
    with browser.new_context(base_url=site, java_script_enabled=False) as own:
        page = own.new_page()
        sign_in(page, "ann", then=worksheet)
        row = page.locator(".ws-row").first
        row.get_by_label("Mentioned", exact=True).check()
        row.get_by_label("Rationale").fill("Typed long ago.")
        Session.objects.all().delete()
        page.get_by_role("button", name="Save", exact=True).click()
        fill_in_login(page, "ann")
        expect(page.get_by_text("stands below again and is not saved yet")).to_be_visible()
        expect(page.locator(".ws-row").first.get_by_label("Rationale")).to_have_value(
            "Typed long ago."
        )
        assert not StatusUpdate.objects.draft().exists()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("1 row saved.")).to_be_visible()
    assert draft().rationale == "Typed long ago."


def test_two_people_in_one_row_see_both_versions(
    page: Page, desk: Callable[[str], Page], worksheet: str
) -> None:
    sign_in(page, "ann", then=worksheet)
    cem = desk("cem")
    cem.goto(worksheet)
    for one, told in ((page, "Ann’s reason."), (cem, "Cem’s reason.")):
        row = one.locator(".ws-row").first
        row.get_by_label("Mentioned", exact=True).check()
        row.get_by_label("Rationale").fill(told)
        if one is page:
            expect(one.get_by_text("Everything is saved.")).to_be_visible()
    row = cem.locator(".ws-row").first
    expect(row.get_by_text("ann changed this row meanwhile.")).to_be_visible()
    expect(row.get_by_role("row", name="Rationale")).to_contain_text("Ann’s reason.")
    expect(row.get_by_label("Rationale")).to_have_value("Cem’s reason.")
    expect(cem.get_by_text("Not everything is saved")).to_be_visible()
    assert draft().rationale == "Ann’s reason."
    row.get_by_role("button", name="Keep mine").click()
    expect(row.locator(".ws-saved")).to_have_text("Saved.")
    expect(cem.get_by_text("Everything is saved.")).to_be_visible()
    assert draft().rationale == "Cem’s reason."

    page.locator(".ws-row").first.get_by_label("Rationale").fill("Ann again.")
    expect(page.get_by_text("cem changed this row meanwhile.")).to_be_visible()
    page.get_by_role("button", name="Take theirs").click()
    expect(page.locator(".ws-row").first.get_by_label("Rationale")).to_have_value("Cem’s reason.")


def test_the_worksheet_by_keyboard_and_for_everybody(page: Page, worksheet: str) -> None:
    sign_in(page, "ann", then=worksheet)
    page.keyboard.press("Alt+n")
    page.keyboard.press("Alt+2")
    page.keyboard.press("Alt+n")
    expect(page.get_by_text("Everything is saved.")).to_be_visible()
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Alt+3")
    page.keyboard.type("they will")
    expect(page.locator("#count-silent")).to_have_text("1")
    expect(page.locator("#count-unfinished")).to_have_text("1")
    for width, scheme in ((1280, "light"), (900, "dark"), (360, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # The admin fades from one colour of a link to the next.
        page.evaluate("Promise.all(document.getAnimations().map((fade) => fade.finished))")
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()


def test_a_row_in_review_says_so_before_typing_and_is_taken_back_on_purpose(
    page: Page, desk: Callable[[str], Page], worksheet: str
) -> None:
    sign_in(page, "ann", then=worksheet)
    row = page.locator(".ws-row").first
    row.get_by_label("Mentioned", exact=True).check()
    fill(row, {**DID[0]["update"], "rationale": "As it was sent."})
    expect(page.get_by_text("Everything is saved.")).to_be_visible()
    notice = "A change here ends the review: it is a draft again, and has to be sent once more."
    expect(page.get_by_text(notice)).to_have_count(0)
    send_all(page, worksheet)

    expect(row.get_by_text(notice)).to_be_visible()
    expect(page.get_by_text(notice)).to_have_count(1)
    cem = desk("cem")
    cem.goto(worksheet)
    expect(cem.get_by_text(notice)).to_be_visible()
    expect(cem.get_by_role("link", name="Take it back")).to_have_count(0)
    assert draft().review.state == "in_review"

    row.get_by_role("link", name="Take it back").click()
    page.get_by_role("button", name="Take back from review").click()
    expect(page.get_by_text("It is a draft again.")).to_be_visible()
    assert (draft().review.state, draft().rationale) == ("draft", "As it was sent.")
    page.goto(worksheet)
    expect(row.get_by_label("Rationale")).to_have_value("As it was sent.")
    expect(page.get_by_text(notice)).to_have_count(0)

    send_all(page, worksheet)
    row.get_by_label("Rationale").fill("Otherwise.")
    expect(row.get_by_text("It is out of review by this: send it once more")).to_be_visible()
    expect(row.locator(".ws-review")).to_be_hidden()
    assert draft().review.state == "draft"


def send_all(page: Page, worksheet: str) -> None:
    page.goto(worksheet)
    page.get_by_role("link", name="Send its updates for review…").click()
    page.get_by_role("button", name="Send its updates for review").click()
    expect(page.get_by_text("in review", exact=False).first).to_be_visible()
    page.goto(worksheet)


def draft() -> StatusUpdate:
    return StatusUpdate.objects.draft().get()
