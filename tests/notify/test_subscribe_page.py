"""The page that explains each way to follow a filter."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from tests.make import make_topic, published_commitment
from tracker.models import ChangeKind
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _cyber() -> None:
    published_commitment(topics=[make_topic(slug="cyber", name="Cyber")])


def addresses(client: Client, query: str = "") -> dict[str, str]:
    """What can be copied, by the id of its field."""
    page = client.get(f"/subscribe/{query}").content.decode()
    found = re.findall(r'<input type="text" id="way-(\w+)" value="([^"]*)" readonly', page)
    return {name: html.unescape(address) for name, address in found}


def test_every_way_has_its_address(client: Client) -> None:
    assert addresses(client) == {
        "atom": "http://testserver/changes.atom",
        "rss": "http://testserver/changes.rss",
        "json": "http://testserver/changes.json",
        "calendar": "http://testserver/calendar.ics",
        "api": f"http://testserver/api/v1/changes/?after={log_head().seq}",
    }


def test_a_filter_is_in_every_address_and_in_words(client: Client) -> None:
    query = "?topic=cyber&sort=title&page=2&kind=status&party=republic-of-korea&party=canada"
    kept = "party=canada&party=republic-of-korea&topic=cyber"
    with_kind = f"kind=status&{kept}"
    assert addresses(client, query) == {
        "atom": f"http://testserver/changes.atom?{with_kind}",
        "rss": f"http://testserver/changes.rss?{with_kind}",
        "json": f"http://testserver/changes.json?{with_kind}",
        # A calendar shows commitments, and knows no kinds of lines.
        "calendar": f"http://testserver/calendar.ics?{kept}",
        "api": f"http://testserver/api/v1/changes/?{with_kind}&after={log_head().seq}",
    }
    page = html.unescape(client.get(f"/subscribe/{query}").content.decode())
    assert (
        '<p class="lede">Changes to commitments on Cyber, of Canada or Republic of Korea, '
        "only: Status</p>" in page
    )
    assert f'<a href="webcal://testserver/calendar.ics?{kept}">' in page
    assert f'<a href="/subscribe/webhook/?{with_kind}">' in page
    assert f'action="/subscribe/email/?{with_kind}#by-email"' in page


def test_every_address_that_is_shown_answers(client: Client) -> None:
    for address in addresses(client, "?topic=cyber&kind=status").values():
        assert client.get(address).status_code == 200, address


def test_a_filter_in_an_address_cannot_leave_its_field(client: Client) -> None:
    page = client.get("/subscribe/", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page
    assert "%22%3E%3Cscript%3E" in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?topic=nothing", "There is no “nothing” here."),
        ("?as_of=2026-01-01", "What follows the log as it grows cannot look back."),
        ("?known_at=2026-01-01", "What follows the log as it grows cannot look back."),
        ("?kind=nonsense", "There is no “nonsense” here."),
    ],
)
def test_a_broken_filter_has_sentences_and_no_form(
    client: Client, query: str, sentence: str
) -> None:
    response = client.get(f"/subscribe/{query}")
    page = response.content.decode()
    assert response.status_code == 200
    assert sentence in page
    assert f"<code>{query[1:].split('=', maxsplit=1)[0]}</code>" in page
    assert "<form" not in page
    assert "readonly" not in page


def test_unknown_parameters_are_named_and_left_out(client: Client) -> None:
    page = client.get("/subscribe/?topik=cyber").content.decode()
    assert "mean nothing here and were ignored: topik" in page
    assert addresses(client, "?topik=cyber")["atom"] == "http://testserver/changes.atom"


def test_a_register_that_sends_no_e_mail_says_so(client: Client, settings: Any) -> None:
    settings.EMAIL_URL = ""
    page = client.get("/subscribe/").content.decode()
    assert "This register sends no e-mail." in page
    assert "<form" not in page
    assert "changes.atom" in page


def test_a_filter_that_is_too_long_for_e_mail_says_so(client: Client) -> None:
    everything = [("kind", kind) for kind in ChangeKind.values] + [("q", "😀" * 200)]
    query = "&".join(f"{name}={value}" for name, value in everything)
    page = client.get(f"/subscribe/?{query}").content.decode()
    assert "too long for a subscription by e-mail" in page
    assert "<form" not in page


def test_a_hub_is_named_where_there_is_one(client: Client, settings: Any) -> None:
    assert "WebSub" not in client.get("/subscribe/").content.decode()
    settings.WEBSUB_HUB = "https://hub.example.org/"
    assert "the hub https://hub.example.org/" in client.get("/subscribe/").content.decode()


def test_the_page_is_for_one_reader_and_not_for_shared_caches(client: Client) -> None:
    response = client.get("/subscribe/")
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response.headers["Vary"]


def test_it_is_in_the_navigation(client: Client) -> None:
    assert '<a href="/subscribe/">Subscribe</a>' in client.get("/").content.decode()
    page = client.get("/subscribe/").content.decode()
    assert '<a href="/subscribe/" aria-current="page">Subscribe</a>' in page
