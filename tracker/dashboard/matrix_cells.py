"""Render each cell of the matrix as HTML.

In Python rather than in templates, as in `tables`: a page may have thousands of cells.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from tracker.dashboard.tables import flags
from tracker.models import Citation, Meeting
from tracker.queries.records.matrix import Cell, Matrix, MatrixRow, Silence
from tracker.queries.viewpoint import Viewpoint
from tracker.templatetags.register import movement_sign, stage_mark


def row_fragments(matrix: Matrix, viewpoint: Viewpoint) -> list[SafeString]:
    """Render each commitment as a row: its name, and its cells from oldest to newest meeting."""
    # Most cells are empty and differ only by meeting and reason, so each is rendered once.
    empty = {
        (column.meeting.pk, silence): _empty_cell(column.meeting, silence)
        for column in matrix.columns
        for silence in Silence
    }
    return [
        format_html(
            "<tr>\n{}\n{}\n</tr>\n",
            _heading(line, viewpoint),
            SafeString(
                "\n".join(
                    _cell(cell) if cell.silence is None else empty[cell.meeting.pk, cell.silence]
                    for cell in line.cells
                )
            ),
        )
        for line in matrix.rows
    ]


def _heading(line: MatrixRow, viewpoint: Viewpoint) -> SafeString:
    row = line.row
    return format_html(
        '<th scope="row" class="matrix-commitment">\n<a href="{}{}">{}</a>\n'
        '<span class="matrix-facts"><span class="reference">{}</span> {}</span>\n{}</th>',
        row.commitment.get_absolute_url(),
        viewpoint.query,
        row.title,
        row.commitment.reference,
        flags(row.flags, row.has_no_information),
        _elsewhere(line.elsewhere) if line.is_empty else "",
    )


def _elsewhere(number: int) -> SafeString:
    text = ngettext(
        "%(n)s update outside these meetings", "%(n)s updates outside these meetings", number
    )
    return format_html('<span class="matrix-facts">{}</span>\n', text % {"n": number})


def _empty_cell(meeting: Meeting, silence: Silence) -> SafeString:
    return format_html(
        '<td class="cell cell-silent silent-{}"><span class="cell-meeting">{}</span> '
        '<span class="cell-silence">{}</span></td>',
        silence.value,
        meeting.date.spelled(),
        silence.label,
    )


def _cell(cell: Cell) -> SafeString:
    moved = format_html_join(
        "",
        ' <span class="cell-movement cell-movement-{}"><span aria-hidden="true">{}</span>'
        " {}</span>",
        ((m.value, movement_sign(m.value), m.label) for m in cell.movements),
    )
    return format_html(
        '<td class="cell cell-said cell-{}"><span class="cell-meeting">{}</span> '
        '<span class="cell-state">{}{}</span>{}{}</td>',
        cell.stage,
        cell.meeting.date.spelled(),
        stage_mark(cell.stage),
        moved,
        _parties(cell.parties),
        _words(cell.quotation),
    )


def _parties(names: Sequence[str]) -> SafeString | str:
    text = ", ".join(names)
    return format_html(' <span class="cell-party">{}</span>', text) if text else ""


def _words(quoted: Citation | None) -> SafeString | str:
    if quoted is None or not quoted.quotation:
        return ""
    return format_html(' <q class="cell-words" lang="{}">{}</q>', quoted.language, quoted.quotation)
