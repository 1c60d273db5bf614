"""Who searches for the name of a meeting or source is led to it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.lib.test_folding import ALIKE
from tests.make import (
    make_forum,
    make_meeting,
    make_party,
    make_source,
    make_topic,
    published_commitment,
    published_meeting,
)
from tracker.queries.lists.other_matches import MOST, named_so

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
    for words in ("talks nowhere", "", "  ", '""', "%", "_", "t ta tal talk talks d de def defe"):
        assert titles(words) == [], words


@pytest.mark.parametrize("spellings", ALIKE, ids=lambda spellings: spellings[0])
def test_each_spelling_finds_what_the_others_find(spellings: list[str]) -> None:
    for number, spelling in enumerate(spellings[:MOST]):
        published_meeting(slug=f"talks-{number}", title=f"It says {spelling} there")
    found = titles("it says")
    assert len(found) == len(spellings[:MOST])
    for spelling in spellings:
        assert titles(spelling) == found, spelling
        assert titles(f"“says {spelling}”") == found, spelling


def test_every_name_is_folded() -> None:
    """What the case names, and two neighbours: a hyphen for a space, and a part in each column."""
    forum = make_forum(slug="f", name="Réunion de l’Atlantique")
    topic = make_topic(slug="t", name="Défense")
    party = make_party(code="CIV", slug="p", name="Côte d’Ivoire", short_name="Côte d’Ivoire")
    source = make_source(slug="s", title="Déclaration", publisher="Présidence", summary="À Łódź")
    meeting = published_meeting(
        slug="m",
        title="Montréal‑Seoul",
        place="Đà Nẵng",
        summary="Les « sœurs ».",
        forum=forum,
        parties=[party],
        sources=[source],
    )
    published_commitment(parties=[party], topics=[topic], meeting=meeting, source=source)
    for words, address in {
        "Reunion de l'Atlantique": "/forums/f/",
        "defence": "/topics/t/",
        "cote d'ivoire": "/parties/p/",
        "declaration": "/sources/s/",
        "presidence": "/sources/s/",
        "lodz": "/sources/s/",
        "Montreal": "/meetings/m/",
        "montreal seoul": "/meetings/m/",
        "Montréal-Séoul": "/meetings/m/",
        "da nang": "/meetings/m/",
        '"soeurs"': "/meetings/m/",
    }.items():
        assert [href for _kind, href in titles(words)] == [address], words
    # No phrase is found across two columns.
    assert titles('"seoul da"') == titles('"declaration presidence"') == []


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
