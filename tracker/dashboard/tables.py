"""The table of commitments: its columns and how each is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tracker.queries.rows import Row

# The column's name is the value of ?sort=, save for these.
_SORTS = {"commitment": "title", "parties": "", "topics": "", "wording": ""}
SHOWN_BY_DEFAULT = ("stage", "assessment", "target", "happened")


def _cell(name: str, label: Any) -> tables.TemplateColumn:
    return tables.TemplateColumn(
        template_name=f"dashboard/cells/_{name}.html", verbose_name=label, empty_values=()
    )


@dataclass(frozen=True, slots=True)
class Header:
    """A column's heading, and the address that sorts by it or turns the order round."""

    label: str
    href: str
    direction: str


class CommitmentTable(tables.Table):  # type: ignore[misc]  # django-tables2 ships no types
    """Rows of `queries.rows`, already sorted and cut to one page by the view."""

    commitment = _cell("commitment", _("Commitment"))
    stage = _cell("stage", _("Stage"))
    assessment = _cell("assessment", _("Assessment"))
    target = _cell("target", _("Target"))
    happened = _cell("happened", _("Last update"))
    updated = _cell("updated", _("Last change in the register"))
    parties = _cell("parties", _("Parties"))
    topics = _cell("topics", _("Topics"))

    usual = " ".join(SHOWN_BY_DEFAULT)

    class Meta:
        template_name = "dashboard/_table.html"
        orderable = False  # sorting is the filter's; the header links to ?sort=

    def __init__(self, data: list[Row], *, params: QueryDict, caption: str) -> None:
        asked = [name for name in params.getlist("show") if name in self.base_columns]
        shown = {"commitment", *(asked or SHOWN_BY_DEFAULT)}
        hidden = [name for name in self.base_columns if name not in shown]
        super().__init__(data, exclude=hidden)
        self.params, self.caption, self.shown = params, caption, shown
        kept = {name: params[name] for name in ("as_of", "known_at") if params.get(name)}
        # A look back in time goes on when a row is opened.
        self.moment_query = f"?{urlencode(kept)}" if kept else ""

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
