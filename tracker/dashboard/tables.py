"""The table of commitments: its columns and how each is rendered."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import django_tables2 as tables
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableListData

from tracker.lib.partial_dates import day_of
from tracker.queries.lists.rows import Row
from tracker.queries.viewpoint import Viewpoint
from tracker.schema.vocabulary import Flag
from tracker.templatetags.register import (
    assessment_label,
    date_element,
    firmness_label,
    instrument_label,
    spelled,
    stage_mark,
)

_R = TypeVar("_R", bound=Callable[..., SafeString])

SHOWN_BY_DEFAULT = ("stage", "assessment", "target", "happened")


class SortedRows(TableListData):  # type: ignore[misc]  # django-tables2 ships no types
    """One page of rows that the filter has sorted."""

    def order_by(self, aliases: Any) -> None:
        """Keep the order: the headers only show it and link to others."""


def _column(label: Any, **options: Any) -> tables.Column:
    # No value counts as empty: the render methods handle missing ones.
    return tables.Column(label, empty_values=(), accessor=tables.A("commitment"), **options)


def _cell(render: _R) -> _R:
    """Give a render method its signature (PEP 362).

    django-tables2 asks for it at each cell, and to find it anew takes longer than to render.
    """
    vars(render)["__signature__"] = inspect.signature(render)
    return render


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

    def __init__(
        self, data: list[Row], *, params: QueryDict, viewpoint: Viewpoint, caption: str
    ) -> None:
        shown = columns_shown(params)
        super().__init__(
            SortedRows(data),
            exclude=[name for name in self.base_columns if name not in shown],
            order_by=params.get("sort"),
        )
        self.caption, self.shown, self.viewpoint = caption, shown, viewpoint
        for bound in self.columns:
            bound.column.verbose_name = str(bound.column.verbose_name)
        # Few values repeat in the rows of a page: each is rendered once.
        self._stage_mark, self._assessment = cache(stage_mark), cache(_assessment)
        self._instrument, self._flags = cache(instrument_label), cache(flags)

    # In Python rather than in templates: rendering fifty rows by template took longer than the
    # rest of the page.

    @_cell
    def render_title(self, record: Row) -> SafeString:
        commitment = record.commitment
        return format_html(
            '<a class="row-title" href="{}{}">{}</a>\n'
            '<span class="row-facts"><span class="reference">{}</span> · {}</span>\n'
            '<span class="row-flags">{}</span>',
            commitment.get_absolute_url(),
            self.viewpoint.query,
            record.title,
            commitment.reference,
            self._instrument(commitment.instrument),
            self._flags(record.flags, record.has_no_information),
        )

    @_cell
    def render_stage(self, record: Row) -> SafeString:
        return self._stage_mark(record.position.stage)

    @_cell
    def render_assessment(self, record: Row) -> SafeString:
        return self._assessment(record.position.assessment, record.position.firmness)

    @_cell
    def render_target(self, record: Row) -> SafeString:
        if record.position.target:
            return date_element(record.position.target)
        return format_html('<span class="nothing">{}</span>', gettext("No date"))

    @_cell
    def render_happened(self, record: Row) -> SafeString:
        return _day(record.position.last_update_day)

    @_cell
    def render_updated(self, record: Row) -> SafeString:
        return _day(record.commitment.last_changed_at)

    @_cell
    def render_parties(self, record: Row) -> SafeString:
        query = self.viewpoint.query
        links = ((party.get_absolute_url(), query, party.short_name) for party in record.parties)
        return format_html_join(", ", '<a href="{}{}">{}</a>', links)

    @_cell
    def render_topics(self, record: Row) -> SafeString:
        return format_html_join(", ", "{}", ((topic.name,) for topic in record.topics))

    def column_choices(self) -> list[tuple[str, str, bool]]:
        """Return each optional column: its name, its label and whether it is shown."""
        return [
            (name, column.verbose_name, name in self.shown)
            for name, column in self.base_columns.items()
            if name != "title"
        ]


def columns_shown(params: QueryDict) -> set[str]:
    """Return the requested columns, or the default ones."""
    requested = [name for name in params.getlist("show") if name in CommitmentTable.base_columns]
    return {"title", *(requested or SHOWN_BY_DEFAULT)}


def flags(raised: tuple[Flag, ...], has_no_information: bool) -> SafeString:
    """Render the flags of a row as badges, each with a link to its definition."""
    methodology = reverse("methodology")
    badges = format_html_join(
        "",
        '<a class="flag flag-{}" href="{}#flag-{}" title="{}">{}</a> ',
        ((flag.value, methodology, flag.value, flag.rule, flag.label) for flag in raised),
    )
    if not has_no_information:
        return badges
    return format_html(
        '{}<span class="flag flag-no-information" title="{}">{}</span>',
        badges,
        gettext("Its date has passed, and we hold no source that says whether it happened."),
        gettext("No information"),
    )


def _assessment(assessment: str, firmness: str) -> SafeString:
    label = format_html(
        '<span class="assessment assessment-{}">{}</span>', assessment, assessment_label(assessment)
    )
    if not firmness:
        return label
    return format_html('{} <span class="row-facts">{}</span>', label, firmness_label(firmness))


def _day(value: Any) -> SafeString:
    """Render a calendar day, or the day of an instant in the register's time zone."""
    return format_html('<time datetime="{}">{}</time>', day_of(value).isoformat(), spelled(value))
