"""What is said of rows that read otherwise than when they were shown."""

from __future__ import annotations

from typing import Any

from tracker.spreadsheets.report import Problem, Report
from tracker.spreadsheets.stale_preview import changed_rows, rechecked


def row(number: int, **cells: tuple[str, str]) -> dict[str, Any]:
    told = [{"column": n, "before": was, "after": will} for n, (was, will) in cells.items()]
    return {"row": number, "name": f"KOR-{number}", "cells": told}


def test_each_row_says_what_was_shown_and_what_is_found() -> None:
    shown = {
        "new": [row(2, title=("", "A")), row(3, title=("", "B"))],
        "changed": [row(4, title=("Old", "C"), stage=("agreed", "signed"))],
    }
    found = {
        "new": [row(3, title=("", "B"))],
        "changed": [row(2, title=("X", "A")), row(4, title=("Newer", "C"), place=("Rome", "Oslo"))],
        "amended": [row(5, title=("Old", "D"))],
    }
    counts = ({"new": 2, "changed": 1, "unchanged": 1}, {"new": 1, "changed": 2, "amended": 1})
    assert list(changed_rows((shown, counts[0]), (found, counts[1]))) == [
        Problem(2, "", "Shown as a new draft; now it is a change of a draft."),
        Problem(4, "title", "The register said “Old” when this was shown, now “Newer”."),
        Problem(4, "stage", "The register said “agreed” when this was shown, now “signed”."),
        Problem(4, "place", "The register said “Oslo” when this was shown, now “Rome”."),
        Problem(5, "", "Shown as no change; now it is an amendment of a public record."),
    ]


def test_rows_below_those_that_are_kept_are_not_compared() -> None:
    shown = ({"new": [row(2), row(3)]}, {"new": 9})
    found = ({"new": [row(3), row(4)], "changed": [row(2)]}, {"new": 8, "changed": 1})
    assert [problem.row for problem in changed_rows(shown, found)] == [2]


def test_what_is_behind_the_rows_may_be_what_moved() -> None:
    kept = {"differences": {"new": [row(2)]}, "counts": {"new": 1}}
    report = Report(differences={"new": [row(2)]})
    report.counts["new"] = 1
    report.add_warning(2, "title", "It is long.")
    first, second = rechecked(report, shown=kept).warnings
    assert first.sentence.endswith(
        "No row that was shown reads otherwise; a draft or source that the rows name does, or a "
        "row further down."
    )
    assert second == Problem(2, "title", "It is long.")
