from __future__ import annotations

from pathlib import Path

from django.conf import settings

from tests.register_format.files import PLAN, edited, write_texts
from tracker.register_format.checks import warnings_of
from tracker.register_format.reading import read_register


def warned(root: Path, old: str, new: str) -> list[str]:
    register = read_register(write_texts(root, edited(PLAN, old, new)))
    return [str(problem) for problem in warnings_of(register)]


def test_a_summary_that_tells_the_outcome_is_named_by_file_and_line(tmp_path: Path) -> None:
    assert warned(tmp_path, "They will write a plan.", "A plan. It was adopted in March 2026.") == [
        f"{PLAN}:4: “March 2026” is after 2 October 2025, when it was first stated. Say what was "
        "promised; what came later is an update.",
        f"{PLAN}:4: “was adopted” tells what became of it. Say what was promised; the rest is an "
        "update.",
    ]


def test_a_title_is_looked_at_too_and_the_first_update_dates_it(tmp_path: Path) -> None:
    text = "title: Write a plan\nsummary: They will write a plan.\n"
    anew = "title: Write a plan in 2027\nsummary: They will write a plan.\n"
    assert len(warned(tmp_path, text, anew)) == 1
    undated = edited(PLAN, "first_stated: second\n", "", edited(PLAN, text, anew))
    assert len(list(warnings_of(read_register(write_texts(tmp_path, undated))))) == 1


def test_the_target_of_the_first_update_belongs_to_the_promise(tmp_path: Path) -> None:
    texts = edited(PLAN, "They will write a plan.", "A plan, to be written in 2027.")
    texts = edited(PLAN, "    stage: announced", "    stage: announced\n    target: '2027'", texts)
    assert list(warnings_of(read_register(write_texts(tmp_path, texts)))) == []


def test_the_shipped_register_tells_no_outcome() -> None:
    assert list(warnings_of(read_register(settings.SHIPPED_REGISTER))) == []
