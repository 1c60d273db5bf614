"""Why a feed or a calendar is not given: each parameter that cannot be followed, in words.

Nobody watches a subscription. One that silently held everything, or nothing, would be believed;
so every doubt is an error here. The answer is Problem Details, as for files and the API: most who
get it are programs, and a person who opens the address reads the sentences all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.http import HttpResponse
from django.utils.translation import gettext as _

from tracker.filters import CommitmentFilter
from tracker.filters.commitments import PAGE_PARAMETERS
from tracker.lib.problem_details import problem

_LOOKING_BACK = ("as_of", "known_at")


def faults(found: CommitmentFilter, *, also: Collection[str] = ()) -> dict[str, list[str]]:
    """Sentences by parameter; none when it can be followed. `also` names further parameters.

    How a page is sorted and cut does not matter to a subscription, and is not held against it: the
    query of any page of the register may be put behind the address of a feed.
    """
    told = {name: [str(error) for error in errors] for name, errors in found.errors.items()}
    for name in found.params:
        if name not in {*found.filters, *PAGE_PARAMETERS, *also}:
            told[name] = [_("There is no parameter “%s” here.") % name[:60]]
    for name in _LOOKING_BACK:
        if any(found.params.getlist(name)):
            told.setdefault(name, []).append(
                _(
                    "A feed or a calendar follows the register as it grows and cannot look back. "
                    "Leave “%(name)s” out; take it from /changes/?%(name)s=… or from a file."
                )
                % {"name": name}
            )
    return told


def refusal(errors: Mapping[str, list[str]]) -> HttpResponse:
    """400 as Problem Details (RFC 9457)."""
    return problem(
        status=400,
        title=_("This cannot be followed as asked for"),
        detail=_("The address has parameters that cannot be followed: put them right."),
        errors=errors,
    )
