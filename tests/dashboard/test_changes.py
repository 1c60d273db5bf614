"""The page of the log: whole, in stretches where a filter examines it, and rubbish in `before`."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from django.test import Client

from tests.make import make_party, published_commitment, published_meeting
from tracker.models import Change
from tracker.queries.log import stretches


@pytest.fixture
def log_of_thirty(db: None, monkeypatch: pytest.MonkeyPatch) -> int:
    """A log in which two of three lines are of Canada's commitments; ten are searched at once."""
    monkeypatch.setattr(stretches, "MOST_EXAMINED", 10)
    canada, korea = make_party(slug="canada"), make_party(slug="korea")
    while Change.objects.count() < 24:
        published_commitment(parties=[canada])
        published_meeting(parties=[korea])
    return Change.objects.count()


def lines(client: Client, address: str) -> list[int]:
    response = client.get(address)
    assert response.status_code == 200
    return [line.seq for line in response.context["paging"].rows]


def follow(client: Client, rel: str, address: str) -> list[str]:
    """The addresses of a page and of all that follow by the links of a name."""
    walked = [address]
    while True:
        response = client.get(walked[-1])
        link = response.context[{"next": "older", "prev": "newer"}[rel]]
        if not link:
            return walked
        assert f'rel="{rel}" href="{link.replace("&", "&amp;")}"' in response.content.decode()
        walked.append(urljoin(walked[-1], link))
        assert len(walked) < 20


@pytest.mark.usefixtures("no_response_cache")
def test_the_stretches_hold_each_match_once(client: Client, log_of_thirty: int) -> None:
    address = "/changes/?party=canada"
    expected = list(
        Change.objects.filter(commitment__isnull=False)
        .order_by("-seq")
        .values_list("seq", flat=True)
    )
    older = follow(client, "next", address)
    assert len(older) == -(-log_of_thirty // 10)
    assert [seq for page in older for seq in lines(client, page)] == expected
    newer = follow(client, "prev", older[-1])
    assert newer[-1] == address
    assert [lines(client, page) for page in reversed(newer)] == [
        lines(client, page) for page in older
    ]
    assert "among the lines" in client.get(address).content.decode()


@pytest.mark.usefixtures("no_response_cache")
def test_a_stretch_examines_no_more_than_its_lines(client: Client, log_of_thirty: int) -> None:
    stretch = client.get("/changes/?party=canada&before=15").context["stretch"]
    assert (stretch.first, stretch.last, stretch.older, stretch.newer) == (5, 14, 5, 0)


@pytest.mark.usefixtures("no_response_cache")
def test_the_whole_log_is_paged_by_number(
    client: Client, log_of_thirty: int, settings: object
) -> None:
    settings.ROWS_PER_PAGE = 7  # type: ignore[attr-defined]
    walked: list[int] = []
    for page in range(1, -(-log_of_thirty // 7) + 1):
        response = client.get(f"/changes/?page={page}")
        assert "older" not in response.context
        walked += [line.seq for line in response.context["paging"].rows]
    assert walked == list(range(log_of_thirty, 0, -1))


@pytest.mark.parametrize("before", ["0", "1", "nonsense", "-5", "9" * 30, "٣", "99999999999"])
def test_rubbish_in_before_gives_a_page(client: Client, log_of_thirty: int, before: str) -> None:
    page = client.get("/changes/", {"party": "canada", "before": before})
    assert page.status_code == 200
    assert "mean nothing here" not in page.content.decode()


@pytest.mark.usefixtures("no_response_cache")
def test_a_short_log_has_no_stretches(client: Client, db: None) -> None:
    published_commitment(parties=[make_party(slug="canada")])
    response = client.get("/changes/?party=canada")
    assert (response.context["older"], response.context["newer"]) == ("", "")
    assert "among the lines" not in response.content.decode()
