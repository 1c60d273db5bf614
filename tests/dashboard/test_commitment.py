"""The page of one commitment: wording, targets, own steps, flags, citing, looking back."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.dashboard.conftest import OnDay
from tests.make import (
    NOW,
    both_parties,
    published_commitment,
    published_meeting,
    published_update,
)
from tracker.actions.amend import amend
from tracker.actions.correct import retract_commitment
from tracker.models import Instrument, Stage

AGREEMENT = "/commitments/classified-information-agreement/"
CYBER = "/commitments/cyber-policy-consultations/"
EARLY = NOW - dt.timedelta(days=30)


@pytest.fixture(autouse=True)
def _day(on_day: OnDay, today: dt.date) -> None:
    on_day(today)


def section(client: Client, address: str, name: str) -> str:
    """The words of one section of a page, spaces folded."""
    response = client.get(address)
    assert response.status_code == 200, address
    page = response.content.decode()
    found = re.search(rf'<section[^>]* aria-labelledby="{name}">(.*?)</section>', page, re.DOTALL)
    assert found, f"{address} has no section {name}"
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


@pytest.mark.usefixtures("shipped_register")
def test_the_wording_is_a_ladder_with_a_text_alternative(client: Client) -> None:
    page = client.get(AGREEMENT).content.decode()
    assert '<del><span class="visually-hidden">[gone: </span>Defense' in page
    assert '<ins><span class="visually-hidden">[new: </span>Defence Classified' in page
    told = section(client, AGREEMENT, "wording")
    assert "30 October 2025 Concluded" in told
    assert "against 2 October 2025" in told
    assert "1 further update is cited without a quotation." in told


def test_a_single_quotation_and_none_are_worded(client: Client, db: None) -> None:
    once = published_commitment(quotation="will sign")
    assert "Quoted once so far" in section(client, once.get_absolute_url(), "wording")
    never = published_commitment(quotation="")
    assert "no source is quoted word for word" in section(
        client, never.get_absolute_url(), "wording"
    )


@pytest.mark.usefixtures("shipped_register")
def test_the_target_as_it_moved(client: Client) -> None:
    told = section(client, CYBER, "targets")
    assert "2 October 2025 at the earliest opportunity Words, no date" in told
    assert "25 February 2026 March 2026 First date" in told
    assert "No statement has given it a date." in section(client, AGREEMENT, "targets")


def test_a_later_target_says_by_how_much(client: Client, db: None) -> None:
    commitment = published_commitment(happened="2025-01-01", target="2026-03")
    meeting = published_meeting(title="A summit")
    published_update(commitment, happened="2026-01-01", target="2026-04", meeting=meeting)
    told = section(client, commitment.get_absolute_url(), "targets")
    assert "1 January 2026 April 2026 Later by 30 days A summit" in told


def test_each_partys_own_steps(client: Client, db: None) -> None:
    commitment = published_commitment(stage=Stage.SIGNED)
    canada = both_parties()[0]
    published_update(commitment, party=canada, stage=Stage.IN_EFFECT, rationale="Tabled.")
    told = section(client, commitment.get_absolute_url(), "own-steps")
    assert "Canada 25 February 2026 In effect Tabled." in told
    assert told.endswith(
        "Republic of Korea No information: no step of this party alone is recorded."
    )


def test_own_steps_are_not_asked_of_a_dialogue(client: Client, db: None) -> None:
    commitment = published_commitment(instrument=Instrument.DIALOGUE)
    assert client.get(commitment.get_absolute_url()).context["own_steps"] == []


@pytest.mark.usefixtures("shipped_register")
def test_flags_stand_with_their_rule_and_their_numbers(client: Client) -> None:
    page = client.get("/commitments/indo-pacific-dialogue/").content.decode()
    told = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert (
        "Not mentioned It is open, and a later meeting of the same parties at the same or a higher "
        "level, whose full statement was read, did not mention it. A series that is to be held is "
        "not missed before it is due. It says nothing about why. Last mentioned on 2 October "
        "2025, and not mentioned since at: Second Foreign and Defence (2+2) Ministerial Meeting "
        "(25 February 2026)." in told
    )
    assert '<a href="/meetings/2026-02-25-second-2plus2-ministerial/">' in page
    assert "The target ended on 31 March 2026, 236 days before 22 November 2026." in (
        client.get(CYBER).content.decode()
    )


@pytest.mark.usefixtures("shipped_register")
def test_on_other_scales(client: Client) -> None:
    told = section(client, AGREEMENT, "scales")
    assert "We have not judged it, so there is nothing to translate." in told
    assert told.endswith(
        "G7 Research Group Not rated Polimeter Not rated PolitiFact Not rated "
        "Open Government Partnership Not rated"
    )


def test_what_was_known_when(client: Client, db: None) -> None:
    commitment = published_commitment(title="Treaty", now=EARLY, happened="2025-01-10")
    published_update(commitment, stage=Stage.SIGNED, happened="2026-01-10")
    address = commitment.get_absolute_url()
    told = section(client, address, "published")
    assert "3 22 November 2026 Announced → Signed Status" in told
    assert "1 23 October 2026 recorded Commitment published" in told
    page = client.get(address).content.decode()
    assert 'href="?known_at=2026-10-23"' in page
    then = section(client, f"{address}?known_at=2026-10-23", "published")
    assert "Signed" not in then
    assert then.endswith("1 23 October 2026 recorded Commitment published")
    assert "Signed" not in section(client, f"{address}?as_of=2025-06-01", "published")


# -- Citing -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    ("extension", "media_type"),
    [
        ("txt", "text/plain; charset=utf-8"),
        ("bib", "application/x-bibtex; charset=utf-8"),
        ("ris", "application/x-research-info-systems; charset=utf-8"),
        ("json", "application/vnd.citationstyles.csl+json"),
    ],
)
def test_it_can_be_cited_in_four_forms(client: Client, extension: str, media_type: str) -> None:
    response = client.get(f"{AGREEMENT}cite.{extension}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == media_type
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="CAN-KOR-2023-001.{extension}"'
    )
    told = response.content.decode()
    assert "CAN-KOR-2023-001" in told
    assert "As things stood on 22 November 2026, log of changes up to line 89." in told
    address = f"http://testserver{AGREEMENT}?as_of=2026-11-22&known_at=2026-11-22"
    assert address in told
    assert f'href="{AGREEMENT}cite.{extension}" download' in client.get(AGREEMENT).content.decode()


def test_citing_a_look_back_cites_what_was_seen(client: Client, db: None) -> None:
    commitment = published_commitment(title="Old", now=EARLY, happened="2025-01-10")
    amend(commitment, values={"title": "New"}, now=NOW)
    address = commitment.get_absolute_url()
    told = client.get(f"{address}cite.txt?as_of=2025-06-01&known_at=2026-10-23").content.decode()
    assert told == (
        f"Commitment Tracker, “Old” ({commitment.reference}), 23 October 2026. As things stood on "
        f"1 June 2025, log of changes up to line 2. http://testserver{address}"
        "?as_of=2025-06-01&known_at=2026-10-23 (accessed 22 November 2026).\n"
    )
    assert "“New”" in client.get(f"{address}cite.txt").content.decode()
    page = client.get(f"{address}?as_of=2025-06-01").content.decode()
    assert f'href="{address}cite.bib?as_of=2025-06-01" download' in page


def test_the_address_in_a_citation_shows_the_same(client: Client, db: None) -> None:
    commitment = published_commitment(stage=Stage.CONCLUDED)
    text = client.get(commitment.get_absolute_url()).context["reference"]
    published_update(commitment, stage=Stage.SIGNED, happened="2026-11-20", now=NOW.replace(day=23))
    cited = client.get(text.url.removeprefix("http://testserver"))
    assert cited.context["position"].stage == Stage.CONCLUDED


@pytest.mark.parametrize(
    ("query", "status"),
    [("?as_of=2026-13", 400), ("?known_at=2999-01-01", 400), ("?as_of=1999-01-01", 404)],
)
def test_a_day_that_cannot_be_cited_says_why(
    client: Client, db: None, query: str, status: int
) -> None:
    address = published_commitment().get_absolute_url()
    response = client.get(f"{address}cite.bib{query}")
    assert response.status_code == status
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_there_is_no_other_form_and_a_retraction_is_gone(client: Client, db: None) -> None:
    commitment = published_commitment()
    address = commitment.get_absolute_url()
    assert client.get(f"{address}cite.pdf").status_code == 404
    retract_commitment(commitment, reason="A misreading.", now=NOW)
    response = client.get(f"{address}cite.bib")
    assert response.status_code == 410
    assert "A misreading." in response.content.decode()


def test_queries_do_not_grow_with_the_history(
    client: Client, db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    commitment = published_commitment(target="2026-03", happened="2025-01-01")
    address = f"{commitment.get_absolute_url()}?known_at=2026-11-22"
    with django_assert_max_num_queries(20) as queries:
        client.get(address)
    # Which line was the last by that day is asked for once.
    assert sum('"recorded_at" <' in query["sql"] for query in queries.captured_queries) == 1
    for number in range(1, 10):
        meeting = published_meeting(date=f"2025-0{number}-10", fully_recorded=True)
        published_update(
            commitment,
            happened=f"2025-0{number}-10",
            target=f"203{number}",
            meeting=meeting,
            quotation=f"will sign {number}",
            party=both_parties()[number % 2],
        )
    with django_assert_max_num_queries(len(queries) + 1):  # the meetings that were silent
        client.get(address)


def test_no_search_is_claimed_whose_day_nobody_recorded(client: Client, db: None) -> None:
    commitment = published_commitment(target="2026-03", stage="scheduled")
    page = client.get(commitment.get_absolute_url()).content.decode()
    assert "we hold no source that says whether it happened" in page
    for claim in ("Last checked", "We last looked", "source found"):
        assert claim not in page, claim
    day = dt.date(2026, 11, 20)
    amend(commitment, values={"last_checked_on": day}, now=NOW)
    page = client.get(commitment.get_absolute_url()).content.decode()
    assert "We last looked on 20 November 2026." in page
    assert "Last checked" in page


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("as_of=2026-11-20", True),
        ("as_of=2026-11-19", False),
        ("known_at=2026-11-22", True),
        ("known_at=2026-11-21", False),
    ],
)
def test_a_search_is_claimed_from_its_day_on(
    client: Client, db: None, query: str, told: bool
) -> None:
    before = NOW - dt.timedelta(days=1)
    commitment = published_commitment(target="2026-03", stage="scheduled", now=before)
    amend(commitment, values={"last_checked_on": dt.date(2026, 11, 20)}, now=NOW)
    page = client.get(f"{commitment.get_absolute_url()}?{query}").content.decode()
    assert "we hold no source that says whether it happened" in page
    assert [claim in page for claim in ("Last checked", "We last looked")] == [told, told]
    [row] = json.loads(client.get(f"/commitments.json?{query}").getvalue())["commitments"]
    assert row["last_checked_on"] == ("2026-11-20" if told else None)


def test_preparing_does_not_claim_that_work_has_begun(client: Client, db: None) -> None:
    page = " ".join(client.get("/methodology/").content.decode().split())
    assert "It does not say that these have begun." in page
    assert "has begun" not in page


def test_concluded_does_not_claim_that_a_text_is_agreed(client: Client, db: None) -> None:
    page = " ".join(client.get("/methodology/").content.decode().split())
    assert "The parties have said that the negotiations are concluded." in page
    assert "text is agreed" not in page
