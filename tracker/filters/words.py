"""Describe the active filter: a sentence for titles, feeds and files, and a chip for each part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.filters.changes import ChangeFilter
from tracker.filters.commitments import CommitmentFilter
from tracker.lib.partial_dates import PartialDate, spelled_day

# The phrase of each parameter in a sentence that begins with "Commitments".
_PHRASES: dict[str, str | Promise] = {
    "q": gettext_lazy("that mention %(values)s"),
    "stage": gettext_lazy("at the stage %(values)s"),
    "assessment": gettext_lazy("assessed as %(values)s"),
    "flag": gettext_lazy("flagged %(values)s"),
    "instrument": gettext_lazy("of the kind %(values)s"),
    "topic": gettext_lazy("on %(values)s"),
    "party": gettext_lazy("of %(values)s"),
    "forum": gettext_lazy("mentioned at %(values)s"),
    "meeting": gettext_lazy("mentioned at %(values)s"),
    "firmness": gettext_lazy("worded as %(values)s"),
    "target_after": gettext_lazy("with a target not before %(values)s"),
    "target_before": gettext_lazy("with a target not after %(values)s"),
    "commitment": gettext_lazy("named %(values)s"),
    "updated_since": gettext_lazy("changed in the register since %(values)s"),
    "as_of": gettext_lazy("as things stood on %(values)s"),
    "known_at": gettext_lazy("as this register knew on %(values)s"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One active condition, and the URL without it."""

    label: str
    value: str
    href: str


def _spelled(filterset: CommitmentFilter, name: str, value: str) -> str:
    """Spell out the value of a parameter for readers."""
    if name == "q":
        return f"“{value}”"
    cleaned = filterset.form.cleaned_data.get(name)
    if isinstance(cleaned, PartialDate):
        return cleaned.spelled()
    if isinstance(cleaned, list):
        labels = dict(filterset.choices(name))
        return labels.get(value, value)
    return spelled_day(cleaned) if cleaned else value


def _either(values: Iterable[str]) -> str:
    *most, last = values
    return _("%(most)s or %(last)s") % {"most": ", ".join(most), "last": last} if most else last


def _values(filterset: CommitmentFilter) -> dict[str, str]:
    """Spell out the values of each active parameter: "Signed or Concluded"."""
    return {
        name: _either([_spelled(filterset, name, value) for value in values if value] or [""])
        for name, values in filterset.active.items()
    }


def _conditions(values: dict[str, str]) -> str:
    return ", ".join(str(_PHRASES[name]) % {"values": text} for name, text in values.items())


def sentence(filterset: CommitmentFilter) -> str:
    """Describe a filter: "Commitments at the stage Signed, of Canada"."""
    if not filterset.is_valid():
        return _("Commitments")
    values = _values(filterset)
    if not values:
        return _("All commitments")
    return _("Commitments %(conditions)s") % {"conditions": _conditions(values)}


def log_sentence(filterset: ChangeFilter) -> str:
    """Describe the lines that match a filter, as a title; empty if the filter has errors."""
    if not filterset.is_valid():
        return ""
    values = _values(filterset)
    kinds = [values.pop(name) for name in ("kind", "significance") if name in values]
    title = _("All changes")
    if values:
        title = _("Changes to commitments %(conditions)s") % {"conditions": _conditions(values)}
    if kinds:
        return _("%(title)s, only: %(kinds)s") % {"title": title, "kinds": "; ".join(kinds)}
    return title


def file_stem(filterset: CommitmentFilter) -> str:
    """Return the sentence as a file name without extension, at most 80 characters."""
    return slugify(sentence(filterset))[:80].strip("-") or "commitments"


def chips(filterset: CommitmentFilter) -> list[Chip]:
    """Return a chip for each active condition; none if the filter has errors."""
    result = []
    for name, values in filterset.active.items():
        for value in filter(None, values):
            params = filterset.params.copy()
            params.pop("page", None)
            params.setlist(name, [v for v in params.getlist(name) if v != value])
            label = str(filterset.form.fields[name].label)
            result.append(Chip(label, _spelled(filterset, name, value), f"?{params.urlencode()}"))
    return result
