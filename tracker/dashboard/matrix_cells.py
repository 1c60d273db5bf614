"""What stands in each cell of the matrix, as HTML.

In Python and not in templates, as `cells`: a page may have thousands of them. Most are empty, and
those of one meeting differ by the reason alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext

from tracker.dashboard.cells import flags
from tracker.lib.partial_dates import PartialDate
from tracker.queries.history import Movement
from tracker.queries.matrix import MatrixRow, Silence
from tracker.templatetags.register import movement_sign, stage_mark


def row_fragment(line: MatrixRow, moment_query: str) -> SafeString:
    """One commitment: its name, and its cells from the oldest meeting to the newest."""
    cells = mark_safe("\n".join(_cells(line)))  # noqa: S308 - each is escaped where it is made
    return format_html("<tr>\n{}\n{}\n</tr>\n", _heading(line, moment_query), cells)


def _heading(line: MatrixRow, moment_query: str) -> SafeString:
    row = line.row
    return format_html(
        '<th scope="row" class="matrix-commitment">\n<a href="{}{}">{}</a>\n'
        '<span class="matrix-facts"><span class="reference">{}</span> {}</span>\n{}</th>',
        row.commitment.get_absolute_url(),
        moment_query,
        row.title,
        row.commitment.reference,
        flags(tuple(row.flags), row.has_no_information, get_language() or ""),
        _elsewhere(line.elsewhere) if line.is_empty else "",
    )


def _elsewhere(number: int) -> SafeString:
    told = ngettext(
        "%(n)s update outside these meetings", "%(n)s updates outside these meetings", number
    )
    return format_html('<span class="matrix-facts">{}</span>\n', told % {"n": number})


class _Said(NamedTuple):
    """All that a cell says of what a meeting did."""

    date: PartialDate
    stage: str
    movements: tuple[Movement, ...]
    parties: str
    words: str
    words_language: str


def _cells(line: MatrixRow) -> Iterator[SafeString]:
    language = get_language() or ""
    for cell in line.cells:
        if cell.silence is not None:
            yield _silent(cell.meeting.date, cell.silence, language)
            continue
        quoted = cell.quotation
        words = (quoted.quotation, quoted.language) if quoted is not None else ("", "")
        told = (tuple(cell.movements), ", ".join(cell.parties))
        yield _said(_Said(cell.meeting.date, cell.stage, *told, *words), language)


@lru_cache(maxsize=10_000)
def _silent(date: PartialDate, silence: Silence, language: str) -> SafeString:
    return format_html(
        '<td class="cell cell-silent silent-{}"><span class="cell-meeting">{}</span> '
        '<span class="cell-silence">{}</span></td>',
        silence.value,
        date.spelled(),
        silence.label,
    )


@lru_cache(maxsize=20_000)
def _said(said: _Said, language: str) -> SafeString:
    moved = format_html_join(
        "",
        ' <span class="cell-movement cell-movement-{}"><span aria-hidden="true">{}</span>'
        " {}</span>",
        ((m.value, movement_sign(m.value), m.label) for m in said.movements),
    )
    party = format_html(' <span class="cell-party">{}</span>', said.parties)
    words = format_html(' <q class="cell-words" lang="{}">{}</q>', said.words_language, said.words)
    return format_html(
        '<td class="cell cell-said cell-{}"><span class="cell-meeting">{}</span> '
        '<span class="cell-state">{}{}</span>{}{}</td>',
        said.stage,
        said.date.spelled(),
        stage_mark(said.stage),
        moved,
        party if said.parties else "",
        words if said.words else "",
    )
