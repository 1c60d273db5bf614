from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import make
from tests.actions.lines import line, subjects
from tests.actions.refusals import refused
from tracker.actions.aliases import publish_aliases, retract_alias
from tracker.actions.amend import amend
from tracker.actions.correct import retract_commitment
from tracker.models import Alias, Commitment, SearchDocument

pytestmark = pytest.mark.django_db

NOW = make.NOW
LATER = NOW + dt.timedelta(days=1)
DRAFT = "A draft is simply edited; only what is public is amended."


@pytest.fixture
def commitment() -> Commitment:
    return make.published_commitment(
        reference="CAN-KOR-2030-001", slug="agreement", title="Agreement", summary="They will sign."
    )


def test_a_new_title_is_a_renaming(commitment: Commitment) -> None:
    change = amend(
        commitment, values={"title": "Treaty"}, reason="Its name since signing.", now=LATER
    )
    assert line(change) == (3, "renamed", "major", False, LATER)
    assert subjects(change) == {"commitment": commitment}
    assert change.payload == {
        "commitment": {
            "reference": "CAN-KOR-2030-001",
            "slug": "agreement",
            "title": "Treaty",
            "summary": "They will sign.",
            "instrument": "agreement",
            "topics": [],
            "parties": ["CAN", "KOR"],
            "first_stated_at": None,
            "series": None,
            "part_of": None,
            "supersedes": None,
            "related": [],
            "aliases": [],
            "last_checked_on": None,
        },
        "before": {"title": "Agreement"},
        "reason": "Its name since signing.",
    }
    stored = Commitment.objects.get()
    assert (stored.title, stored.last_change_seq, stored.last_changed_at) == ("Treaty", 3, LATER)
    assert "treaty" in SearchDocument.objects.get().names
    assert "agreement" not in SearchDocument.objects.get().names


def test_other_values_are_amended_and_the_log_keeps_what_they_were(commitment: Commitment) -> None:
    meeting, umbrella = make.published_meeting(slug="second"), make.published_commitment()
    change = amend(
        commitment,
        values={
            "title": "Agreement",
            "summary": "They signed.",
            "instrument": "arrangement",
            "first_stated_at": meeting,
            "part_of": umbrella,
            "related": [umbrella],
            "last_checked_on": dt.date(2026, 11, 22),
        },
        significance="minor",
        now=NOW,
    )
    assert (change.kind, change.significance) == ("amended", "minor")
    assert change.payload["before"] == {
        "summary": "They will sign.",
        "instrument": "agreement",
        "first_stated_at": None,
        "part_of": None,
        "related": [],
        "last_checked_on": None,
    }
    assert change.payload["commitment"]["part_of"] == umbrella.reference
    assert change.payload["commitment"]["related"] == [umbrella.reference]
    stored = Commitment.objects.get(pk=commitment.pk)
    assert (stored.summary, stored.part_of, stored.stage) == ("They signed.", umbrella, "announced")


@pytest.mark.parametrize(
    ("values", "sentences"),
    [
        ({}, ["Nothing would change."]),
        ({"title": "Agreement", "summary": "They will sign."}, ["Nothing would change."]),
        ({"stage": "signed"}, ["Nothing would change."]),
        ({"title": ""}, ["This field cannot be blank."]),
        ({"title": "x" * 201}, ["Ensure this value has at most 200 characters (it has 201)."]),
        ({"instrument": "oath"}, ["Value 'oath' is not a valid choice."]),
    ],
)
def test_what_changes_nothing_or_is_wrong_is_refused(
    commitment: Commitment, values: dict[str, Any], sentences: list[str]
) -> None:
    with refused(*sentences):
        amend(commitment, values=values, now=NOW)


def test_a_draft_and_a_retracted_commitment_are_not_amended(commitment: Commitment) -> None:
    draft = make.make_commitment()
    retract_commitment(commitment, reason="It was never said.", now=NOW)
    for row in (draft, commitment):
        with refused(DRAFT):
            amend(row, values={"title": "Treaty"}, now=NOW)


@pytest.mark.parametrize("name", ["first_stated_at", "part_of", "supersedes"])
def test_what_it_refers_to_is_public_first(commitment: Commitment, name: str) -> None:
    draft: Any = make.make_meeting() if name == "first_stated_at" else make.make_commitment()
    with refused(f"Publish “{draft}” first."):
        amend(commitment, values={name: draft}, now=NOW)


def test_a_commitment_whose_parent_was_retracted_can_still_be_amended() -> None:
    parent = make.published_commitment()
    child = make.published_commitment(part_of=parent)
    retract_commitment(parent, reason="It was never said.", now=NOW)
    assert amend(child, values={"title": "Treaty"}, now=NOW).kind == "renamed"


@pytest.mark.parametrize("name", ["part_of", "supersedes"])
def test_a_commitment_is_in_no_circle(commitment: Commitment, name: str) -> None:
    child = make.published_commitment(**{name: commitment})
    grandchild = make.published_commitment(**{name: child})
    for inside in (commitment, child, grandchild):
        with refused():
            amend(commitment, values={name: inside}, now=NOW)


def test_a_commitment_keeps_a_party(commitment: Commitment) -> None:
    with refused():
        amend(commitment, values={"parties": []}, now=NOW)


def test_a_reference_is_permanent(commitment: Commitment) -> None:
    with refused():
        amend(commitment, values={"reference": "CAN-KOR-2030-002"}, now=NOW)


# -- Other names --------------------------------------------------------------------------------


def test_other_names_are_published(commitment: Commitment) -> None:
    aliases = [
        make.make_alias(commitment, name="GSOMIA", note="Abbreviation."),
        make.make_alias(commitment, name="사이버", language="ko"),
    ]
    change = publish_aliases(commitment, aliases, now=LATER)
    assert line(change) == (3, "renamed", "minor", False, LATER)
    assert subjects(change) == {"commitment": commitment}
    assert change.payload.keys() == {"commitment", "before"}
    assert change.payload["before"] == {"aliases": []}
    assert change.payload["commitment"]["aliases"] == [
        {"name": "GSOMIA", "language": "en", "note": "Abbreviation."},
        {"name": "사이버", "language": "ko", "note": ""},
    ]
    assert set(Alias.objects.values_list("published_seq", flat=True)) == {3}
    assert SearchDocument.objects.get().names.splitlines()[2:] == ["gsomia", "사이버"]
    assert Commitment.objects.get().last_change_seq == 3


def test_other_names_are_refused_when_there_are_none_or_they_are_public(
    commitment: Commitment,
) -> None:
    with refused("Nothing would change."):
        publish_aliases(commitment, [], now=NOW)
    alias = make.make_alias(commitment, name="GSOMIA")
    publish_aliases(commitment, [alias], now=NOW)
    with refused("“GSOMIA” is already public, since change 3."):
        publish_aliases(commitment, [alias], now=NOW)
    draft = make.make_commitment()
    other = make.make_alias(draft)
    with refused(DRAFT):
        publish_aliases(draft, [other], now=NOW)


def test_the_name_of_another_commitment_is_refused(commitment: Commitment) -> None:
    alias = make.make_alias(make.make_commitment(), name="GSOMIA")
    with refused():
        publish_aliases(commitment, [alias], now=NOW)


def test_a_name_is_taken_back(commitment: Commitment) -> None:
    alias = make.make_alias(commitment, name="GSOMIA")
    publish_aliases(commitment, [alias], now=NOW)
    alias.refresh_from_db()
    change = retract_alias(alias, now=LATER)
    assert line(change) == (4, "renamed", "minor", False, LATER)
    assert change.payload["before"] == {
        "aliases": [{"name": "GSOMIA", "language": "en", "note": ""}]
    }
    assert change.payload["commitment"]["aliases"] == []
    assert Alias.objects.get().retracted_seq == 4
    assert "gsomia" not in SearchDocument.objects.get().text


def test_a_name_is_taken_back_once(commitment: Commitment) -> None:
    alias = make.make_alias(commitment)
    with refused(DRAFT):
        retract_alias(alias, now=NOW)
    publish_aliases(commitment, [alias], now=NOW)
    tabs = [Alias.objects.get(pk=alias.pk) for _ in range(2)]
    retract_alias(tabs[0], now=NOW)
    for tab in tabs:
        with refused(DRAFT):
            retract_alias(tab, now=NOW)
