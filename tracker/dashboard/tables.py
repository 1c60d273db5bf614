"""The table of commitments: its columns and how each is shown."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tracker.queries.rows import Row


class CommitmentTable(tables.Table):  # type: ignore[misc]  # django-tables2 ships no types
    """Rows of `queries.rows`, already sorted and cut to one page by the view."""

    commitment = tables.TemplateColumn(
        template_name="dashboard/cells/_commitment.html",
        verbose_name=_("Commitment"),
        empty_values=(),
    )
    stage = tables.TemplateColumn(
        template_name="dashboard/cells/_stage.html", verbose_name=_("Stage"), empty_values=()
    )
    assessment = tables.TemplateColumn(
        template_name="dashboard/cells/_assessment.html",
        verbose_name=_("Assessment"),
        empty_values=(),
    )
    target = tables.TemplateColumn(
        template_name="dashboard/cells/_target.html", verbose_name=_("Target"), empty_values=()
    )
    happened = tables.TemplateColumn(
        template_name="dashboard/cells/_happened.html",
        verbose_name=_("Last update"),
        empty_values=(),
    )

    class Meta:
        template_name = "dashboard/_table.html"
        orderable = False  # sorting is the filter's; the header links to ?sort=

    # The column's name is the value of ?sort=, save for the first.
    sort_names = {"commitment": "title"}

    def __init__(self, data: list[Row], *, params: QueryDict, caption: str, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.params, self.caption = params, caption
        kept = {name: params[name] for name in ("as_of", "known_at") if params.get(name)}
        # A look back in time goes on when a row is opened.
        self.moment_query = f"?{urlencode(kept)}" if kept else ""

    def headers(self) -> list[dict[str, str]]:
        """Each column's heading with the address that sorts by it, or turns the order round."""
        current = self.params.get("sort", "")
        found = []
        for column in self.columns:
            name = self.sort_names.get(column.name, column.name)
            params = self.params.copy()
            params.pop("page", None)
            params["sort"] = f"-{name}" if current == name else name
            direction = {name: "ascending", f"-{name}": "descending"}.get(current, "")
            found.append(
                {"label": column.header, "href": f"?{params.urlencode()}", "direction": direction}
            )
        return found
