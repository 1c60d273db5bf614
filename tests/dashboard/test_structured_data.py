"""What machines read of a page: JSON-LD, Open Graph, the canonical address, citation tags."""

from __future__ import annotations

import datetime as dt
import json
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.dashboard.conftest import OnDay
from tests.make import make_source, published_commitment, published_meeting
from tracker.models import MeetingState, SourceKind

SITE = "http://testserver"


@pytest.fixture(autouse=True)
def _day(on_day: OnDay, today: dt.date) -> None:
    on_day(today)


class Head(HTMLParser):
    """The links, meta tags and data blocks of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self.meta: dict[str, str] = {}
        self.data: list[Any] = []
        self._is_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link":
            self.links[given.get("rel") or ""] = given.get("href") or ""
        if tag == "meta" and (name := given.get("name") or given.get("property")):
            self.meta[name] = given.get("content") or ""
        self._is_data = tag == "script" and given.get("type") == "application/ld+json"

    def handle_endtag(self, tag: str) -> None:
        self._is_data = False

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self.data.append(json.loads(data))


def head(client: Client, address: str, status: int = 200) -> Head:
    response = client.get(address)
    assert response.status_code == status, address
    parsed = Head()
    parsed.feed(response.content.decode())
    return parsed


@pytest.mark.usefixtures("shipped_register")
def test_the_dashboard_is_a_dataset(client: Client) -> None:
    [data] = head(client, "/?stage=signed").data
    assert data["@type"] == "Dataset"
    assert (data["@id"], data["url"], data["version"]) == (f"{SITE}/", f"{SITE}/", "89")
    assert data["dateModified"] == "2026-11-22T09:00:00+00:00"
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert {
        "@type": "DataDownload",
        "contentUrl": f"{SITE}/commitments.csv",
        "encodingFormat": "text/csv",
    } in data["distribution"]


def test_the_licence_is_what_the_operator_says(
    client: Client, db: None, settings: Settings
) -> None:
    settings.REGISTER_LICENCE = "OGL-Canada-2.0"
    address = "https://spdx.org/licenses/OGL-Canada-2.0.html"
    assert head(client, "/").data[0]["license"] == address
    link = f'<a rel="license" href="{address}">OGL-Canada-2.0</a>'
    assert link in client.get("/methodology/").content.decode()
    assert client.get("/datapackage.json").json()["licenses"] == [
        {"name": "OGL-Canada-2.0", "path": address}
    ]
    settings.REGISTER_LICENCE = "https://example.org/licence"
    package = client.get("/datapackage.json").json()
    assert package["licenses"] == [{"path": "https://example.org/licence"}]


def test_no_text_ends_the_line_of_a_data_block(client: Client, db: None) -> None:
    words = "one\u2028two\u2029three\x85four </script>"
    commitment = published_commitment(summary=words)
    page = client.get(commitment.get_absolute_url()).content.decode()
    [line] = [line for line in page.splitlines() if '"@context"' in line]
    assert line.rstrip().endswith("</script>")
    assert r"one\u2028two\u2029three\u0085four \u003C/script\u003E" in line
    assert head(client, commitment.get_absolute_url()).data[0]["abstract"] == words


def test_a_commitment_is_a_work_that_cites(client: Client, db: None) -> None:
    source = make_source(
        title="A report", kind=SourceKind.NEWS_REPORT, publisher="The Paper", published_on="2026-02"
    )
    commitment = published_commitment(title="A treaty", summary="They will sign.", source=source)
    address = f"{SITE}{commitment.get_absolute_url()}"
    [data] = head(client, commitment.get_absolute_url()).data
    assert data == {
        "@context": "https://schema.org",
        "@type": "CreativeWork",
        "@id": address,
        "url": address,
        "identifier": commitment.reference,
        "name": "A treaty",
        "abstract": "They will sign.",
        "genre": "Agreement",
        "creativeWorkStatus": "Announced",
        "about": [
            {"@type": "Country", "name": "Canada", "identifier": "CAN"},
            {"@type": "Country", "name": "Republic of Korea", "identifier": "KOR"},
        ],
        "datePublished": "2026-11-22T09:00:00+00:00",
        "dateModified": "2026-11-22T09:00:00+00:00",
        "publisher": {"@type": "Organization", "name": "Commitment Tracker"},
        "inLanguage": "en",
        "isPartOf": {"@type": "Dataset", "@id": f"{SITE}/"},
        "citation": [
            {
                "@type": "NewsArticle",
                "name": "A report",
                "publisher": {"@type": "Organization", "name": "The Paper"},
                "datePublished": "2026-02",
                "inLanguage": "en",
                "url": source.url,
            }
        ],
    }


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (MeetingState.PLANNED, "EventScheduled"),
        (MeetingState.HELD, "EventScheduled"),
        (MeetingState.CANCELLED, "EventCancelled"),
    ],
)
def test_a_meeting_is_an_event(client: Client, db: None, state: str, status: str) -> None:
    meeting = published_meeting(title="A summit", place="Ottawa", date="2026-02", state=state)
    [data] = head(client, meeting.get_absolute_url()).data
    assert (data["@type"], data["name"], data["startDate"]) == ("Event", "A summit", "2026-02")
    assert data["eventStatus"] == f"https://schema.org/{status}"
    assert data["location"] == {"@type": "Place", "name": "Ottawa"}
    # schema.org: an organizer is an Organization or a Person; a Country is a Place.
    assert data["organizer"] == [
        {"@type": "GovernmentOrganization", "name": "Canada", "identifier": "CAN"},
        {"@type": "GovernmentOrganization", "name": "Republic of Korea", "identifier": "KOR"},
    ]


@pytest.mark.usefixtures("shipped_register")
def test_a_source_is_a_work_of_its_publisher(client: Client) -> None:
    address = "/sources/2025-10-30-leaders-joint-statement/"
    [data] = head(client, address).data
    assert (data["@type"], data["datePublished"]) == ("CreativeWork", "2025-10-30")
    assert data["publisher"] == {"@type": "Organization", "name": "CNW (newswire.ca)"}
    assert data["url"].startswith("https://www.newswire.ca/")
    assert data["mainEntityOfPage"] == f"{SITE}{address}"


def test_no_title_ends_the_data_block(client: Client, db: None) -> None:
    title = '</script><script>alert("1")</script> & <!--'
    commitment = published_commitment(title=title)
    address = commitment.get_absolute_url()
    assert "<script>alert" not in client.get(address).content.decode()
    found = head(client, address)
    assert found.data[0]["name"] == title
    assert found.meta["og:title"] == f"{title} · Commitment Tracker"
    assert found.meta["citation_title"] == title


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/", "/"),
        ("/?page=2&sort=-stage&per_page=25&stage=&utm_source=x", "/"),
        ("/?stage=signed&sort=title&stage=concluded", "/?stage=concluded&stage=signed"),
        ("/?as_of=2025-11-01", "/?as_of=2025-11-01"),
        ("/meetings/?page=1", "/meetings/"),
        ("/parties/canada/?stage=signed&page=1", "/parties/canada/?stage=signed"),
        (
            "/commitments/cyber-policy-consultations/?known_at=2026-11-22&x=1",
            "/commitments/cyber-policy-consultations/?known_at=2026-11-22",
        ),
    ],
)
def test_one_address_for_one_document(client: Client, asked: str, canonical: str) -> None:
    found = head(client, asked)
    assert found.links["canonical"] == f"{SITE}{canonical}"
    assert found.meta["og:url"] == f"{SITE}{canonical}"


@pytest.mark.parametrize(
    ("address", "status"), [("/nothing/", 404), ("/commitments/nothing/", 404)]
)
def test_an_error_has_no_address_of_its_own(
    client: Client, db: None, address: str, status: int
) -> None:
    found = head(client, address, status)
    assert "canonical" not in found.links
    assert "og:url" not in found.meta
    assert found.data == []


@pytest.mark.usefixtures("shipped_register")
def test_shared_links_say_what_they_lead_to(client: Client) -> None:
    response = client.get("/commitments/cyber-policy-consultations/")
    meta = head(client, "/commitments/cyber-policy-consultations/").meta
    assert meta["og:title"] == "Launch the Cyber Policy Dialogue · Commitment Tracker"
    assert meta["og:site_name"] == "Commitment Tracker"
    assert meta["og:description"] == meta["description"]
    assert meta["og:type"] == "article"
    assert meta["og:image"] == f"{SITE}/card.png?commitment=CAN-KOR-2025-009"
    assert client.get(meta["og:image"].removeprefix(SITE)).headers["Content-Type"] == "image/png"
    assert f"<title>{meta['og:title']}</title>" in response.content.decode()


@pytest.mark.usefixtures("shipped_register")
def test_reference_managers_find_their_tags(client: Client) -> None:
    address = "/commitments/classified-information-agreement/"
    meta = head(client, address).meta
    assert {name: value for name, value in meta.items() if name.startswith("citation_")} == {
        "citation_title": "Agreement protecting military and defence classified information",
        "citation_author": "Commitment Tracker",
        "citation_publication_date": "2026/11/22",
        "citation_online_date": "2026/11/22",
        "citation_technical_report_number": "CAN-KOR-2023-001",
        "citation_language": "en",
        "citation_public_url": f"{SITE}{address}?as_of=2026-11-22&known_at=2026-11-22",
    }
