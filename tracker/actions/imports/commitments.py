"""Match and check the rows of a file of commitments, which may refer to each other."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tracker.actions.imports.rows import Rows
from tracker.lib.later_words import warn_of_later_words
from tracker.models import Commitment, Meeting
from tracker.spreadsheets.columns import Values, many
from tracker.spreadsheets.report import Outcome, Report, Rights, Staged
from tracker.spreadsheets.tables import Table

# Relations between commitments, which may point to one further down in the same file.
AMONG_THEMSELVES = ("part_of", "supersedes", "related")


class CommitmentRows(Rows):
    def __init__(self, table: Table, rights: Rights, report: Report) -> None:
        super().__init__(table, rights, report)
        # Slugs: the rows of this file that use them, and the commitments in the register.
        self._slugs: dict[str, int] = {}
        self._taken_slugs: dict[str, str] = {}
        # References to commitments that the register lacks: the row's number, column, reference.
        self._awaited: list[tuple[int, str, str]] = []

    def _look_up_matches(self, records: QuerySet[Any], batch: list[Values]) -> None:
        super()._look_up_matches(records, batch)
        slugs = [values.get("slug") or _slug_of(values) for values in batch]
        owners = Commitment.objects.filter(slug__in=slugs).values_list("slug", "reference")
        self._taken_slugs = dict(owners)

    def complete(self, values: Values) -> None:
        """Derive the slug from the title if the file has none."""
        if values["slug"]:
            return
        reference, slug = str(values["reference"]), _slug_of(values)
        if slug in self._slugs or self._taken_slugs.get(slug, reference) != reference:
            slug = f"{slug[:78]}-{reference.lower()}"
        values["slug"] = slug

    # -- Checks ---------------------------------------------------------------------------------

    def _check_own(self, row: Staged) -> None:
        if "slug" in row.changed:
            self._check_slug(row)
        self._check_aliases(row)
        for name in AMONG_THEMSELVES:
            if row.values["reference"] in many(row.values[name]):
                sentence = _("Name another commitment, not this one.")
                self.report.add_problem(row.number, name, sentence)
        super()._check_own(row)
        self._warn_of_later_words(row)

    def _refuse_unknown(self, row: Staged, name: str, key: str) -> None:
        if name in AMONG_THEMSELVES and row.outcome is not Outcome.AMENDED:
            self._awaited.append((row.number, name, key))
        else:
            super()._refuse_unknown(row, name, key)

    def check_file(self, names: Container[str]) -> None:
        for number, name, reference in self._awaited:
            if reference not in names:
                self._add_unknown(number, name, reference)

    def _check_slug(self, row: Staged) -> None:
        slug, reference = str(row.values["slug"]), str(row.values["reference"])
        owner = self._taken_slugs.get(slug, reference)
        if owner != reference:
            sentence = _("The address “%(slug)s” is that of %(owner)s: choose another.")
            self.report.add_problem(row.number, "slug", sentence % {"slug": slug, "owner": owner})
        elif slug in self._slugs:
            sentence = _("The address “%(slug)s” stands in row %(row)d already: choose another.")
            values = {"slug": slug, "row": self._slugs[slug]}
            self.report.add_problem(row.number, "slug", sentence % values)
        self._slugs[slug] = row.number

    def _check_aliases(self, row: Staged) -> None:
        names = (many(row.values[part]) for part in ("aliases", "alias_languages"))
        given = list(zip(*names, strict=True))
        for name, _language in {pair for n, pair in enumerate(given) if pair in given[:n]}:
            sentence = _("“%(name)s” is given twice in one language; keep one.")
            self.report.add_problem(row.number, "aliases", sentence % {"name": name[:80]})

    def _warn_of_later_words(self, row: Staged) -> None:
        """Warn where a title or summary describes later events."""
        meeting = self.known["meeting"].get(str(row.values["first_stated_at"]))
        if meeting is None and row.record is not None:
            meeting = row.record.first_stated_at  # when the file lacks the column
        said = meeting.date if isinstance(meeting, Meeting) else None
        for name in ("title", "summary"):
            if name in row.changed:
                for sentence in warn_of_later_words(str(row.values[name]), said=said):
                    self.report.add_warning(row.number, name, sentence)


def _slug_of(values: Values) -> str:
    """Return a slug from the title, or from the reference if the title has no Latin letters."""
    title, reference = str(values.get("title", "")), str(values["reference"])
    return slugify(title)[:100].strip("-") or reference.lower()
