"""Compare the preview of a file with what importing it does after the register changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.spreadsheets.report import MAX_LISTED, Outcome, Problem, Report

_OUTCOMES = {
    Outcome.NEW: gettext_lazy("a new draft"),
    Outcome.CHANGED: gettext_lazy("a change of a draft"),
    Outcome.AMENDED: gettext_lazy("an amendment of a public record"),
    Outcome.UNCHANGED: gettext_lazy("no change"),
}
# Characters shown of each text.
_MAX_SHOWN = 200

# Of each outcome the first rows with what differs, as a report lists them.
Differences = Mapping[str, list[dict[str, Any]]]
Listed = tuple[Differences, Mapping[str, int]]


def rechecked(report: Report, *, shown: Mapping[str, Any]) -> Report:
    """Return a report whose warnings begin with what differs from the preview."""
    rows = changed_rows(
        (shown["differences"], shown["counts"]), (report.differences, report.counts)
    )
    moved = list(islice(rows, MAX_LISTED))
    sentence = _(
        "Nothing was imported: the register has changed since the file was checked. Below is what "
        "the file would do now."
    )
    if not moved:
        sentence += " " + _(
            "No row that was shown reads otherwise; a draft or source that the rows name does, or "
            "a row further down."
        )
    report.warnings = [Problem(0, "", sentence), *moved, *report.warnings]
    return report


def changed_rows(shown: Listed, found: Listed) -> Iterator[Problem]:
    """Yield each difference between what was shown of a row and what is found now.

    Reports list only the first rows of each outcome; those further down are not compared.
    """
    before, after = _by_row(shown[0]), _by_row(found[0])
    last = min(_last_compared(*shown), _last_compared(*found))
    for number in sorted(before.keys() | after.keys()):
        if number <= last:
            yield from _differences(number, before.get(number), after.get(number))


def _by_row(differences: Differences) -> dict[int, tuple[Outcome, dict[str, Any]]]:
    return {row["row"]: (Outcome(key), row) for key, rows in differences.items() for row in rows}


def _last_compared(differences: Differences, counts: Mapping[str, int]) -> float:
    """Return the last row up to which every row that differs from the register is listed."""
    cut = (rows[-1]["row"] for key, rows in differences.items() if counts[key] > len(rows))
    return min(cut, default=float("inf"))


def _differences(
    number: int,
    shown: tuple[Outcome, dict[str, Any]] | None,
    found: tuple[Outcome, dict[str, Any]] | None,
) -> Iterator[Problem]:
    before, after = (it[0] if it else Outcome.UNCHANGED for it in (shown, found))
    if before is not after:
        sentence = _("Shown as %(before)s; now it is %(after)s.")
        yield Problem(
            number, "", sentence % {"before": _OUTCOMES[before], "after": _OUTCOMES[after]}
        )
    elif shown and found:
        earlier, later = ({c["column"]: c for c in it[1]["cells"]} for it in (shown, found))
        for column in {**earlier, **later}:
            # A column that is not listed says what the file says.
            said = earlier[column]["before"] if column in earlier else later[column]["after"]
            says = later[column]["before"] if column in later else earlier[column]["after"]
            if said != says:
                sentence = _("The register said “%(said)s” when this was shown, now “%(says)s”.")
                values = {"said": _short(said), "says": _short(says)}
                yield Problem(number, column, sentence % values)


def _short(text: str) -> str:
    return Truncator(text).chars(_MAX_SHOWN)
