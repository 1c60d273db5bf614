"""The public register as files: what ships is its own dump, and a dump is loaded as it was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings

from tests import make
from tests.stored import forget_everything
from tracker.actions.aliases import publish_aliases, retract_alias
from tracker.actions.amend import add_evidence, amend
from tracker.actions.correct import retract_commitment, retract_update
from tracker.actions.register_files.load import load_register
from tracker.lib.partial_dates import PartialDate
from tracker.models import Alias, Commitment, SourceKind, StatusUpdate
from tracker.queries.register_dump import register_files

pytestmark = pytest.mark.django_db

NOW = make.NOW


def dump(root: Path) -> dict[str, str]:
    files = dict(register_files())
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8", newline="\n")
    return files


@pytest.mark.usefixtures("shipped_register")
def test_the_shipped_files_are_their_own_dump(tmp_path: Path) -> None:
    shipped = settings.SHIPPED_REGISTER
    files = {
        path.relative_to(shipped).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(shipped.rglob("*.yaml"))
    }
    assert dict(sorted(dump(tmp_path).items())) == files
    assert not load_register(tmp_path, now=NOW)


def publish_much() -> None:
    """A register in which everything that can happen has happened."""
    [canada, korea] = make.both_parties()
    meeting = make.published_meeting(
        slug="second",
        date=PartialDate(2025, 9, words="late September"),
        forum=make.make_forum(slug="ministers", cadence_months=24),
        fully_recorded=True,
    )
    make.published_meeting(slug="planned", state="planned", date="2028", parties=[korea, canada])
    blog = make.make_source(slug="blog", kind=SourceKind.ANALYST_NOTE)
    make.published_note(key="on-meeting", meeting=meeting, source=blog, text="One.\n\n- two")
    parent = make.published_commitment(reference="CAN-KOR-2025-002", happened="2025")
    commitment = make.published_commitment(
        reference="CAN-KOR-2025-001",
        title="“Sign”: the agreement — 협정 #1",
        summary="- not a list\n  indented\n\nand more " + "words " * 60 + "end",
        topics=[make.make_topic(slug="space")],
        part_of=parent,
        related=[parent],
        first_stated_at=meeting,
        last_checked_on=dt.date(2026, 11, 1),
        happened="2025-09",
        meeting=meeting,
        target="at the earliest opportunity",
    )
    make.published_note(key="on-commitment", commitment=commitment)
    second = make.published_update(commitment, stage="in_effect", target=PartialDate(2027))
    corrected = make.published_correction(second, stage="signed")
    make.published_correction(corrected, stage="signed", happened="2026-02", target=None)
    step = make.published_update(commitment, party=canada, happened="2026-03", stage="in_effect")
    wrong = make.published_update(commitment, stage="completed", significance="minor")
    retract_update(wrong, reason="Another treaty: “that one”.", now=NOW)
    make.published_update(commitment, happened="2025-12", stage="negotiating", firmness="firm")
    gazette = make.make_source(slug="gazette", published_on=PartialDate(2026, words="spring"))
    add_evidence(
        make.make_citation(step, save=False, source=gazette, quotation="'yes': no"), now=NOW
    )
    aliases = [make.make_alias(commitment, name=name) for name in ("GSOMIA", "2026-02-25", "no")]
    publish_aliases(commitment, aliases, now=NOW)
    retract_alias(Alias.objects.get(name="no"), now=NOW)
    amend(commitment, values={"instrument": "arrangement"}, now=NOW)
    amend(meeting, values={"place": "Seoul"}, now=NOW)
    amend(blog, values={"archived_url": "https://example.org/archive"}, now=NOW)
    gone = make.published_commitment(reference="CAN-KOR-2025-003", part_of=parent)
    make.published_note(key="on-what-is-gone", commitment=gone)
    retract_commitment(gone, reason="It was never said.", now=NOW)
    retract_commitment(parent, reason="The same as the first.", now=NOW)


def leave_drafts() -> None:
    commitment = Commitment.objects.get(reference="CAN-KOR-2025-001")
    make.make_alias(commitment, name="zyzzyva")
    hidden = make.make_commitment(title="zyzzyva", topics=[make.make_topic(name="zyzzyva")])
    commitment.related.add(hidden)
    make.make_update(commitment=commitment, rationale="zyzzyva", quotation="zyzzyva")
    make.make_note(commitment=commitment, text="zyzzyva")
    make.make_meeting(title="zyzzyva", forum=make.make_forum(name="zyzzyva"))
    make.make_party(name="zyzzyva")


def test_a_dump_is_loaded_and_dumped_as_it_was(tmp_path: Path) -> None:
    publish_much()
    files = dump(tmp_path)
    positions = standing()
    forget_everything()
    load_register(tmp_path, now=NOW)
    assert dict(register_files()) == files
    assert standing() == positions
    assert not load_register(tmp_path, now=NOW)


def standing() -> list[tuple[object, ...]]:
    names = ("reference", "stage", "assessment", "firmness", "target", "has_slipped")
    return list(Commitment.objects.public().values_list(*names, "last_update_day"))


def test_a_dump_can_be_loaded_over_what_it_was_made_of(tmp_path: Path) -> None:
    publish_much()
    dump(tmp_path)
    assert not load_register(tmp_path, now=NOW)


def test_what_nothing_rests_on_any_more_does_not_stop_a_dump_from_being_loaded(
    tmp_path: Path,
) -> None:
    [canada, korea] = make.both_parties()
    japan, used = make.make_party(code="JPN"), make.make_source()
    topic, old = make.make_topic(), make.make_source()
    meeting = make.published_meeting(sources=[old], parties=[canada, korea, japan])
    commitment = make.published_commitment(topics=[topic], parties=[canada, korea, japan])
    amend(commitment, values={"topics": [], "parties": [canada, korea]}, now=NOW)
    amend(meeting, values={"sources": [used], "parties": [canada, korea]}, now=NOW)
    files = dump(tmp_path)
    assert not load_register(tmp_path, now=NOW)
    forget_everything()
    load_register(tmp_path, now=NOW)
    assert dict(register_files()) == files


def test_drafts_are_not_dumped() -> None:
    publish_much()
    before = dict(register_files())
    leave_drafts()
    assert StatusUpdate.objects.draft().exists()
    assert dict(register_files()) == before


def test_an_empty_register_is_dumped() -> None:
    assert dict(register_files()) == {
        "register.yaml": "format: commitment-register/1\n",
        "parties.yaml": "[]\n",
        "topics.yaml": "[]\n",
        "forums.yaml": "[]\n",
        "sources.yaml": "[]\n",
    }


def test_a_commitment_is_dumped_as_people_write_it() -> None:
    make.published_commitment(
        reference="CAN-KOR-2030-001",
        slug="agreement",
        title="Agreement",
        source=make.make_source(slug="statement"),
        target=PartialDate(2027, words="by 2027"),
    )
    assert dict(register_files())["commitments/CAN-KOR-2030-001.yaml"] == (
        "reference: CAN-KOR-2030-001\n"
        "slug: agreement\n"
        "title: Agreement\n"
        "summary: The two governments will do something together.\n"
        "instrument: agreement\n"
        "parties: [CAN, KOR]\n"
        "updates:\n"
        "  - number: 1\n"
        '    happened: "2026-02-25"\n'
        "    stage: announced\n"
        "    target:\n"
        '      date: "2027"\n'
        "      words: by 2027\n"
        "    rationale: The statement says so.\n"
        "    citations:\n"
        "      - source: statement\n"
        "        quotation: will sign the agreement\n"
        "        locator: paragraph 1\n"
        "        language: en\n"
    )
