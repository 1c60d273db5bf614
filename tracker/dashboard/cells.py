"""Render each cell of the table of commitments as HTML.

In Python rather than in templates: rendering fifty rows by template took longer than the rest of
the page.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker.lib.partial_dates import day_of
from tracker.queries.lists.rows import Row
from tracker.templatetags.register import (
    assessment_label,
    date_element,
    firmness_label,
    instrument_label,
    spelled,
    stage_mark,
)


def flags(row: Row) -> SafeString:
    methodology = reverse("methodology")
    badges = format_html_join(
        "",
        '<a class="flag flag-{}" href="{}#flag-{}" title="{}">{}</a> ',
        ((flag.value, methodology, flag.value, flag.rule, flag.label) for flag in row.flags),
    )
    if not row.has_no_information:
        return badges
    return format_html(
        '{}<span class="flag flag-no-information" title="{}">{}</span>',
        badges,
        _("Its date has passed, and we hold no source that says whether it happened."),
        _("No information"),
    )


def commitment(row: Row, viewpoint_query: str) -> SafeString:
    record = row.commitment
    return format_html(
        '<a class="row-title" href="{}{}">{}</a>\n'
        '<span class="row-facts"><span class="reference">{}</span> · {}</span>\n'
        '<span class="row-flags">{}</span>',
        record.get_absolute_url(),
        viewpoint_query,
        row.title,
        record.reference,
        instrument_label(record.instrument),
        flags(row),
    )


def stage(row: Row) -> SafeString:
    return stage_mark(row.position.stage)


def assessment(row: Row) -> SafeString:
    position = row.position
    label = format_html(
        '<span class="assessment assessment-{}">{}</span>',
        position.assessment,
        assessment_label(position.assessment),
    )
    if not position.firmness:
        return label
    return format_html(
        '{} <span class="row-facts">{}</span>', label, firmness_label(position.firmness)
    )


def target(row: Row) -> SafeString:
    if row.position.target:
        return date_element(row.position.target)
    return format_html('<span class="nothing">{}</span>', _("No date"))


def day(value: Any) -> SafeString:
    """Render a calendar day, or the day of an instant in the register's time zone."""
    return format_html('<time datetime="{}">{}</time>', day_of(value).isoformat(), spelled(value))


def parties(row: Row, viewpoint_query: str) -> SafeString:
    links = ((party.get_absolute_url(), viewpoint_query, party.short_name) for party in row.parties)
    return format_html_join(", ", '<a href="{}{}">{}</a>', links)


def topics(row: Row) -> SafeString:
    return format_html_join(", ", "{}", ((topic.name,) for topic in row.topics))
