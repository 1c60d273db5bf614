"""Loading a register: what becomes of a new one, and of one that says something else by now."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests import make
from tests.actions.lines import public_names
from tests.log_chain import first_break
from tests.register_format.files import PLAN, TEXTS, edited, write_texts
from tests.stored import stored_rows
from tracker.actions.register_files.load import load_register
from tracker.models import Alias, Change, Commitment, Meeting, Source, StatusUpdate
from tracker.register_format.records import RegisterError

pytestmark = pytest.mark.django_db

NOW = make.NOW
SECOND = "meetings/second.yaml"
ALIASES = "updates:\n  - number: 1"
Texts = dict[str, str]


def load(root: Path, texts: Texts) -> list[Change]:
    """Load the texts and return the changes that this made."""
    for path in root.rglob("*.yaml"):
        path.unlink()
    made = load_register(write_texts(root, texts), now=NOW)
    changes = list(Change.objects.filter(seq__gte=made.start).order_by("seq"))
    assert [change.seq for change in changes] == list(made)
    assert all(change.is_backfill for change in changes)
    return changes


def load_refused(root: Path, texts: Texts) -> str:
    """Load texts that are refused; return what is said of them."""
    before = stored_rows()
    with pytest.raises(RegisterError) as refusal:
        load(root, texts)
    assert stored_rows() == before
    return str(refusal.value)


def add(name: str, old: str, new: str, texts: Texts = TEXTS) -> Texts:
    """The texts with a passage put before another one."""
    return edited(name, old, new + old, texts)


def test_a_register_is_loaded_in_the_order_of_events(tmp_path: Path) -> None:
    changes = load(tmp_path, TEXTS)
    assert [(c.seq, c.kind, c.recorded_at) for c in changes] == [
        (1, "meeting", NOW),
        (2, "commitment_published", NOW),
        (3, "status", NOW),
        (4, "status", NOW),
    ]
    assert first_break() is None
    plan = Commitment.objects.get()
    assert (plan.stage, plan.title, plan.last_change_seq) == ("preparing", "Write a plan", 4)
    assert public_names(Source, "slug") == {"statement": 1}


def test_loading_again_changes_nothing(tmp_path: Path) -> None:
    load(tmp_path, TEXTS)
    before = stored_rows()
    assert load(tmp_path, TEXTS) == []
    assert stored_rows() == before


AMENDED = [
    ((PLAN, "title: Write a plan", "title: Write two"), "renamed", {"title": "Write a plan"}),
    (
        (PLAN, "instrument: action_plan", "instrument: statement"),
        "amended",
        {"instrument": "action_plan"},
    ),
    ((PLAN, "first_stated: second\n", ""), "amended", {"first_stated_at": "second"}),
    ((SECOND, "state: held", "state: held\nplace: Seoul"), "meeting", {"place": ""}),
    (("sources.yaml", "title: Statement", "title: Other"), "amended", {"title": "Statement"}),
    (("parties.yaml", "short_name: Korea", "short_name: ROK"), "amended", {"short_name": "Korea"}),
]


@pytest.mark.parametrize(("edit", "kind", "before"), AMENDED)
def test_what_a_file_says_otherwise_is_amended(
    tmp_path: Path, edit: tuple[str, str, str], kind: str, before: dict[str, str]
) -> None:
    load(tmp_path, TEXTS)
    [change] = load(tmp_path, edited(*edit))
    assert (change.kind, change.payload["before"]) == (kind, before)
    assert load(tmp_path, edited(*edit)) == []


def test_other_names_follow_the_file(tmp_path: Path) -> None:
    named = add(PLAN, ALIASES, "aliases:\n  - name: The Plan\n    language: en\n")
    load(tmp_path, TEXTS)
    for texts, names in ((named, ["The Plan"]), (TEXTS, []), (named, ["The Plan"])):
        [change] = load(tmp_path, texts)
        assert (change.kind, change.significance) == ("renamed", "minor")
        assert list(Alias.objects.public().values_list("name", flat=True)) == names


def test_the_note_on_another_name_follows_the_file(tmp_path: Path) -> None:
    named = add(PLAN, ALIASES, "aliases:\n  - name: The Plan\n    language: en\n    note: Old.\n")
    load(tmp_path, named)
    renoted = edited(PLAN, "note: Old.", "note: New.", named)
    assert {change.kind for change in load(tmp_path, renoted)} == {"renamed"}
    assert list(Alias.objects.public().values_list("note", flat=True)) == ["New."]


def test_a_further_source_of_a_meeting_is_introduced(tmp_path: Path) -> None:
    load(tmp_path, TEXTS)
    texts = edited(SECOND, "[statement]", "[statement, gazette]")
    texts["sources.yaml"] += TEXTS["sources.yaml"].replace("slug: statement", "slug: gazette")
    [change] = load(tmp_path, texts)
    assert change.payload["meeting"]["sources"] == ["gazette", "statement"]
    assert public_names(Source, "slug") == {"statement": 1, "gazette": change.seq}
    assert load(tmp_path, texts) == []


def test_new_updates_commitments_and_evidence_are_published(tmp_path: Path) -> None:
    load(tmp_path, TEXTS)
    citation = "      - source: statement\n        language: en\n"
    third = "  - number: 3\n    happened: '2026'\n    stage: in_effect\n    rationale: Done.\n"
    texts = TEXTS | {PLAN: TEXTS[PLAN] + citation + third + "    citations:\n" + citation}
    other = "commitments/CAN-KOR-2026-001.yaml"
    texts[other] = TEXTS[PLAN].replace("2025-001", "2026-001").replace("slug: plan", "slug: b")
    changes = load(tmp_path, texts)
    assert [c.kind for c in changes] == [
        *("evidence", "commitment_published", "status", "status", "status"),
    ]
    assert Commitment.objects.get(slug="plan").stage == "in_effect"
    assert load(tmp_path, texts) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("stage: preparing", "stage: negotiating"),
        ("stage: preparing", "stage: preparing\n    assessment: delayed"),
        ("stage: preparing", "stage: preparing\n    firmness: firm"),
        ("stage: preparing", "stage: preparing\n    target: '2027'"),
        ("stage: preparing", "stage: preparing\n    meeting: second"),
        ("stage: preparing", "stage: preparing\n    party: CAN"),
        ("stage: preparing", "stage: preparing\n    significance: minor"),
        ("2025-12", "2025-11"),
        ("They began.", "They had begun."),
        (
            "They began.\n    citations:\n      - source: statement",
            "They began.\n    citations:\n      - source: statement\n        quotation: new words",
        ),
    ],
)
def test_published_history_is_not_rewritten(tmp_path: Path, old: str, new: str) -> None:
    load(tmp_path, TEXTS)
    assert load_refused(tmp_path, edited(PLAN, old, new)) == (
        f"{PLAN}:18: Update 2 is published and says something else; published history is not "
        "rewritten. Add an update that corrects it."
    )


def test_a_published_update_does_not_leave_the_file(tmp_path: Path) -> None:
    load(tmp_path, TEXTS)
    shorter = TEXTS | {PLAN: TEXTS[PLAN][: TEXTS[PLAN].index("  - number: 2")]}
    assert load_refused(tmp_path, shorter) == (
        f"{PLAN}:8: The register holds update 2, which the file lacks; add it."
    )


def test_corrections_and_retractions_are_loaded(tmp_path: Path) -> None:
    third = (
        "  - number: 3\n    happened: '2025-11'\n    stage: negotiating\n"
        "    rationale: They talk.\n    corrects: 2\n    reason: Misread.\n    citations:\n"
        "      - source: statement\n        language: en\n"
    )
    corrected = TEXTS | {PLAN: TEXTS[PLAN] + third}
    load(tmp_path, TEXTS)
    [correction] = load(tmp_path, corrected)
    assert (correction.kind, correction.payload["reason"]) == ("correction", "Misread.")
    retracted = add(PLAN, "    corrects: 2", "    retracted: Wrong.\n", corrected)
    [retraction] = load(tmp_path, retracted)
    assert (retraction.kind, retraction.payload["reason"]) == ("retraction", "Wrong.")
    assert Commitment.objects.get().stage == "announced"
    gone = add(PLAN, ALIASES, "retracted: Never said.\n", retracted)
    [retraction] = load(tmp_path, gone)
    assert "retracts" in retraction.payload
    assert load(tmp_path, gone) == []
    assert load_refused(tmp_path, retracted) == (
        f"{PLAN}:1: The register has retracted this commitment."
    )


def test_a_meeting_becomes_fully_recorded_and_stays_so(tmp_path: Path) -> None:
    recorded = edited(SECOND, "state: held", "state: held\nfully_recorded: true")
    load(tmp_path, TEXTS)
    [change] = load(tmp_path, recorded)
    assert change.payload["before"] == {"is_fully_recorded": False}
    assert Meeting.objects.get().is_fully_recorded
    assert load(tmp_path, recorded) == []
    assert load_refused(tmp_path, TEXTS) == (
        f"{SECOND}:1: The register has marked this meeting fully recorded."
    )


def test_notes_are_published_and_amended(tmp_path: Path) -> None:
    noted = edited(
        SECOND,
        "sources:",
        "notes:\n  - key: noah\n    author: Noah\n    language: en\n    text: First.\nsources:",
    )
    assert [c.kind for c in load(tmp_path, noted)][-1] == "commentary"
    [change] = load(tmp_path, edited(SECOND, "First.", "Second.", noted))
    assert (change.kind, change.payload["before"]) == ("commentary", {"text": "First."})


def test_who_loaded_it_and_when_is_kept(tmp_path: Path) -> None:
    earlier = make.published_meeting(now=NOW)
    made = load_register(write_texts(tmp_path), now=NOW - dt.timedelta(hours=9))
    assert (made.start, earlier.published_seq) == (2, 1)
    assert StatusUpdate.objects.get(number=1).published_at == NOW


def test_a_name_comes_with_the_update_that_gave_it(tmp_path: Path) -> None:
    name = "aliases:\n  - name: Work plan\n    language: en\n    update: 2\nfirst_stated: second\n"
    root = write_texts(tmp_path, edited(PLAN, "first_stated: second\n", name))
    load_register(root, now=NOW)
    plan = Commitment.objects.get(reference="CAN-KOR-2025-001")
    first, second = plan.updates.order_by("number")
    assert (first.gives_name, second.gives_name) == (False, True)
    assert [(alias.name, alias.update) for alias in plan.aliases.public()] == [
        ("Work plan", second)
    ]
    kinds = [line.kind for line in Change.objects.filter(commitment=plan).order_by("seq")]
    assert kinds == ["commitment_published", "status", "status", "renamed"]
    assert len(load_register(root, now=NOW)) == 0
