"""The grounds of each flag of one commitment: its dates, and the meetings that left it out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.lib.partial_dates import PartialDate, spelled_day
from tracker.models import Commitment, Meeting, Position
from tracker.queries.flags import silent_meetings
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import as_known, position_of
from tracker.schema.vocabulary import Flag

# The last few meetings are enough to show that it was not mentioned.
MOST_MEETINGS = 5


@dataclass(frozen=True, slots=True)
class Ground:
    """A flag with a sentence that explains it, and the meetings that it is based on."""

    flag: Flag
    sentence: str
    meetings: Sequence[Meeting] = ()


def _spelled(day: dt.date | None) -> str:
    return spelled_day(day) if day else ""


def _overdue(position: Position, viewpoint: Viewpoint, targets: Sequence[PartialDate]) -> str:
    last = position.target_last_day
    days = (viewpoint.day - last).days if last else 0
    return ngettext(
        "The target ended on %(last)s, %(days)d day before %(day)s.",
        "The target ended on %(last)s, %(days)d days before %(day)s.",
        days,
    ) % {"last": _spelled(last), "days": days, "day": _spelled(viewpoint.day)}


def _due_soon(position: Position, viewpoint: Viewpoint, targets: Sequence[PartialDate]) -> str:
    last = position.target_last_day
    days = (last - viewpoint.day).days if last else 0
    if days == 0:
        return _("The target ends on this very day, %(last)s.") % {"last": _spelled(last)}
    return ngettext(
        "The target ends on %(last)s, %(days)d day after %(day)s.",
        "The target ends on %(last)s, %(days)d days after %(day)s.",
        days,
    ) % {"last": _spelled(last), "days": days, "day": _spelled(viewpoint.day)}


def _slipped(position: Position, viewpoint: Viewpoint, targets: Sequence[PartialDate]) -> str:
    dated = [target for target in targets if target.last_day is not None]
    if not dated or position.target is None:
        return ""
    earliest = min(dated, key=lambda target: target.last_day or dt.date.max)
    return _("The target was once %(old)s and is now %(new)s.") % {
        "old": earliest.spelled(),
        "new": position.target.spelled(),
    }


def _quiet(position: Position, viewpoint: Viewpoint, targets: Sequence[PartialDate]) -> str:
    last = position.last_update_day
    months = (viewpoint.day.year - last.year) * 12 + viewpoint.day.month - last.month if last else 0
    months -= last is not None and viewpoint.day.day < last.day
    return ngettext(
        "The last update is of %(last)s, %(months)d month before %(day)s.",
        "The last update is of %(last)s, %(months)d months before %(day)s.",
        months,
    ) % {"last": _spelled(last), "months": months, "day": _spelled(viewpoint.day)}


def _not_mentioned(position: Position, viewpoint: Viewpoint, targets: Sequence[PartialDate]) -> str:
    return _("Last mentioned on %(last)s, and not mentioned since at:") % {
        "last": _spelled(position.last_update_day)
    }


def _awaiting(position: Position, viewpoint: Viewpoint, targets: Sequence[PartialDate]) -> str:
    return _("Signed is not in force: the last update is of %(last)s.") % {
        "last": _spelled(position.last_update_day)
    }


_SENTENCES: dict[Flag, Callable[[Position, Viewpoint, Sequence[PartialDate]], str]] = {
    Flag.OVERDUE: _overdue,
    Flag.DUE_SOON: _due_soon,
    Flag.SLIPPED: _slipped,
    Flag.QUIET: _quiet,
    Flag.NOT_MENTIONED: _not_mentioned,
    Flag.AWAITING_ENTRY_INTO_FORCE: _awaiting,
}


def grounds(
    commitment: Commitment,
    flags: Sequence[Flag],
    viewpoint: Viewpoint,
    *,
    targets: Sequence[PartialDate],
) -> list[Ground]:
    """Explain the flags from `flags_of`; one extra query for "not mentioned".

    `targets` are the targets stated for the commitment up to the viewpoint.
    """
    position = position_of(commitment)
    result = []
    for flag in flags:
        meetings: Sequence[Meeting] = ()
        if flag == Flag.NOT_MENTIONED:
            silent = silent_meetings(
                viewpoint,
                parties_key=position.mention_parties_key,
                level=position.mention_level,
                since=position.silence_counts_after,
            )
            meetings = as_known(silent[:MOST_MEETINGS], viewpoint)
        result.append(Ground(flag, _SENTENCES[flag](position, viewpoint, targets), meetings))
    return result
