"""The filter's choices with the number of commitments that each would find."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.filters import CommitmentFilter
from tracker.filters.bitset_filter import FoundSets

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


# So many choices of one facet are shown: of thousands of meetings, the newest and the chosen.
_SHOWN = 60

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
    # Choices that are not shown, since there are too many.
    left_out: int = 0

    @property
    def chosen(self) -> int:
        return sum(choice.is_chosen for choice in self.choices)


def facets(found: CommitmentFilter, sets: FoundSets | None) -> list[Facet]:
    """Every facet, in the order in which they are shown; uncounted while the filter has an error.

    `sets` is what a valid filter finds.
    """
    offered_facets = []
    for name in (*FACETS, *(name for name in OF_THE_LOG if name in found.form.fields)):
        field, chosen = found.form.fields[name], set(found.params.getlist(name))
        offered = found.choices(name)
        shown = offered
        if len(offered) > _SHOWN:
            shown = [*offered[:_SHOWN], *(c for c in offered[_SHOWN:] if c[0] in chosen)]
        counted = None
        if sets is not None and name in FACETS:
            counted = sets.counts(name, (value for value, _ in shown))
        choices = [
            Choice(
                value=value,
                label=label,
                count=None if counted is None else counted.get(value, 0),
                is_chosen=value in chosen,
            )
            for value, label in shown
        ]
        errors = [str(error) for error in found.form.errors.get(name, ())]
        left_out = len(offered) - len(choices)
        offered_facets.append(Facet(name, str(field.label), choices, errors, left_out))
    return offered_facets
