"""Filter choices, each with the number of commitments that it would match."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.filters import CommitmentFilter
from tracker.filters.bitset_filter import BY_VALUE, Matches

# Choices shown per facet: of thousands of meetings, the newest, besides those already chosen.
_SHOWN = 60

# Further parameters of the log's filter; their values are not counted.
LOG_FACETS = ("kind", "significance")


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    count: int | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One parameter with its choices; counts are None while the filter is invalid."""

    name: str
    label: str
    choices: list[Choice]
    errors: list[str]
    left_out: int = 0  # choices that are not shown because there are too many

    @property
    def chosen(self) -> int:
        return sum(choice.is_chosen for choice in self.choices)


def facets(filterset: CommitmentFilter, matches: Matches | None) -> list[Facet]:
    """Return every facet in display order; uncounted if the filter is invalid."""
    results = []
    for name in (*BY_VALUE, *(name for name in LOG_FACETS if name in filterset.form.fields)):
        field, chosen = filterset.form.fields[name], set(filterset.params.getlist(name))
        offered = filterset.choices(name)
        shown = offered
        if len(offered) > _SHOWN:
            shown = [*offered[:_SHOWN], *(c for c in offered[_SHOWN:] if c[0] in chosen)]
        counted = None
        if matches is not None and name in BY_VALUE:
            counted = matches.counts(name, (value for value, _ in shown))
        choices = [
            Choice(
                value=value,
                label=label,
                count=None if counted is None else counted.get(value, 0),
                is_chosen=value in chosen,
            )
            for value, label in shown
        ]
        errors = [str(error) for error in filterset.form.errors.get(name, ())]
        left_out = len(offered) - len(choices)
        results.append(Facet(name, str(field.label), choices, errors, left_out))
    return results
