"""A register is loaded whole or not at all, whatever the order of its files and events."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import make
from tests.actions.register_files.test_load import load, load_refused
from tests.register_format.files import (
    PLAN,
    TEXTS,
    a_commitment,
    an_update,
    edited,
    write_register,
    write_texts,
)
from tests.stored import stored_rows
from tracker.actions.register_files.load import load_register
from tracker.models import Commitment, Source, StatusUpdate
from tracker.register_format.records import RegisterError

pytestmark = pytest.mark.django_db

NOW = make.NOW
PARTS = ("CAN-KOR-2025-001", "CAN-KOR-2025-002")


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (PLAN, "stage: preparing", "stage: ratified", f"{PLAN}:20: “ratified” is not a known"),
        (PLAN, "2025-12", "2028", f"{PLAN}:18: “Write a plan”: 2028 lies in the future;"),
        (
            "sources.yaml",
            "kind: joint_statement",
            "kind: analyst_note",
            f"{PLAN}:9: Cite a source for the update of 2025-10-02 to “Write a plan”.",
        ),
        (
            "sources.yaml",
            "language: en",
            "language: en\n  url: javascript:alert(1)",
            "sources.yaml:1: Enter a valid URL.",
        ),
        ("parties.yaml", "code: CAN", "code: can", f"{PLAN}:6: There is no party “CAN” in this"),
    ],
)
def test_one_mistake_leaves_nothing_behind(
    tmp_path: Path, name: str, old: str, new: str, told: str
) -> None:
    assert load_refused(tmp_path, edited(name, old, new)).startswith(told)


def test_a_reference_in_another_form_is_refused(tmp_path: Path) -> None:
    texts = {name.replace("CAN-KOR-2025-001", "plan-1"): text for name, text in TEXTS.items()}
    texts["commitments/plan-1.yaml"] = TEXTS[PLAN].replace("CAN-KOR-2025-001", "plan-1")
    assert load_refused(tmp_path, texts) == (
        "commitments/plan-1.yaml:1: Write parties, year and number, such as CAN-KOR-2025-004."
    )


def test_an_address_given_twice_is_refused(tmp_path: Path) -> None:
    other = "commitments/CAN-KOR-2025-002.yaml"
    texts = TEXTS | {other: TEXTS[PLAN].replace("2025-001", "2025-002")}
    assert load_refused(tmp_path, texts).startswith(f"{other}:")


def test_a_colleagues_draft_is_not_published_by_loading(tmp_path: Path) -> None:
    make.make_source(slug="statement")
    assert load_refused(tmp_path, TEXTS) == (
        "sources.yaml:1: A draft of the source “statement” exists already; publish or delete it "
        "first."
    )


def test_a_record_that_nothing_rests_on_leaves_no_draft_behind(tmp_path: Path) -> None:
    texts = TEXTS | {
        "topics.yaml": "- slug: space\n  name: Space\n",
        "sources.yaml": TEXTS["sources.yaml"]
        + TEXTS["sources.yaml"].replace("slug: statement", "slug: unused"),
    }
    root = write_texts(tmp_path, texts)
    try:
        load_register(root, now=NOW)
    except RegisterError:
        assert not Source.objects.exists()
    else:
        assert not Source.objects.draft().exists()
        assert not load_register(root, now=NOW)


def test_an_update_found_late_keeps_its_number(tmp_path: Path) -> None:
    """Update 3 happened before update 2 and corrects it."""
    dates = ("2025-10-02", "2026-02", "2025-12-01", "2025-11")
    updates = [
        an_update(number=number, happened=happened, meeting="", rationale=f"As of {happened}.")
        for number, happened in enumerate(dates, start=1)
    ]
    updates[2] |= {"corrects": 2, "reason": "Misdated."}
    root = write_register(tmp_path, meetings=[], commitments=[a_commitment(updates=updates)])
    load_register(root, now=NOW)
    stored = StatusUpdate.objects.order_by("number")
    assert [(u.number, str(u.happened)) for u in stored] == list(enumerate(dates, start=1))
    assert stored[2].corrects == stored[1]
    assert not load_register(root, now=NOW)


@pytest.mark.parametrize("parts", [PARTS, PARTS[::-1]])
@pytest.mark.parametrize("happened", ["2025-06", "2025-12"])
@pytest.mark.parametrize("name", ["part_of", "supersedes"])
def test_what_another_is_part_of_is_published_first(
    tmp_path: Path, parts: tuple[str, str], happened: str, name: str
) -> None:
    child, parent = parts
    commitments = [
        a_commitment(reference=parent),
        a_commitment(reference=child, **{name: parent}, updates=[an_update(happened=happened)]),
    ]
    root = write_register(tmp_path, commitments=commitments)
    load_register(root, now=NOW)
    loaded = Commitment.objects.get(reference=child)
    assert getattr(loaded, name).reference == parent
    assert getattr(loaded, name).published_seq < loaded.published_seq
    assert not load_register(root, now=NOW)


def test_a_commitment_outlives_its_retracted_parent(tmp_path: Path) -> None:
    commitments = [
        a_commitment(reference=PARTS[0], retracted="Never said."),
        a_commitment(reference=PARTS[1], part_of=PARTS[0], related=[PARTS[0]]),
    ]
    root = write_register(tmp_path, commitments=commitments)
    load_register(root, now=NOW)
    assert list(Commitment.objects.public().values_list("reference", flat=True)) == [PARTS[1]]
    assert not load_register(root, now=NOW)


def test_a_note_on_a_retracted_commitment_is_loaded(tmp_path: Path) -> None:
    note = {"key": "noah", "author": "Noah", "language": "en", "text": "Expected."}
    gone = a_commitment(retracted="Never said.", notes=[note])
    root = write_register(tmp_path, commitments=[gone])
    load_register(root, now=NOW)
    before = stored_rows()
    assert not load_register(root, now=NOW)
    assert stored_rows() == before


def test_two_notes_of_one_key_are_refused(tmp_path: Path) -> None:
    note = {"key": "noah", "author": "Noah", "language": "en", "text": "Expected."}
    noted = [a_commitment(reference=r, notes=[note | {"text": r}]) for r in PARTS]
    root = write_register(tmp_path, commitments=noted)
    before = stored_rows()
    with pytest.raises(RegisterError, match="noah"):
        load_register(root, now=NOW)
    assert stored_rows() == before


def test_a_loaded_register_is_amended_past_what_was_retracted(tmp_path: Path) -> None:
    load(tmp_path, TEXTS | {PLAN: "retracted: Never said.\n" + TEXTS[PLAN]})
    texts = edited(PLAN, "title: Write a plan", "title: Other")
    assert load(tmp_path, texts | {PLAN: "retracted: Never said.\n" + texts[PLAN]}) == []
