"""Passages left out, in the form of their source."""

from __future__ import annotations

from tests import make
from tests.admin.browsing import Browser
from tracker.models import Change, PassageLeftOut

PREFIX = "passages_left_out"


def typed(place: int, **values: str) -> dict[str, str]:
    return {f"{PREFIX}-{place}-{name}": value for name, value in values.items()}


def test_a_draft_takes_them_and_they_are_public_with_the_source(browser: Browser) -> None:
    source = make.make_source()
    browser.save(
        source,
        **{f"{PREFIX}-TOTAL_FORMS": "1"},
        **typed(0, locator="paragraph 4", quotation="", subject="Human rights", reason="aim"),
    )
    passage = PassageLeftOut.objects.get()
    assert (passage.subject, passage.is_public) == ("Human rights", False)
    make.published_commitment(source=source)
    passage.refresh_from_db()
    assert passage.is_public


def test_a_public_source_is_amended_by_adding_and_taking_back(browser: Browser) -> None:
    source = make.make_source()
    old = PassageLeftOut.objects.create(
        source=source, locator="paragraph 4", subject="Human rights", reason="aim"
    )
    make.published_commitment(source=source)
    saved = browser.save(
        source,
        **{f"{PREFIX}-TOTAL_FORMS": "2", f"{PREFIX}-0-DELETE": "on", "why": "It was misread."},
        **typed(1, locator="paragraph 5", quotation="grave concern", reason="position"),
    )
    assert "Public now; written to the log as #3." in saved.words
    old.refresh_from_db()
    assert old.is_retracted
    line = Change.objects.get(seq=3)
    assert line.payload["reason"] == "It was misread."
    assert [told["reason"] for told in line.payload["source"]["left_out"]] == ["position"]
    # What is public is not edited: nothing is written for one that is typed over.
    again = browser.save(source, **typed(0, locator="paragraph 9"))
    assert "Nothing was changed" in again.words
    assert PassageLeftOut.objects.public().get().locator == "paragraph 5"


def test_one_that_says_nothing_is_refused_and_stays_as_typed(browser: Browser) -> None:
    source = make.make_source()
    page = browser.save(
        source,
        **{f"{PREFIX}-TOTAL_FORMS": "1"},
        **typed(0, locator="paragraph 4", quotation="", subject="", reason="aim"),
    )
    assert "Quote a few words of it, or say what it is about." in page.words
    assert page.fields[f"{PREFIX}-0-locator"] == ["paragraph 4"]
    assert not PassageLeftOut.objects.exists()
