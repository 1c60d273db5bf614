"""Text alternatives of the charts: one sentence for each."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.lib.partial_dates import spelled_day
from tracker.models import Stage
from tracker.queries.lists.trends import Counts, Due, Named, Period, Undated

# A sentence names at most this many rows; of more it names only the largest.
_NAMED_IN_FULL = 3


def period_label(key: Period | Undated) -> str:
    if isinstance(key, Undated):
        return str(key.label)
    if key.quarter is None:
        return str(key.year)
    return _("%(year)s Q%(quarter)s") % {"year": key.year, "quarter": key.quarter}


def _counts_text(counts: Counts, vocabulary: type[TextChoices]) -> str:
    """Return "Announced 20, Signed 1", in the order of the vocabulary."""
    return ", ".join(f"{v.label} {counts[v.value]}" for v in vocabulary if counts.get(v.value))


def stages_sentence(shown: Mapping[dt.date, Counts]) -> str:
    first, *_between = shown
    *_before, last = shown
    now = {
        "day": spelled_day(last),
        "count": sum(shown[last].values()),
        "stages": _counts_text(shown[last], Stage),
    }
    if first == last:
        return _("On %(day)s: %(count)d in all (%(stages)s).") % now
    count = sum(shown[first].values())
    return ngettext(
        "From %(first_count)d commitment on %(first_day)s to %(count)d on %(day)s (%(stages)s).",
        "From %(first_count)d commitments on %(first_day)s to %(count)d on %(day)s (%(stages)s).",
        count,
    ) % (now | {"first_day": spelled_day(first), "first_count": count})


def targets_sentence(by_period: Mapping[Period | Undated, Counts]) -> str:
    periods = [key for key in by_period if isinstance(key, Period)]
    dated: Counter[str] = Counter()
    for key in periods:
        dated.update(by_period[key])
    total = sum(sum(counts.values()) for counts in by_period.values())
    values = {
        "total": total,
        "dated": dated.total(),
        "counts": _counts_text(dated, Due),
        "words": sum(by_period.get(Undated.WORDS, {}).values()),
        "none": sum(by_period.get(Undated.NONE, {}).values()),
    }
    if not periods:
        return (
            ngettext(
                "%(total)d commitment without a dated target (in words only: %(words)d).",
                "%(total)d commitments, none with a dated target (in words only: %(words)d).",
                total,
            )
            % values
        )
    first, last = period_label(periods[0]), period_label(periods[-1])
    return ngettext(
        "%(dated)d of %(total)d commitment has a dated target, from %(first)s to %(last)s "
        "(%(counts)s); %(words)d in words only, %(none)d without.",
        "%(dated)d of %(total)d commitments have a dated target, from %(first)s to %(last)s "
        "(%(counts)s); %(words)d in words only, %(none)d without.",
        total,
    ) % {**values, "first": first, "last": last}


def named_sentence(
    by_name: Mapping[Named, Counts], vocabulary: type[TextChoices], *, without: str
) -> str:
    """Name every topic or party if there are few, otherwise only the largest.

    `without` labels commitments that have none: "No topic".
    """
    parts = [
        _("%(name)s %(count)d (%(counts)s)")
        % {
            "name": key.name or without,
            "count": sum(counts.values()),
            "counts": _counts_text(counts, vocabulary),
        }
        for key, counts in by_name.items()
    ]
    if len(parts) <= _NAMED_IN_FULL:
        return f"{'; '.join(parts)}."
    others = len(parts) - 1
    return ngettext(
        "The largest: %(largest)s, before %(others)d other.",
        "The largest: %(largest)s, before %(others)d others.",
        others,
    ) % {"largest": parts[0], "others": others}
