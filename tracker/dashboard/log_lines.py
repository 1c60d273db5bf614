"""The lines of the log as HTML, each written once for all that it says."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from tracker.lib.recent import Recent
from tracker.queries.change_lines import Line

# Some 2 kB each.
_KEPT: Recent[SafeString] = Recent(most=5_000)


def _said_in(line: Line) -> Hashable:
    """All that a line's HTML is made of: the line itself, which its hash names, and what the
    records that it leads to are called today."""
    change = line.change
    records = (change.commitment, change.meeting, change.source)
    slugs = tuple(record.slug if record is not None else None for record in records)
    return (change.hash, line.title, line.revised_by, slugs)


def line_fragments(lines: Iterable[Line]) -> list[SafeString]:
    """Each line as an item of the list of changes."""
    language = get_language()
    return [_fragment(line, (language, _said_in(line))) for line in lines]


def _fragment(line: Line, key: Hashable) -> SafeString:
    made = _KEPT.get(key)
    if made is not None:
        return made
    return _KEPT.keep(key, render_to_string("dashboard/_line.html", {"line": line}))
