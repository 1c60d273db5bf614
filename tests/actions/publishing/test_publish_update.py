"""What publishing a commitment or an update writes; what is refused is in test_publish_refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import make
from tests.actions.lines import STATEMENT, line, make_statement, subjects
from tracker.actions.log.rebuild import rebuild
from tracker.actions.publishing.publish import publish_commitment, publish_update
from tracker.lib.partial_dates import PartialDate
from tracker.models import Alias, Commitment, StatusUpdate, Topic

pytestmark = pytest.mark.django_db

NOW = make.NOW


def test_a_commitment_becomes_public_with_its_first_update() -> None:
    meeting = make.published_meeting(slug="second")
    umbrella = make.published_commitment(reference="CAN-KOR-2025-002")
    hidden = make.make_commitment(reference="CAN-KOR-2030-001")
    topic = make.make_topic(slug="security", name="Security")
    commitment = make.make_commitment(
        reference="CAN-KOR-2026-001",
        slug="agreement",
        title="Sign the agreement",
        summary="They will sign it.",
        topics=[topic],
        first_stated_at=meeting,
        part_of=umbrella,
        related=[umbrella, hidden],
        last_checked_on=dt.date(2026, 11, 1),
    )
    make.make_alias(commitment, name="GSOMIA", note="Abbreviation.")
    first = make.make_update(
        commitment=commitment,
        meeting=meeting,
        source=make_statement(),
        stage="negotiating",
        firmness="firm",
        target="2026-12",
    )
    published, status = publish_commitment(commitment, first_update=first, now=NOW)
    assert line(published) == (4, "commitment_published", "major", False, NOW)
    assert subjects(published) == {"commitment": commitment}
    assert published.payload == {
        "commitment": {
            "reference": "CAN-KOR-2026-001",
            "slug": "agreement",
            "title": "Sign the agreement",
            "summary": "They will sign it.",
            "instrument": "agreement",
            "topics": ["security"],
            "parties": ["CAN", "KOR"],
            "first_stated_at": "second",
            "series": None,
            "part_of": "CAN-KOR-2025-002",
            "supersedes": None,
            "related": ["CAN-KOR-2025-002"],
            "aliases": [{"name": "GSOMIA", "language": "en", "note": "Abbreviation."}],
            "last_checked_on": "2026-11-01",
        },
        "introduces": {"topics": [{"slug": "security", "name": "Security", "summary": ""}]},
    }
    assert line(status) == (5, "status", "major", False, NOW)
    assert subjects(status) == {"commitment": commitment, "update": first, "meeting": meeting}
    after = {
        "stage": "negotiating",
        "assessment": "not_assessed",
        "firmness": "firm",
        "target": {"date": "2026-12", "words": "", "precision": "month"},
    }
    assert status.payload == {
        "commitment": {
            "reference": "CAN-KOR-2026-001",
            "slug": "agreement",
            "title": "Sign the agreement",
        },
        "update": {
            "id": "CAN-KOR-2026-001/1",
            "number": 1,
            "happened": {"date": "2026-02-25", "words": "", "precision": "day"},
            "meeting": "second",
            "party": None,
            **after,
            "rationale": "The statement says so.",
            "corrects": None,
            "reason": "",
            "citations": [
                {
                    "source": "statement",
                    "source_title": "Joint statement",
                    "publisher": "Global Affairs Canada",
                    "published_on": {"date": "2026-02-25", "words": "", "precision": "day"},
                    "url": "https://example.org/statement",
                    "quotation": "will sign the agreement",
                    "locator": "paragraph 1",
                    "language": "en",
                }
            ],
        },
        "before": None,
        "after": after,
        "movement": ["new"],
        "introduces": {"sources": [STATEMENT]},
    }
    stored = Commitment.objects.get(pk=commitment.pk)
    assert (stored.published_seq, stored.last_change_seq, stored.last_changed_at) == (4, 5, NOW)
    assert (stored.stage, stored.target_last_day) == ("negotiating", dt.date(2026, 12, 31))
    assert Alias.objects.get().published_seq == Topic.objects.get().published_seq == 4
    update = StatusUpdate.objects.get(pk=first.pk)
    assert (update.number, update.published_seq, update.published_at) == (1, 5, NOW)
    assert Commitment.objects.get(pk=hidden.pk).published_seq is None


def test_an_update_says_where_the_commitment_stood_before() -> None:
    commitment = make.published_commitment(happened="2025-10-02", firmness="firm", target="2027")
    update = make.make_update(
        commitment=commitment, stage="signed", happened="2026-02-25", significance="minor"
    )
    change = publish_update(update, now=NOW)
    assert line(change) == (3, "status", "minor", False, NOW)
    assert subjects(change) == {"commitment": commitment, "update": update}
    carried = {
        "assessment": "not_assessed",
        "firmness": "firm",
        "target": {"date": "2027", "words": "", "precision": "year"},
    }
    assert change.payload["before"] == {"stage": "announced", **carried}
    assert change.payload["after"] == {"stage": "signed", **carried}
    assert change.payload["movement"] == ["advanced"]
    assert StatusUpdate.objects.get(pk=update.pk).number == 2


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"stage": "signed"}, "status"),
        ({"assessment": "delayed"}, "status"),
        ({"stage": "signed", "target": "2028"}, "status"),
        ({"target": "2028"}, "deadline"),
        ({"target": "soon"}, "deadline"),
        ({"firmness": "aspiration"}, "mention"),
        ({"target": "2027"}, "mention"),
        ({}, "mention"),
    ],
)
def test_the_kind_of_a_change_is_what_moved(values: dict[str, str], kind: str) -> None:
    commitment = make.published_commitment(happened="2025-10-02", firmness="firm", target="2027")
    update = make.make_update(commitment=commitment, **values)
    assert publish_update(update, now=NOW).kind == kind


def test_one_partys_step_is_told_as_status_and_moves_nobody_else() -> None:
    commitment = make.published_commitment(happened="2025-10-02")
    japan = make.make_party(code="JPN")
    step = make.make_update(commitment=commitment, party=japan, stage="signed")
    change = publish_update(step, now=NOW)
    assert (change.kind, change.payload["update"]["party"]) == ("status", "JPN")
    assert change.payload["after"]["stage"] == "announced"
    assert [p["code"] for p in change.payload["introduces"]["parties"]] == ["JPN"]
    assert Commitment.objects.get().stage == "announced"


def test_an_update_from_before_is_compared_with_what_preceded_it() -> None:
    commitment = make.published_commitment(happened="2024", stage="announced")
    make.published_update(commitment, happened="2026-02-25", stage="signed")
    between = make.make_update(commitment=commitment, happened="2025-10", stage="negotiating")
    change = publish_update(between, now=NOW)
    assert change.payload["before"]["stage"] == "announced"
    assert change.payload["after"]["stage"] == "negotiating"
    assert Commitment.objects.get().stage == "signed"


def test_words_beside_a_date_do_not_change_what_came_before() -> None:
    commitment = make.published_commitment(happened="2025", stage="announced")
    worded = PartialDate(2025, 9, words="late September")
    make.published_update(commitment, happened=worded, stage="negotiating")
    change = publish_update(
        make.make_update(commitment=commitment, happened="2025-09", stage="signed"), now=NOW
    )
    assert change.payload["before"]["stage"] == "negotiating"
    assert Commitment.objects.get().stage == "signed"


def test_it_takes_as_many_statements_however_long_the_story_is(
    django_assert_max_num_queries: Any,
) -> None:
    commitment = make.published_commitment(happened="2024")
    for number in range(8):
        update = make.make_update(commitment=commitment, happened=f"2025-0{number + 1}")
        # Fifteen, one that asks whether it gives a name, four that introduce the source with the
        # passages left out of it, and a savepoint around them, set and released.
        with django_assert_max_num_queries(22):
            publish_update(update, now=NOW)
    assert rebuild(now=NOW) == []
