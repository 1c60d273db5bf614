"""Sources: what is kept of a document, drafts and public."""

from __future__ import annotations

from tests import make
from tests.admin.browsing import Browser
from tracker.models import Change, Source


def test_a_drafts_text_is_kept_with_its_hash(browser: Browser) -> None:
    source = make.make_source()
    browser.save(source, text="The ministers met.\r\nThey agreed.")
    kept = Source.objects.get(pk=source.pk)
    assert kept.text == "The ministers met.\nThey agreed."
    assert len(kept.text_sha256) == 64


def test_a_new_title_is_searched_at_once(browser: Browser) -> None:
    source = make.make_source(publisher="P")
    browser.save(source, title="Déclaration d’Ottawa")
    assert Source.objects.values_list("folded_text", flat=True).get() == "declaration d'ottawa\np"


def test_a_public_sources_text_is_added(browser: Browser) -> None:
    make.published_meeting()
    source = Source.objects.public().get()
    browser.save(source, text="The ministers met.")
    assert Source.objects.get(pk=source.pk).text == "The ministers met."
    assert Change.objects.latest("seq").payload["before"] == {"text_sha256": ""}


def test_an_address_without_scheme_is_taken_for_https(browser: Browser) -> None:
    source = make.make_source()
    browser.save(source, url="example.org/a")
    assert Source.objects.get(pk=source.pk).url == "https://example.org/a"


def test_a_draft_says_when_it_becomes_public(browser: Browser) -> None:
    words = browser.page(make.make_source()).words
    assert "It becomes public with the first record that rests on it." in words


def test_the_list_tells_date_kind_and_publication(browser: Browser) -> None:
    make.make_source(title="A statement", published_on="2026-02")
    words = browser.open("/admin/tracker/source/").words
    assert "A statement Joint statement Global Affairs Canada 2026-02 en Draft" in words
