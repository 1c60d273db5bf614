"""A snapshot of raised flags, to compare before and after a publication."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from tracker.queries.flags import QUERIES
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_commitments
from tracker.schema.vocabulary import Flag

# A flag with the reference and title of its commitment.
Carried = tuple[Flag, str, str]


def carried_flags(among: Collection[int], *, day: dt.date) -> set[Carried]:
    """Return the flags on a day of the public ones among these commitments."""
    viewpoint, rows = Viewpoint(day), public_commitments().filter(pk__in=among)
    return {
        (flag, reference, title)
        for flag in Flag
        for reference, title in rows.filter(QUERIES[flag](viewpoint)).values_list(
            "reference", "title"
        )
    }
