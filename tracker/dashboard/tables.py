"""The table of commitments: its columns and how each is rendered."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableListData

from tracker.dashboard import cells
from tracker.queries.lists.rows import Row

SHOWN_BY_DEFAULT = ("stage", "assessment", "target", "happened")


class SortedRows(TableListData):  # type: ignore[misc]  # django-tables2 ships no types
    """One page of rows that the filter has sorted."""

    def order_by(self, aliases: Any) -> None:
        """Keep the order: the headers only show it and link to others."""


def _column(label: Any, **options: Any) -> tables.Column:
    # No value counts as empty: the render methods handle missing ones.
    return tables.Column(label, empty_values=(), accessor=tables.A("commitment"), **options)


class CommitmentTable(tables.Table):  # type: ignore[misc]
    """One page of sorted rows (`queries.lists.rows`). Columns have the names of `?sort=`."""

    title = _column(_("Commitment"))
    stage = _column(_("Stage"))
    assessment = _column(_("Assessment"))
    target = _column(_("Target"))
    happened = _column(_("Last update"))
    updated = _column(_("Last change in the register"))
    parties = _column(_("Parties"), orderable=False)
    topics = _column(_("Topics"), orderable=False)

    usual = " ".join(SHOWN_BY_DEFAULT)

    class Meta:
        template_name = "dashboard/_table.html"
        order_by_field = "sort"

    def __init__(self, data: list[Row], *, params: QueryDict, caption: str) -> None:
        shown = columns_shown(params)
        super().__init__(
            SortedRows(data),
            exclude=[name for name in self.base_columns if name not in shown],
            order_by=params.get("sort"),
        )
        self.caption, self.shown = caption, shown
        self.viewpoint_query = looking_back(params)

    def render_title(self, record: Row) -> SafeString:
        return cells.commitment(record, self.viewpoint_query)

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
        return cells.parties(record, self.viewpoint_query)

    def render_topics(self, record: Row) -> SafeString:
        return cells.topics(record)

    def column_choices(self) -> list[tuple[str, str, bool]]:
        """Return each optional column: its name, its label and whether it is shown."""
        return [
            (name, column.verbose_name, name in self.shown)
            for name, column in self.base_columns.items()
            if name != "title"
        ]


def looking_back(params: QueryDict) -> str:
    """Return the query string that keeps a look back in time when a row is opened."""
    days = {name: params[name] for name in ("as_of", "known_at") if params.get(name)}
    return f"?{urlencode(days)}" if days else ""


def columns_shown(params: QueryDict) -> set[str]:
    """Return the requested columns, or the default ones."""
    requested = [name for name in params.getlist("show") if name in CommitmentTable.base_columns]
    return {"title", *(requested or SHOWN_BY_DEFAULT)}
