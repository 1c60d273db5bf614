from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import make
from tests.actions.lines import line, public_names, subjects
from tests.actions.refusals import refused
from tracker.actions.correct import correct_update, retract_commitment, retract_update
from tracker.models import Commitment, Party, SearchDocument, Source, StatusUpdate
from tracker.queries.history import history
from tracker.queries.lists.search import matching
from tracker.queries.visibility import public_commitments, public_updates

pytestmark = pytest.mark.django_db

NOW = make.NOW
NAME = {"reference": "CAN-KOR-2030-001", "slug": "agreement", "title": "Agreement"}


@pytest.fixture
def commitment() -> Commitment:
    return make.published_commitment(**NAME, happened="2025-10-02")


# -- Correcting ---------------------------------------------------------------------------------


def test_a_correction_replaces_and_names_what_it_replaces(commitment: Commitment) -> None:
    original = make.published_update(commitment, stage="in_effect")
    japan, source = make.make_party(code="JPN"), make.make_source(slug="treaty")
    replacement = make.make_update(
        commitment=commitment,
        stage="signed",
        corrects=original,
        reason="Signed is not in force.",
        party=japan,
        source=source,
        significance="minor",
    )
    later = NOW + dt.timedelta(days=1)
    change = correct_update(replacement, now=later)
    assert line(change) == (4, "correction", "minor", False, later)
    assert subjects(change) == {"commitment": commitment, "update": replacement}
    assert change.payload.keys() == {*("commitment", "update", "replaces", "reason", "introduces")}
    assert change.payload["commitment"] == NAME
    new, old = change.payload["update"], change.payload["replaces"]
    assert (new["id"], new["stage"], new["corrects"]) == ("CAN-KOR-2030-001/3", "signed", 2)
    assert (old["id"], old["stage"], old["corrects"]) == ("CAN-KOR-2030-001/2", "in_effect", None)
    assert change.payload["reason"] == new["reason"] == "Signed is not in force."
    assert change.payload["introduces"].keys() == {"parties", "sources"}
    assert (public_names(Party, "code")["JPN"], public_names(Source, "slug")["treaty"]) == (4, 4)
    stored = StatusUpdate.objects.select_related("revision").get(pk=original.pk)
    assert (stored.stage, stored.revision.seq) == ("in_effect", 4)
    assert stored.revision.replacement == replacement
    assert not stored.revision.is_retraction


def test_the_corrected_stays_readable_and_counts_no_more(commitment: Commitment) -> None:
    original = make.published_update(commitment, stage="in_effect")
    replacement = make.published_correction(original, stage="signed")
    assert Commitment.objects.get().stage == "signed"
    told = history(commitment)
    assert [step.update.number for step in told.steps] == [1, 3]
    assert told.revised == [original]
    assert list(public_updates().order_by("number")) == [
        make.first_update(commitment),
        replacement,
    ]


def test_the_only_update_can_be_corrected(commitment: Commitment) -> None:
    make.published_correction(make.first_update(commitment), stage="signed", target="2028")
    stored = Commitment.objects.get()
    assert (stored.stage, str(stored.target)) == ("signed", "2028")


def test_a_correction_can_be_corrected(commitment: Commitment) -> None:
    first = make.published_correction(make.first_update(commitment), stage="signed")
    second = make.published_correction(first, stage="concluded")
    assert (second.number, second.corrects) == (3, first)
    assert Commitment.objects.get().stage == "concluded"


def test_an_update_is_corrected_once(commitment: Commitment) -> None:
    original = make.first_update(commitment)
    drafts = [
        make.make_update(commitment=commitment, corrects=original, reason="Misread.")
        for _ in range(2)
    ]
    correct_update(drafts[0], now=NOW)
    with refused("Update 1 was already corrected or retracted, by change 3."):
        correct_update(drafts[1], now=NOW)
    with refused(f"“{drafts[0]}” is already public, since change 3."):
        correct_update(drafts[0], now=NOW)
    with refused("Update 1 was already corrected or retracted, by change 3."):
        retract_update(original, reason="Wrong.", now=NOW)


def test_a_correction_is_of_a_public_update_of_the_same_commitment(commitment: Commitment) -> None:
    elsewhere = make.first_update(make.published_commitment())
    draft = make.make_update(commitment=commitment)
    for corrects, sentence in (
        (None, "A correction names the update of the same commitment."),
        (elsewhere, "A correction names the update of the same commitment."),
        (draft, "A draft is simply edited; only what is public is revised."),
    ):
        correction = make.make_update(commitment=commitment, corrects=corrects, reason="Misread.")
        with refused(sentence):
            correct_update(correction, now=NOW)


def test_a_correction_says_why(commitment: Commitment) -> None:
    original = make.first_update(commitment)
    draft = make.make_update(commitment=commitment, corrects=original, reason=" \n")
    with refused("Say why: readers see the reason beside what it replaces."):
        correct_update(draft, now=NOW)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"is_cited": False},
            "Cite a source for the update of 2026-02-25 to “Agreement”. Commentary is none.",
        ),
        (
            {"happened": "2028"},
            "“Agreement”: 2028 lies in the future; record what has happened.",
        ),
    ],
)
def test_a_correction_needs_evidence_and_a_past_date(
    commitment: Commitment, values: dict[str, Any], sentence: str
) -> None:
    original = make.first_update(commitment)
    correction = make.make_update(
        commitment=commitment, corrects=original, reason="Misread.", **values
    )
    with refused(sentence):
        correct_update(correction, now=NOW)


# -- Retracting an update -----------------------------------------------------------------------


def test_a_retracted_update_counts_no_more(commitment: Commitment) -> None:
    update = make.published_update(commitment, stage="signed", target="2028", quotation="Peru")
    change = retract_update(update, reason=" Another treaty. ", now=NOW, significance="minor")
    assert line(change) == (4, "retraction", "minor", False, NOW)
    assert subjects(change) == {"commitment": commitment, "update": update}
    assert change.payload.keys() == {"commitment", "retracts", "reason"}
    assert change.payload["commitment"] == NAME
    assert change.payload["retracts"]["id"] == "CAN-KOR-2030-001/2"
    assert change.payload["reason"] == "Another treaty."
    stored = Commitment.objects.get()
    assert (stored.stage, stored.target, stored.last_change_seq) == ("announced", None, 4)
    assert StatusUpdate.objects.get(pk=update.pk).revision.is_retraction
    assert "peru" not in SearchDocument.objects.get().text


def test_the_only_evidence_is_not_retracted(commitment: Commitment) -> None:
    make.make_update(commitment=commitment)
    corrected = make.first_update(commitment)
    last = make.published_correction(corrected)
    with refused("It is the only evidence of this commitment; retract the commitment instead."):
        retract_update(last, reason="Wrong.", now=NOW)


def test_a_retraction_says_why_and_is_of_something_public(commitment: Commitment) -> None:
    update, draft = make.published_update(commitment), make.make_update(commitment=commitment)
    with refused("Say why: readers see the reason beside what it replaces."):
        retract_update(update, reason=" ", now=NOW)
    with refused("A draft is simply edited; only what is public is revised."):
        retract_update(draft, reason="Wrong.", now=NOW)


def test_an_update_is_retracted_once(commitment: Commitment) -> None:
    update = make.published_update(commitment)
    other_tab = StatusUpdate.objects.get(pk=update.pk)
    retract_update(update, reason="Wrong.", now=NOW)
    with refused("Update 2 was already corrected or retracted, by change 4."):
        retract_update(other_tab, reason="Wrong.", now=NOW)
    late = make.make_update(commitment=commitment, corrects=other_tab, reason="Misread.")
    with refused("Update 2 was already corrected or retracted, by change 4."):
        correct_update(late, now=NOW)


# -- Retracting a commitment --------------------------------------------------------------------


def test_a_retracted_commitment_is_gone_from_what_readers_see(commitment: Commitment) -> None:
    other_tab = Commitment.objects.get(pk=commitment.pk)
    change = retract_commitment(commitment, reason="It was never said.", now=NOW)
    assert line(change) == (3, "retraction", "major", False, NOW)
    assert subjects(change) == {"commitment": commitment}
    assert change.payload.keys() == {"commitment", "retracts", "reason"}
    assert change.payload["commitment"] == NAME
    assert change.payload["retracts"]["title"] == "Agreement"
    assert change.payload["reason"] == "It was never said."
    stored = Commitment.objects.get()
    assert (stored.retracted_seq, stored.last_change_seq) == (3, 3)
    assert not public_commitments().exists()
    assert not public_updates().exists()
    # The log can still be searched for it; no list of commitments finds it.
    assert SearchDocument.objects.exists()
    assert not public_commitments().filter(matching("agreement")).exists()
    for tab in (commitment, other_tab):
        with refused("Only a public commitment can be retracted."):
            retract_commitment(tab, reason="Again.", now=NOW)


def test_only_a_public_commitment_is_retracted_and_for_a_reason(commitment: Commitment) -> None:
    draft = make.make_commitment()
    with refused("Only a public commitment can be retracted."):
        retract_commitment(draft, reason="Wrong.", now=NOW)
    with refused("Say why: readers see the reason beside what it replaces."):
        retract_commitment(commitment, reason="", now=NOW)


def test_the_updates_of_a_retracted_commitment_are_left_alone(commitment: Commitment) -> None:
    update = make.published_update(commitment)
    retract_commitment(commitment, reason="It was never said.", now=NOW)
    with refused("A draft is simply edited; only what is public is revised."):
        retract_update(update, reason="Wrong.", now=NOW)
    draft = make.make_update(commitment=commitment, corrects=update, reason="Misread.")
    with refused("A draft is simply edited; only what is public is revised."):
        correct_update(draft, now=NOW)
