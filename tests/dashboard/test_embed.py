"""The strip for other sites: allowed in frames, alone of all pages, and honest about errors."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from django.test import Client

from tests.dashboard.conftest import OnDay
from tests.test_bad_input import SENTENCES

pytestmark = pytest.mark.usefixtures("shipped_register")


def test_the_strip_tells_how_things_stand(client: Client, on_day: OnDay) -> None:
    on_day(dt.date(2026, 11, 22))
    response = client.get("/embed/status/?topic=space&party=canada")
    page = re.sub(r"\s+", " ", response.content.decode())
    assert response.status_code == 200
    assert "<h1>Commitments on Space, of Canada</h1>" in page
    assert "2 commitments." in page
    assert "We have not judged any of the 2." in page
    assert '<rect class="bar-announced" x="0" y="0" width="2"' in page
    assert '<a href="/?party=canada&amp;topic=space" target="_blank" rel="noopener">' in page
    assert "22 November 2026." in page
    assert "<nav" not in page
    assert "<script" not in page


def test_only_the_strip_may_be_framed(client: Client) -> None:
    strip = client.get("/embed/status/")
    assert "frame-ancestors *" in strip.headers["Content-Security-Policy"]
    assert "default-src 'none'" in strip.headers["Content-Security-Policy"]
    assert "unsafe" not in strip.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in strip.headers
    for address in ("/", "/charts/", "/nothing/"):
        headers = client.get(address).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"


def test_an_unchanged_strip_may_still_be_framed(client: Client) -> None:
    tag = client.get("/embed/status/").headers["ETag"]
    response = client.get("/embed/status/", headers={"if-none-match": tag})
    assert response.status_code == 304
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in response.headers


@pytest.mark.parametrize("query", SENTENCES, ids=lambda query: query[:30])
def test_a_bad_value_gets_a_sentence(client: Client, query: str) -> None:
    response = client.get(f"/embed/status/?{query}")
    page = response.content.decode()
    assert response.status_code == 400
    assert SENTENCES[query] in page
    assert "<svg" not in page
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]


def test_an_unknown_parameter_and_an_empty_answer_are_told(client: Client) -> None:
    assert "were ignored: stagee" in client.get("/embed/status/?stagee=signed").content.decode()
    page = client.get("/embed/status/?q=nothing-matches-this").content.decode()
    assert "No commitment matches." in page


def test_a_day_in_the_past_is_told(client: Client, on_day: OnDay) -> None:
    on_day(dt.date(2026, 11, 24))
    page = client.get("/embed/status/?as_of=2025-11-01&known_at=2026-11-22").content.decode()
    assert "1 November 2025 (as published by 22 November 2026)." in page


def test_the_dashboard_gives_the_code_of_its_strip(client: Client) -> None:
    page = client.get("/?stage=signed&q=%22a%20%26%20b%22&sort=title&page=1").content.decode()
    code = re.search(r"<textarea[^>]*readonly[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert code
    assert "<" not in code[1]
    frame = re.fullmatch(
        r'<iframe src="([^"]+)" title="([^"]+)" width="100%" height="230" loading="lazy"></iframe>',
        unescape(code[1]),
    )
    assert frame
    source = unescape(frame[1])
    assert source == "http://testserver/embed/status/?q=%22a+%26+b%22&stage=signed"
    assert unescape(frame[2]) == 'Commitments that mention “"a & b"”, at the stage Signed'
    assert client.get(source.removeprefix("http://testserver")).status_code == 200
