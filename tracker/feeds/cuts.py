"""Cut a feed into archives at positions that later lines never move.

The log is divided into stretches of equal length; within each, a fixed number of lines of a filter
form an archive, counted from the oldest. So only one stretch is ever counted, however long the log
is, and only the last archive of a stretch is shorter.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db.models import QuerySet

from tracker.models import Change

# Archives per stretch for the feed of everything.
_ARCHIVES = 40

# The lines of a document, newest first, and the value of `before` of the older and the newer one.
Cut = tuple[Sequence[int], int | None, int | None]


class Cuts:
    """The documents of a filter whose matches are `log`; each takes at most six queries."""

    def __init__(self, log: QuerySet[Change]) -> None:
        self._seqs = log.order_by("seq").values_list("seq", flat=True)

    def newest(self) -> Cut:
        """Return the subscription document: the newest lines, and the archive before them."""
        newest_first = self._seqs.order_by("-seq")
        lines = list(newest_first[: settings.FEED_ENTRIES + 1])
        seqs, before = lines[: settings.FEED_ENTRIES], lines[settings.FEED_ENTRIES :]
        return seqs, self._end_of(before[0]) if before else None, None

    def archive(self, before: int) -> Cut:
        """Return the lines before line `before`, back to the last cut, and both neighbours."""
        last = self._seqs.filter(seq__lt=before).last()
        if last is None:
            seqs, older = [], None
        else:
            seqs = self._from_cut(last)
            has_older = self._seqs.filter(seq__lt=seqs[0]).order_by("-seq").first() is not None
            older = seqs[0] if has_older else None
        following = self._seqs.filter(seq__gte=before).first()
        newer = self._end_of(following) if following is not None else None
        return seqs[::-1], older, newer

    def _from_cut(self, seq: int) -> list[int]:
        """Return the lines of a line's archive, up to that line."""
        first = _start_of_stretch(seq)
        stretch = list(self._seqs.filter(seq__gte=first, seq__lte=seq))
        return stretch[(len(stretch) - 1) // settings.FEED_ENTRIES * settings.FEED_ENTRIES :]

    def _end_of(self, seq: int) -> int | None:
        """Return the first line after a line's archive; None if there is none yet."""
        first, place = _start_of_stretch(seq), len(self._from_cut(seq))
        within = self._seqs.filter(seq__gt=seq, seq__lt=first + _stretch())
        left = settings.FEED_ENTRIES - place
        following = within[left : left + 1].first()
        if following is not None:
            return following
        return self._seqs.filter(seq__gte=first + _stretch()).first()


def _stretch() -> int:
    return _ARCHIVES * settings.FEED_ENTRIES


def _start_of_stretch(seq: int) -> int:
    return (seq - 1) // _stretch() * _stretch() + 1
