"""The table of commitments: its columns and how each is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tracker.dashboard import cells
from tracker.queries.rows import Row

# The column's name is the value of ?sort=, save for these.
_SORTS = {"commitment": "title", "parties": "", "topics": "", "wording": ""}
SHOWN_BY_DEFAULT = ("stage", "assessment", "target", "happened")


def _column(label: Any) -> tables.Column:
    # Nothing counts as empty: what a cell says of nothing is said in `cells`.
    return tables.Column(verbose_name=label, empty_values=(), accessor=tables.A("commitment"))


@dataclass(frozen=True, slots=True)
class Header:
    """A column's heading, and the address that sorts by it or turns the order round."""

    label: str
    href: str
    direction: str


class CommitmentTable(tables.Table):  # type: ignore[misc]  # django-tables2 ships no types
    """Rows of `queries.rows`, already sorted and cut to one page by the view."""

    commitment = _column(_("Commitment"))
    stage = _column(_("Stage"))
    assessment = _column(_("Assessment"))
    target = _column(_("Target"))
    happened = _column(_("Last update"))
    updated = _column(_("Last change in the register"))
    parties = _column(_("Parties"))
    topics = _column(_("Topics"))

    usual = " ".join(SHOWN_BY_DEFAULT)

    class Meta:
        template_name = "dashboard/_table.html"
        orderable = False  # sorting is the filter's; the header links to ?sort=

    def __init__(self, data: list[Row], *, params: QueryDict, caption: str) -> None:
        shown = columns_shown(params)
        hidden = [name for name in self.base_columns if name not in shown]
        super().__init__(data, exclude=hidden)
        self.params, self.caption, self.shown = params, caption, shown
        self.moment_query = looking_back(params)

    def row_fragments(self) -> list[SafeString]:
        """Each row as HTML."""
        return [self._fragment(record) for record in self.data]

    def _fragment(self, record: Row) -> SafeString:
        (label, write), *others = self._written
        return format_html(
            '<tr>\n<th scope="row" data-label="{}">{}</th>\n{}</tr>\n',
            label,
            write(record),
            format_html_join(
                "",
                '<td data-label="{}"><div>{}</div></td>\n',
                ((label, write(record)) for label, write in others),
            ),
        )

    @cached_property
    def _written(self) -> list[tuple[str, Callable[[Row], SafeString]]]:
        """The heading of each column shown, and how its cells are written.

        What django-tables2 does with a row takes a millisecond, most of it to find this out anew.
        """
        return [(str(c.header), getattr(self, f"render_{c.name}")) for c in self.columns]

    def render_commitment(self, record: Row) -> SafeString:
        return cells.commitment(record, self.moment_query)

    def render_stage(self, record: Row) -> SafeString:
        return cells.stage(record)

    def render_assessment(self, record: Row) -> SafeString:
        return cells.assessment(record)

    def render_target(self, record: Row) -> SafeString:
        return cells.target(record)

    def render_happened(self, record: Row) -> SafeString:
        return cells.day(record.position.last_update_day)

    def render_updated(self, record: Row) -> SafeString:
        return cells.day(record.commitment.last_changed_at)

    def render_parties(self, record: Row) -> SafeString:
        return cells.parties(record, self.moment_query)

    def render_topics(self, record: Row) -> SafeString:
        return cells.topics(record)

    def headers(self) -> list[Header]:
        current = self.params.get("sort", "")
        found = []
        for column in self.columns:
            name = _SORTS.get(column.name, column.name)
            params = self.params.copy()
            params.pop("page", None)
            params["sort"] = f"-{name}" if current == name else name
            direction = {name: "ascending", f"-{name}": "descending"}.get(current, "")
            href = f"?{params.urlencode()}" if name else ""
            found.append(Header(column.header, href, direction if name else ""))
        return found

    def column_choices(self) -> list[tuple[str, str, bool]]:
        """Each column that may be left out: its name, its label and whether it is shown."""
        return [
            (name, column.verbose_name, name in self.shown)
            for name, column in self.base_columns.items()
            if name != "commitment"
        ]


def looking_back(params: QueryDict) -> str:
    """The end of a row's address: a look back in time goes on when the row is opened."""
    kept = {name: params[name] for name in ("as_of", "known_at") if params.get(name)}
    return f"?{urlencode(kept)}" if kept else ""


def columns_shown(params: QueryDict) -> set[str]:
    """The columns that an address asks for, or the usual ones."""
    asked = [name for name in params.getlist("show") if name in CommitmentTable.base_columns]
    return {"commitment", *(asked or SHOWN_BY_DEFAULT)}
