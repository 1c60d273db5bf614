"""What a sitemap lists: all that is public and nothing else, in pages."""

from __future__ import annotations

import pytest

from tests.leaky import DRAFT, add_drafts, publish_register
from tests.make import NOW
from tracker.queries.lists.sitemap import SECTIONS, counts, page_of


def test_lists_what_is_public(db: None) -> None:
    public = publish_register()
    before = counts()
    add_drafts(public)
    assert counts() == before
    slugs = {
        name: [slug for slug, _changed in page_of(section, number=1, per_page=100)]
        for name, section in SECTIONS.items()
    }
    assert slugs["commitments"] == ["agreement", "one", "two"]
    assert slugs["forums"] == ["ministerial"]
    assert slugs["topics"] == ["cyber"]
    assert {name: len(found) for name, found in slugs.items()} == before
    assert DRAFT not in str(slugs)


def test_says_when_commitments_and_meetings_changed(db: None) -> None:
    publish_register()
    for name in ("commitments", "meetings"):
        found = page_of(SECTIONS[name], number=1, per_page=100)
        assert {changed for _slug, changed in found} == {NOW}


@pytest.mark.usefixtures("shipped_register")
def test_pages_follow_each_other_without_gap_or_overlap() -> None:
    section = SECTIONS["commitments"]
    pages = [page_of(section, number=number, per_page=10) for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    slugs = [slug for page in pages for slug, _changed in page]
    assert slugs == sorted(set(slugs))
