"""The summary of a set of commitments: its figures, and two sentences that state them."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.models import Assessment, Stage


@dataclass(frozen=True, slots=True)
class Headline:
    """The figures. `judged` excludes commitments too vague to judge, counted in `too_vague`."""

    total: int
    delivered: int
    overdue: int
    no_information: int
    not_mentioned: int
    stages: dict[Stage, int]
    assessments: dict[Assessment, int]

    @property
    def too_vague(self) -> int:
        return self.assessments.get(Assessment.NOT_ASSESSABLE, 0)

    @property
    def judged(self) -> int:
        return sum(self.assessments.values()) - self.too_vague

    @property
    def sentence(self) -> str:
        """ "25 commitments: 2 delivered, 1 overdue." Figures that are zero are left out."""
        total = ngettext("%(n)d commitment", "%(n)d commitments", self.total) % {"n": self.total}
        delivered = _("%(n)d delivered") % {"n": self.delivered} if self.delivered else ""
        parts = ", ".join(filter(None, (delivered, self._overdue, self._not_mentioned)))
        return f"{total}: {parts}." if parts else f"{total}."

    @property
    def _overdue(self) -> str:
        if not self.overdue:
            return ""
        if not self.no_information:
            return _("%(n)d overdue") % {"n": self.overdue}
        if self.no_information == self.overdue:
            return _("%(n)d overdue with no information") % {"n": self.overdue}
        return _("%(n)d overdue (%(silent)d with no information)") % {
            "n": self.overdue,
            "silent": self.no_information,
        }

    @property
    def _not_mentioned(self) -> str:
        if not self.not_mentioned:
            return ""
        return ngettext(
            "%(n)d left out of a later statement of its parties",
            "%(n)d left out of a later statement of their parties",
            self.not_mentioned,
        ) % {"n": self.not_mentioned}

    @property
    def judgement(self) -> str:
        """ "We have judged 2 of 25: both delivered. Two more are too vague to judge." """
        return " ".join(filter(None, (self._judged, self._vague)))

    @property
    def _judged(self) -> str:
        if not self.judged:
            return ngettext(
                "We have not judged it.", "We have not judged any of the %(n)d.", self.total
            ) % {"n": self.total}
        return _("We have judged %(judged)d of %(total)d: %(outcome)s.") % {
            "judged": self.judged,
            "total": self.total,
            "outcome": self._outcome,
        }

    @property
    def _outcome(self) -> str:
        counts = {a: n for a, n in self.assessments.items() if a != Assessment.NOT_ASSESSABLE}
        if len(counts) > 1:
            return ", ".join(f"{n} {str(a.label).lower()}" for a, n in counts.items())
        [(only, number)] = counts.items()
        values = {"outcome": str(only.label).lower()}
        if number == 1:
            return values["outcome"]
        if number == 2:
            return _("both %(outcome)s") % values
        return _("all %(outcome)s") % values

    @property
    def _vague(self) -> str:
        if not self.too_vague:
            return ""
        number = {"n": capfirst(str(apnumber(self.too_vague)))}
        if not self.judged:
            message = ngettext(
                "%(n)s is too vague to judge.", "%(n)s are too vague to judge.", self.too_vague
            )
        else:
            message = ngettext(
                "%(n)s more is too vague to judge.",
                "%(n)s more are too vague to judge.",
                self.too_vague,
            )
        return message % number
