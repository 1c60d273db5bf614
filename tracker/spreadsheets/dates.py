"""Read dates as people write them in spreadsheets.

03/04/2026 can be two different days. The person who uploads the file says once whether the day or
the month comes first; the code never guesses that from the file.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.lib.partial_dates import PartialDate


class DateOrder(models.TextChoices):
    DAY_FIRST = "day_first", gettext_lazy("Day first: 03/04/2026 is 3 April")
    MONTH_FIRST = "month_first", gettext_lazy("Month first: 03/04/2026 is 4 March")


class AmbiguousDateError(ValueError):
    """Raised for a date with two possible readings while the order of day and month is unknown."""


_ISO_WITH_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(:00(\.0+)?)?Z?")
# With the year first there is only one reading: 2026/02/25 and “2026. 2. 25.”
_YEAR_FIRST = re.compile(r"([0-9]{4})[./ -]+([0-9]{1,2})(?:[./ -]+([0-9]{1,2})\.?)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})[./ -]+([0-9]{1,2})[./ -]+([0-9]{4})")
_MONTH_AND_YEAR = re.compile(r"([0-9]{1,2})[./-]([0-9]{4})")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2}")
_NAMED = re.compile(r"(?:([0-9]{1,2})\.? )?([^\W\d_]+)\.?(?: ([0-9]{1,2}))? ([0-9]{4})")


@cache
def _months() -> dict[str, int]:
    """Map full and short month names, in every interface language, to their numbers."""
    names: dict[str, int] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for number in range(1, 13):
                names[str(MONTHS[number]).casefold()] = number
                names[str(MONTHS_3[number]).casefold().rstrip(".")] = number
    return names


def read_date(text: str | dt.date, *, order: str = "") -> PartialDate:
    """Parse a date to the precision given; `order` is a DateOrder, or empty while unknown.

    Raise AmbiguousDateError for 03/04/2026 without an order, else ValueError with a sentence.
    """
    if isinstance(text, dt.date):
        return PartialDate.of(text)
    text = " ".join(text.split())
    if match := _YEAR_LAST.fullmatch(text):
        return _ordered(int(match[1]), int(match[2]), int(match[3]), text=text, order=order)
    if _SHORT_YEAR.fullmatch(text):
        sentence = _("“%(text)s” leaves the century open: write the year with four digits.")
        raise ValueError(sentence % {"text": text})
    if match := _NAMED.fullmatch(text.replace(",", " ").replace("  ", " ")):
        return _named(match, text)
    return _unambiguous(text)


def _unambiguous(text: str) -> PartialDate:
    """Parse a date whose parts can be in one order only."""
    if match := _ISO_WITH_TIME.fullmatch(text):
        return PartialDate.parse(match[1])
    if match := _YEAR_FIRST.fullmatch(text):
        return PartialDate(int(match[1]), int(match[2]), int(match[3]) if match[3] else None)
    if match := _MONTH_AND_YEAR.fullmatch(text):
        return PartialDate(int(match[2]), int(match[1]))
    return PartialDate.parse(text)


def _ordered(first: int, second: int, year: int, *, text: str, order: str) -> PartialDate:
    if not order:
        raise AmbiguousDateError(text)
    day, month = (first, second) if order == DateOrder.DAY_FIRST else (second, first)
    try:
        return PartialDate(year, month, day)
    except ValueError as error:
        sentence = _("“%(text)s” is no date with the %(first)s first: write it as 2026-02-25.")
        first_part = _("day") if order == DateOrder.DAY_FIRST else _("month")
        raise ValueError(sentence % {"text": text, "first": first_part}) from error


def _named(match: re.Match[str], text: str) -> PartialDate:
    month = _months().get(match[2].casefold())
    if month is None or (match[1] and match[3]):
        sentence = _("“%(text)s” is not a date. Write 2028, 2026-03 or 2026-02-25.")
        raise ValueError(sentence % {"text": text[:40]})
    day = match[1] or match[3]
    return PartialDate(int(match[4]), month, int(day) if day else None)
