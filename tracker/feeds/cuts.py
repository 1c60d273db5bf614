"""Where the archives of a feed are cut: at places that no later line moves.

The lines of the log are taken in stretches of equal length; within each, every so many lines of a
filter are one archive, counted from the oldest. So nothing is counted but the lines of one stretch,
however long the log is, and an archive is shorter only at the end of a stretch.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db.models import QuerySet

from tracker.models import Change

# Archives of a feed of everything in one stretch.
_ARCHIVES = 40

# The lines of a document, newest first; the line before which the older one ends, and the newer.
Cut = tuple[Sequence[int], int | None, int | None]


class Cuts:
    """The documents of one filter; `log` is all that it finds. No more than six queries each."""

    def __init__(self, log: QuerySet[Change]) -> None:
        self._seqs = log.order_by("seq").values_list("seq", flat=True)

    def newest(self) -> Cut:
        """The subscription document: the newest lines, and the archive of the line before them."""
        newest_first = self._seqs.order_by("-seq")
        found = list(newest_first[: settings.FEED_ENTRIES + 1])
        seqs, before = found[: settings.FEED_ENTRIES], found[settings.FEED_ENTRIES :]
        return seqs, self._end_of(before[0]) if before else None, None

    def archive(self, before: int) -> Cut:
        """The lines from the last cut before a line up to it, and its neighbours."""
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
        """The lines of the archive that a line is in, up to that line."""
        first = _start_of_stretch(seq)
        stretch = list(self._seqs.filter(seq__gte=first, seq__lte=seq))
        return stretch[(len(stretch) - 1) // settings.FEED_ENTRIES * settings.FEED_ENTRIES :]

    def _end_of(self, seq: int) -> int | None:
        """The first line after the archive that a line is in; None while none has come yet."""
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
