"""Errors of a feed or calendar request: each parameter that cannot be followed, in a sentence.

Nobody watches a subscription: one that silently held everything, or nothing, would be believed. So
every doubt is an error here. The response is Problem Details, as for files and the API: most
clients are programs, and a person can read the sentences all the same.
"""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpResponse
from django.utils.translation import gettext as _

from tracker.filters import CommitmentFilter
from tracker.lib.problem_details import Errors, parameter_errors, problem

_LOOKING_BACK = ("as_of", "known_at")


def faults(filterset: CommitmentFilter, *, also: Collection[str] = ()) -> Errors:
    """Return error sentences by parameter; `also` names further valid parameters.

    Sorting and paging are ignored rather than refused, so that the query string of any page can be
    added to the address of a feed.
    """
    known = {*filterset.filters, *filterset.page_parameters, *also}
    errors = parameter_errors(filterset.params, known, filterset.errors)
    for name in _LOOKING_BACK:
        if any(filterset.params.getlist(name)):
            errors.setdefault(name, []).append(
                _(
                    "A feed or a calendar follows the register as it grows and cannot look back. "
                    "Leave “%(name)s” out; take it from /changes/?%(name)s=… or from a file."
                )
                % {"name": name}
            )
    return errors


def refusal(errors: Errors) -> HttpResponse:
    """Return 400 as Problem Details (RFC 9457)."""
    return problem(
        status=400,
        title=_("This cannot be followed as asked for"),
        detail=_("The address has parameters that cannot be followed: put them right."),
        errors=errors,
    )
