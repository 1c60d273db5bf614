"""Parties: the smallest noun, and so the one on which the common pages are read through."""

from __future__ import annotations

from tests import make
from tests.admin.browsing import Browser


def test_a_draft_says_when_it_becomes_public(browser: Browser) -> None:
    words = browser.page(make.make_party()).words
    assert "A draft. It becomes public with the first record that names it." in words


def test_a_public_one_says_what_saving_does(browser: Browser) -> None:
    words = browser.page(make.make_party(published_seq=7)).words
    assert "Public since change #7. What you save here is public at once" in words
    assert "Why (shown in the log)" in words


def test_the_list_tells_the_publication(browser: Browser) -> None:
    make.make_party(code="CAN")
    make.make_party(code="KOR", published_seq=1)
    words = browser.open("/admin/tracker/party/").words
    assert "Canada CAN State Draft Republic of Korea KOR State Public" in words
    assert "Canada CAN" not in browser.open("/admin/tracker/party/?publication=public").words
