"""What each command says, and its exit code."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from tests import make
from tests.register_format.files import PLAN, TEXTS, edited, write_texts
from tests.stored import stored_rows, without_triggers
from tracker.models import Change, Commitment
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db


def said(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


# -- verify_log ---------------------------------------------------------------------------------


def test_a_whole_log_is_verified() -> None:
    assert said("verify_log") == f"The log is whole: 0 lines, head {'0' * 64}.\n"
    make.published_meeting()
    assert said("verify_log") == f"The log is whole: 1 lines, head {log_head().hash}.\n"


def test_a_broken_log_is_told_and_exits_with_1() -> None:
    make.published_commitment()
    make.published_meeting()
    with without_triggers():
        Change.objects.filter(seq__gte=2).update(payload={})
    with pytest.raises(CommandError) as refusal:
        said("verify_log")
    assert str(refusal.value) == (
        "The log breaks at line 2: its content does not have the hash that it carries."
    )
    assert refusal.value.returncode == 1


# -- rebuild ------------------------------------------------------------------------------------


def test_a_rebuild_names_what_differed() -> None:
    make.published_commitment(reference="CAN-KOR-2030-001")
    make.published_commitment(reference="CAN-KOR-2030-002")
    assert said("rebuild") == "Rebuilt; 0 differed from before.\n"
    Commitment.objects.filter(reference="CAN-KOR-2030-002").update(stage="signed")
    assert said("rebuild") == (
        "CAN-KOR-2030-002: differed, put right\nRebuilt; 1 differed from before.\n"
    )


# -- load_register and dump_register ------------------------------------------------------------


def test_a_register_is_loaded_once(tmp_path: Path) -> None:
    root = str(write_texts(tmp_path))
    assert said("load_register", root) == "Loaded: changes 1 to 4.\n"
    assert set(Change.objects.values_list("is_backfill", flat=True)) == {True}
    assert said("load_register", root) == (
        "Nothing to change: the register says the same already.\n"
    )


def test_subscribers_are_told_of_what_is_loaded_when_it_is_asked_for(tmp_path: Path) -> None:
    said("load_register", "--notify", str(write_texts(tmp_path)))
    assert set(Change.objects.values_list("is_backfill", flat=True)) == {False}


def test_a_summary_that_tells_the_outcome_is_loaded_with_a_warning(tmp_path: Path) -> None:
    root = write_texts(tmp_path, edited(PLAN, "They will write a plan.", "It was adopted."))
    warned = StringIO()
    call_command("load_register", str(root), stdout=StringIO(), stderr=warned)
    assert warned.getvalue() == (
        f"Look at {PLAN}:4: “was adopted” tells what became of it. "
        "Say what was promised; the rest is an update.\n"
    )
    assert Commitment.objects.get().summary == "It was adopted."


def test_a_bad_register_is_not_loaded(tmp_path: Path) -> None:
    root = write_texts(tmp_path, edited(PLAN, "2025-12", "2026-13"))
    before = stored_rows()
    with pytest.raises(CommandError) as refusal:
        said("load_register", str(root))
    assert str(refusal.value) == (
        f"Nothing was loaded.\n{PLAN}:19: There is no month 13; use 01 to 12."
    )
    assert refusal.value.returncode == 1
    assert stored_rows() == before


def test_a_register_is_dumped_into_a_new_folder(tmp_path: Path) -> None:
    said("load_register", str(write_texts(tmp_path / "in")))
    assert said("dump_register", str(tmp_path / "out")) == f"Wrote 7 files to {tmp_path / 'out'}.\n"
    written = {
        path.relative_to(tmp_path / "out").as_posix(): path.read_bytes().decode()
        for path in (tmp_path / "out").rglob("*.yaml")
    }
    assert written == TEXTS


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("kept")
    for path in (tmp_path, kept):
        with pytest.raises(CommandError) as refusal:
            said("dump_register", str(path))
        assert str(refusal.value) == f"{path} is not an empty folder; nothing was written."
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


# -- first_run ----------------------------------------------------------------------------------


def test_the_first_run_makes_a_register_and_an_account_and_the_next_keeps_them() -> None:
    first = said("first_run")
    [password] = re.findall("password “(.+)”", first)
    assert first == (
        "Loaded: changes 1 to 89.\n"
        f"Staff account: user “staff”, password “{password}”. It is shown only now.\n"
    )
    staff = get_user_model().objects.get()
    assert (staff.username, staff.is_superuser) == ("staff", True)
    assert staff.check_password(password)
    assert Commitment.objects.public().count() == 25
    before = stored_rows()
    assert said("first_run") == ""
    assert stored_rows() == before
    assert get_user_model().objects.get().password == staff.password


@pytest.mark.usefixtures("shipped_register")
def test_a_later_run_keeps_what_was_done_since() -> None:
    commitment = make.published_commitment(title="Ours")
    get_user_model().objects.create_user("someone")
    assert said("first_run") == ""
    assert Commitment.objects.get(pk=commitment.pk).title == "Ours"
    assert get_user_model().objects.count() == 1
