"""The pages of one thing: commitment, meeting, source, party, log, methodology."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.dashboard.conftest import OnDay
from tests.make import (
    NOW,
    first_update,
    make_alias,
    published_commitment,
    published_correction,
    published_meeting,
    published_note,
    published_update,
)
from tracker.actions.aliases import publish_aliases
from tracker.actions.amend import amend
from tracker.actions.correct import retract_commitment, retract_update
from tracker.models import Assessment, ChangeKind, Firmness, Instrument, Stage
from tracker.schema.vocabulary import Flag, Movement

MINISTERIAL = "/meetings/2026-02-25-second-2plus2-ministerial/"


def text(client: Client, address: str, status: int = 200) -> str:
    """A page's words without its markup, spaces folded."""
    response = client.get(address)
    assert response.status_code == status, address
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.mark.usefixtures("shipped_register")
def test_the_agreement_tells_its_story(client: Client) -> None:
    response = client.get("/commitments/classified-information-agreement/")
    story = [
        (str(step.update.happened), str(step.update.stage), step.update.citations.count())
        for step in response.context["history"].steps
    ]
    assert story == [
        ("2023-04", "announced", 2),
        ("2024-11-01", "negotiating", 1),
        ("2025-10-02", "negotiating", 2),
        ("2025-10-30", "concluded", 2),
        ("2026-02-25", "signed", 2),
    ]
    page = text(client, "/commitments/classified-information-agreement/")
    assert "In effect" not in page
    assert "proceed with the signing of a Military and Defense Information Security" in page
    for date in ("April 2023", "1 November 2024", "2 October 2025", "30 October 2025"):
        assert date in page


@pytest.mark.usefixtures("shipped_register")
def test_a_meeting_tells_what_it_did_and_what_it_left_out(client: Client) -> None:
    context = client.get(MINISTERIAL).context
    moved = {s.update.commitment.slug: [str(m) for m in s.movements] for s in context["steps"]}
    assert moved["classified-information-agreement"] == ["advanced"]
    assert moved["biennial-2plus2-ministerial"] == ["strengthened"]
    assert moved["second-2plus2-ministerial"] == ["delivered"]
    assert moved["security-and-defence-cooperation"] == ["restated"]
    assert moved["space-security-dialogue"] == ["weakened"]
    assert moved["multilateral-cooperation-and-nato"] == ["weakened"]
    assert moved["hybrid-threats-and-information-manipulation"] == ["weakened"]
    assert moved["defence-cooperation-agreement"] == ["new"]
    assert "advanced" in moved["cyber-policy-consultations"]
    assert [c.slug for c in context["passed_over"]] == [
        "energy-supply-chain-security",
        "indo-pacific-dialogue",
    ]


@pytest.mark.usefixtures("shipped_register")
def test_a_planned_meeting_says_that_no_source_says_it_was_held(client: Client) -> None:
    page = text(client, "/meetings/2026-03-inaugural-cyber-policy-consultations/")
    assert "we hold no source that says it was held" in page
    assert "March 2026" in page
    ahead = text(client, "/meetings/2028-third-2plus2-ministerial/")
    assert "Record Planned" in ahead
    assert "we hold no source" not in ahead


@pytest.mark.usefixtures("shipped_register")
def test_commentary_is_apart_and_attributed(client: Client) -> None:
    page = text(client, "/meetings/2025-10-02-first-2plus2-director-general/")
    _, _, commentary = page.partition("Commentary Analysts’ views, attributed.")
    assert "Noah (True North Strategic Review)" in commentary
    source = text(client, "/sources/2025-10-noah-note/")
    assert "Commentary: no stage rests on it." in source


@pytest.mark.usefixtures("shipped_register")
def test_a_source_lists_what_rests_on_it(client: Client) -> None:
    page = text(client, "/sources/2025-10-30-leaders-joint-statement/")
    assert "Agreement protecting military and defence classified information" in page
    assert "“Upon entry into force”" in page


def test_a_partys_own_step_is_its_own(client: Client, db: None) -> None:
    commitment = published_commitment(title="A treaty", stage=Stage.SIGNED)
    canada = commitment.parties.get(code="CAN")
    published_update(commitment, party=canada, stage=Stage.IN_EFFECT, rationale="Tabled.")
    assert "Tabled." in text(client, "/parties/canada/")
    page = text(client, commitment.get_absolute_url())
    assert "Canada’s own step" in page
    assert client.get("/?stage=signed").context["headline"].total == 1


def test_a_correction_and_a_retraction_stay_readable(client: Client, db: None) -> None:
    commitment = published_commitment()
    wrong = published_update(commitment, stage=Stage.SIGNED, quotation="signed it")
    published_correction(wrong, stage=Stage.CONCLUDED, reason="Only initialled.")
    mistake = published_update(commitment, stage=Stage.COMPLETED, quotation="done")
    retract_update(mistake, reason="Another agreement.", now=NOW)
    page = text(client, commitment.get_absolute_url())
    history, _, revised = page.partition("Corrected and retracted")
    assert "Corrects update 2: Only initialled." in history
    assert "signed it" not in history
    assert "corrected by update 3" in revised
    assert "Another agreement." in revised
    log = text(client, "/changes/")
    assert "corrected: Concluded" in log
    assert "update 4 retracted" in log


def test_a_retracted_commitment_is_gone_with_the_reason(client: Client, db: None) -> None:
    commitment = published_commitment(title="Never so")
    retract_commitment(commitment, reason="A misreading.", now=NOW)
    page = text(client, commitment.get_absolute_url(), 410)
    assert "A misreading." in page
    assert "Never so" not in text(client, "/")


def test_a_page_looks_back(client: Client, db: None) -> None:
    early = NOW - dt.timedelta(days=30)
    commitment = published_commitment(title="Old title", happened="2025-01-10", now=early)
    published_update(commitment, stage=Stage.SIGNED, happened="2026-01-10", now=NOW)
    amend(commitment, values={"title": "New title"}, now=NOW)
    address = commitment.get_absolute_url()
    assert "Signed" not in text(client, f"{address}?as_of=2025-06-01")
    then = text(client, f"{address}?known_at={early.date()}")
    assert "Old title" in then
    assert "New title" not in then
    assert "Signed" not in then
    assert "Nothing was there yet" in text(client, f"{address}?as_of=2024-01-01", 404)


@pytest.mark.parametrize("value", ["2026-13", "2999-01-01", "yesterday", "0001-01-01", "\x00"])
def test_a_day_that_cannot_be_shown_says_why(client: Client, db: None, value: str) -> None:
    address = published_commitment().get_absolute_url()
    page = text(client, f"{address}?as_of={value}", 400)
    assert "That day cannot be shown" in page


@pytest.mark.usefixtures("shipped_register")
def test_the_log_shows_its_head_and_every_line(client: Client) -> None:
    response = client.get("/changes/")
    assert response.context["head"].seq == 89
    assert response.context["head"].hash in response.content.decode()
    assert [line.change.seq for line in response.context["lines"]] == list(range(89, 39, -1))
    page = text(client, "/changes/")
    assert (
        "Agreement protecting military and defence classified information: Concluded → Signed, "
        "Second Foreign and Defence (2+2) Ministerial Meeting, Ottawa" in page
    )
    assert "back-fill" in page


def test_methodology_defines_every_term(client: Client, db: None) -> None:
    page = client.get("/methodology/").content.decode()
    for vocabulary in (Stage, Assessment, Instrument, Firmness, Movement, Flag, ChangeKind):
        for term in vocabulary:
            assert f"-{term.value}" in page
            assert str(term.label) in page


def test_aliases_added_later_are_shown_and_found(client: Client, db: None) -> None:
    commitment = published_commitment()
    publish_aliases(commitment, [make_alias(commitment, name="Zephyr pact")], now=NOW)
    assert "Zephyr pact" in text(client, commitment.get_absolute_url())
    assert client.get("/?q=zephyr").context["headline"].total == 1


def test_an_empty_register_has_designed_pages(client: Client, db: None) -> None:
    assert "No commitment matches." in text(client, "/")
    assert "No meeting is recorded yet." in text(client, "/meetings/")
    assert "No source is recorded yet." in text(client, "/sources/")
    assert "No party is recorded yet." in text(client, "/parties/")
    assert "No change matches." in text(client, "/changes/")


def test_queries_do_not_grow_with_the_rows(
    client: Client, db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    meeting = published_meeting(fully_recorded=True)
    commitment = published_commitment(meeting=meeting)
    published_note(meeting=meeting)
    source = first_update(commitment).citations.get().source
    addresses = [
        commitment.get_absolute_url(),
        meeting.get_absolute_url(),
        source.get_absolute_url(),
        "/meetings/",
        "/sources/",
        "/parties/",
        "/parties/canada/",
        "/changes/",
        "/changes.atom",
    ]
    client.get("/")  # reads what a process keeps, once
    counts = {}
    for address in addresses:
        with django_assert_max_num_queries(25) as queries:
            client.get(address)
        counts[address] = len(queries)
    for number in range(3):
        published_update(commitment, meeting=meeting, source=source, target=f"203{number}")
        published_commitment(meeting=published_meeting(), source=source)
        published_note(meeting=meeting)
    client.get("/")
    for address in addresses:
        with django_assert_max_num_queries(counts[address]):
            client.get(address)


@pytest.mark.usefixtures("shipped_register")
def test_every_link_of_the_register_leads_somewhere(client: Client) -> None:
    seen, waiting = set(), ["/"]
    alike: Counter[str] = Counter()
    while waiting:
        address = waiting.pop()
        # Of addresses that differ by what a parameter says, two stand for all.
        kind = re.sub(r"=[^&]*", "", address)
        if address in seen or ("?" in address and alike[kind] == 2):
            continue
        seen.add(address)
        alike[kind] += 1
        response = client.get(address)
        assert response.status_code == 200, address
        content = response.getvalue() if response.streaming else response.content
        if b"<html" not in content or "?" in address:
            continue
        for href in re.findall(r'href="(/[^"#]*)', response.content.decode()):
            if not href.startswith(("/static/", "/admin/")):
                waiting.append(href.replace("&amp;", "&"))
    assert len(seen) > 60
    assert not [a for a in seen if a.startswith("/commitments/") and a.count("/") != 3]


def test_on_day_turns_the_calendar(on_day: OnDay, client: Client, db: None) -> None:
    published_commitment(target="2026-03")
    on_day(dt.date(2026, 3, 31))
    assert client.get("/?flag=overdue").context["headline"].total == 0
    on_day(dt.date(2026, 4, 1))
    assert client.get("/?flag=overdue").context["headline"].total == 1


def test_the_methodology_says_what_is_recorded_and_what_is_left_out(
    client: Client, db: None
) -> None:
    page = text(client, "/methodology/")
    for rule in (
        "discrete:",
        "specific:",
        "publicly expressed:",
        "agreed by those named:",
        "about the future: what was done without a promise before it is context",
        "Recorded: an action, however general,",
        "Left out: positions on other states and on conflicts; values and general aims",
        "one cadence after the series last met",
        "Titles, summaries, names, addresses, instruments and topics are today’s,",
        "Not assessed, or not assessable Not rated Not rated Not rated Not rated",
    ):
        assert rule in page, rule
