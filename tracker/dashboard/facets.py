"""The filter's choices with the number of commitments that each would find."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.filters import CommitmentFilter
from tracker.queries.facets import Counts, facet_counts

FACETS = (
    "stage",
    "assessment",
    "flag",
    "instrument",
    "topic",
    "party",
    "forum",
    "meeting",
    "firmness",
)


# What the filter of the log has besides; its values are not counted.
OF_THE_LOG = ("kind", "significance")


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    count: int | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One parameter with its choices; counts are unknown while the filter has an error."""

    name: str
    label: str
    choices: list[Choice]
    errors: list[str]

    @property
    def chosen(self) -> int:
        return sum(choice.is_chosen for choice in self.choices)


def _counts(found: CommitmentFilter) -> Counts:
    if not found.is_valid():
        return {}
    selected = {name for name in FACETS if any(found.params.getlist(name))}
    return facet_counts(lambda name: found.found(leaving_out=name), found.moment, selected=selected)


def facets(found: CommitmentFilter) -> list[Facet]:
    """Every facet, in the order in which they are shown."""
    counts = _counts(found)
    shown = []
    for name in (*FACETS, *(name for name in OF_THE_LOG if name in found.form.fields)):
        field, chosen = found.form.fields[name], set(found.params.getlist(name))
        choices = [
            Choice(
                value=value,
                label=label,
                count=counts[name].get(value, 0) if name in counts else None,
                is_chosen=value in chosen,
            )
            for value, label in found.choices(name)
        ]
        errors = [str(error) for error in found.form.errors.get(name, ())]
        shown.append(Facet(name, str(field.label), choices, errors))
    return shown
