"""Dates as precise as a source gives them: 2028, 2026-03, 2026-02-25, or only words.

A year or a month covers its whole period, so "2026" is over on 2027-01-01 and not before. The
model field and the form field are in `partial_date_fields`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache, total_ordering

from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.lib.text import without_line_breaks

_ISO = re.compile(r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2}))?)?")
_STORED = re.compile(r'(?P<iso>[0-9-]*)(?: ?"(?P<words>.*)")?', re.DOTALL)
MAX_WORDS = 200


class Precision(StrEnum):
    """How much of a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    WORDS = "words"


@total_ordering
@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the day, the month or the year, or only as the source's words.

    `words` quotes the source ("at the earliest opportunity") and may accompany a known date. Dates
    sort by first day, then by last day, so a day comes before the month it begins and the month
    before its year; words alone come after every known date.

    Raises ValueError for an impossible date and for an empty value.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    words: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", without_line_breaks(self.words))
        if self.year is None:
            if self.month is not None or self.day is not None:
                raise ValueError(_("A month or a day needs its year."))
            if not self.words:
                raise ValueError(_("A date needs a year or words."))
            return
        if not 1 <= self.year <= 9998:
            raise ValueError(_("The year must lie between 1 and 9998."))
        if self.month is None:
            if self.day is not None:
                raise ValueError(_("A day needs its month."))
            return
        if not 1 <= self.month <= 12:
            raise ValueError(
                _("There is no month %(month)02d; use 01 to 12.") % {"month": self.month}
            )
        if self.day is not None:
            last = calendar.monthrange(self.year, self.month)[1]
            if not 1 <= self.day <= last:
                raise ValueError(
                    _("%(year)04d-%(month)02d has no day %(day)02d; its days are 01 to %(last)d.")
                    % {"year": self.year, "month": self.month, "day": self.day, "last": last}
                )

    @classmethod
    def parse(cls, text: str, *, words: str = "") -> PartialDate:
        """Parse ISO 8601 with reduced precision: "2028", "2026-03" or "2026-02-25".

        Any other notation is refused rather than guessed, because 02/03/2026 is ambiguous.
        Raises ValueError with a sentence to show to the person who typed it.
        """
        match = _ISO.fullmatch(text.strip())
        if match is None:
            raise ValueError(
                _("“%(text)s” is not a date. Write 2028, 2026-03 or 2026-02-25.")
                % {"text": text.strip()[:40]}
            )
        parts = {name: int(value) for name, value in match.groupdict().items() if value}
        return cls(**parts, words=words.strip())

    @classmethod
    def of(cls, day: dt.date) -> PartialDate:
        """Return the partial date that is exactly this calendar day."""
        return cls(day.year, day.month, day.day)

    @classmethod
    @lru_cache(maxsize=20_000)
    def from_stored(cls, text: str) -> PartialDate:
        """Parse what `stored` returned. Cached, because the same few thousand dates recur."""
        match = _STORED.fullmatch(text)
        if match is None:
            raise ValueError(f"not a stored partial date: {text!r}")
        words = (match["words"] or "").strip()
        return cls.parse(match["iso"], words=words) if match["iso"] else cls(words=words)

    @property
    def iso(self) -> str:
        """The known part in ISO 8601, to the precision known; empty when there are only words."""
        if self.year is None:
            return ""
        if self.month is None:
            return f"{self.year:04d}"
        if self.day is None:
            return f"{self.year:04d}-{self.month:02d}"
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    @property
    def stored(self) -> str:
        """The whole value as one line of text, as stored in the database."""
        return f'{self.iso} "{self.words}"'.strip() if self.words else self.iso

    @property
    def precision(self) -> Precision:
        if self.year is None:
            return Precision.WORDS
        if self.month is None:
            return Precision.YEAR
        return Precision.MONTH if self.day is None else Precision.DAY

    @property
    def first_day(self) -> dt.date | None:
        """The first day that it covers; None if only words are known."""
        if self.year is None:
            return None
        return dt.date(self.year, self.month or 1, self.day or 1)

    @property
    def last_day(self) -> dt.date | None:
        """The last day that it covers; None if only words are known."""
        if self.year is None:
            return None
        month = self.month or 12
        return dt.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def with_words(self, words: str) -> PartialDate:
        return replace(self, words=words.strip())

    def _order(self) -> tuple[dt.date, dt.date, str]:
        return (self.first_day or dt.date.max, self.last_day or dt.date.max, self.words)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, PartialDate):
            return NotImplemented
        return self._order() < other._order()

    def __str__(self) -> str:
        return self.iso or self.words

    def spelled(self) -> str:
        """The known part spelled out in the active language ("25 February 2026"), or the words."""
        if self.first_day is None:
            return self.words
        return spelled_day(self.first_day, _PATTERNS[self.precision])


_PATTERNS = {Precision.DAY: "j F Y", Precision.MONTH: "F Y", Precision.YEAR: "Y"}


def day_of(moment: dt.date | dt.datetime) -> dt.date:
    """Return the day of an instant in the register's time zone; return a date unchanged."""
    return timezone.localdate(moment) if isinstance(moment, dt.datetime) else moment


def spelled_day(day: dt.date, pattern: str = "j F Y") -> str:
    """Spell out a date in the active language: “25 February 2026”.

    An instant is given by its day in the register's time zone.
    """
    day = day_of(day)
    return _spelled_day(dt.date(day.year, day.month, day.day), pattern, get_language())


@lru_cache(maxsize=20_000)
def _spelled_day(day: dt.date, pattern: str, language: str | None) -> str:
    return formats.date_format(day, pattern)


def add_days(day: dt.date, days: int) -> dt.date:
    """Add days, stopping at the ends of the calendar (1 January 1 and 31 December 9999)."""
    try:
        return day + dt.timedelta(days=days)
    except OverflowError:
        return dt.date.max if days > 0 else dt.date.min


def add_months(day: dt.date, months: int) -> dt.date:
    """Add calendar months, using the last day of the month where it is shorter.

    Raises ValueError when the result leaves the calendar (years 1 to 9999).
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise ValueError("the result leaves the calendar")
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
