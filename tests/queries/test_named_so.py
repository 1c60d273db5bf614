"""Who searches for the name of a meeting or source is led to it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.make import make_forum, make_meeting, make_source, make_topic, published_meeting
from tracker.queries.named_so import MOST, named_so

pytestmark = pytest.mark.django_db


def titles(text: str) -> list[tuple[str, str]]:
    return [(str(record.kind), record.href) for record in named_so(text)]


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("APEC", "/meetings/2025-10-30-leaders-meeting-on-apec-margins/"),
        ("apec leaders", "/meetings/2025-10-30-leaders-meeting-on-apec-margins/"),
        ("Carney", "/sources/"),
        ("Seoul", "/meetings/2023-04-foreign-ministers-visit-to-seoul/"),
        ("“2+2”", "/forums/2plus2-ministerial/"),
        ("Global Affairs", "/sources/"),
    ],
)
def test_a_name_leads_to_its_page(client: Client, words: str, address: str) -> None:
    page = client.get("/", {"q": words}).content.decode()
    part = page.partition('<section class="named"')[2].partition("</section>")[0]
    assert f'href="{address}' in part
    for moment in ({"as_of": "2026-01-01"}, {"known_at": "2026-11-22"}):
        assert 'class="named"' not in client.get("/", {"q": words, **moment}).content.decode()
    assert 'class="named"' not in client.get("/").content.decode()


def test_words_are_folded_and_each_must_occur() -> None:
    published_meeting(slug="talks", title="Talks on defence co\u2010operation", place="Łódź, Séoul")
    meeting = [("Meeting", "/meetings/talks/")]
    for words in ("talks", "Talks séoul", "“on defence”", "Łódź", "(talks),"):
        assert titles(words) == meeting, words
    for words in ("talks nowhere", "", "  ", '""', "%", "_", "talks " * 9):
        assert titles(words) == [], words


def test_drafts_are_not_named() -> None:
    make_meeting(title="zyzzyva")
    make_source(title="zyzzyva")
    make_topic(name="zyzzyva")
    make_forum(name="zyzzyva")
    assert titles("zyzzyva") == []


def test_a_few_of_each_by_one_query() -> None:
    for _number in range(MOST + 1):
        published_meeting(title="Round")
    with CaptureQueriesContext(connection) as queries:
        assert len(titles("round")) == MOST
    assert len(queries) == 1
