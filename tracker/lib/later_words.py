"""Find words in a title or summary that tell the outcome of a promise instead of the promise.

A reader who views a past date must not read there what came later. Such words give staff a warning,
not an error: a target date is legitimately in the future, and a word may have another sense.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

from django.utils import translation
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from tracker.lib.partial_dates import PartialDate

_OUTCOMES = re.compile(
    r"\b(?:(?:was|were|has been|have been|had been|has|have)\s(?:\w+ly\s|since\s|now\s|later\s)?"
    r"(?:signed|concluded|launched|completed|held|delivered|ratified|adopted|established|issued"
    r"|withdrawn|superseded|cancelled|postponed|implemented|renamed|published|convened)"
    r"|(?:took|has taken|have taken)\splace"
    r"|(?:entered|came|has entered|has come)\sinto\s(?:force|effect)"
    r"|(?:is|are)\s(?:now\s)?in\sforce"
    r"|(?:a|ont|avait)\sété\s(?:signé|conclu|lancé|achevé|ratifié|adopté|tenu|retiré)e?s?"
    r"|(?:a|ont)\seu\slieu|s’est\stenue?|est\sentrée?\sen\svigueur)\b"
    r"|(?:서명|체결|발효|개최|출범|타결|비준|채택|완료|철회)(?:되었|됐|하였|했|된\s바)\w*",
    re.IGNORECASE,
)
_YEARS = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class LaterWords:
    """A match in the text; `date` is set if it names one."""

    words: str
    date: PartialDate | None = None


@cache
def _months() -> dict[str, int]:
    """Return the casefolded names of the months in English and French, with their numbers."""
    names: dict[str, int] = {}
    for language in ("en", "fr"):
        with translation.override(language):
            names |= {str(MONTHS[number]).casefold(): number for number in range(1, 13)}
    return names


@cache
def _dates() -> re.Pattern[str]:
    """Return a pattern for dates in prose: ISO 8601, English, French, Korean, or a year alone."""
    month = "|".join(sorted(_months(), key=len, reverse=True))
    return re.compile(
        rf"(?<![\w-])(?:(?P<iso>[0-9]{{4}}-[0-9]{{2}}(?:-[0-9]{{2}})?)(?![\w-])"
        rf"|(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th|er)?\s(?:of\s)?(?P<month>{month}),?\s"
        rf"(?P<year>[0-9]{{4}})\b"
        rf"|(?P<month2>{month})(?:\s(?P<day2>[0-9]{{1,2}})(?:st|nd|rd|th)?)?,?\s"
        rf"(?P<year2>[0-9]{{4}})\b"
        rf"|(?P<year3>[0-9]{{4}})년(?:\s?(?P<month3>[0-9]{{1,2}})월(?:\s?(?P<day3>[0-9]{{1,2}})일)?)?"
        rf"|(?P<year4>[0-9]{{4}})(?![\w-]))",
        re.IGNORECASE,
    )


def _parse(match: re.Match[str]) -> PartialDate | None:
    if match["iso"]:
        return PartialDate.parse(match["iso"])
    year = next(match[name] for name in ("year", "year2", "year3", "year4") if match[name])
    month = match["month"] or match["month2"] or match["month3"]
    day = match["day"] or match["day2"] or match["day3"]
    if int(year) not in _YEARS:
        return None
    number = _months().get(month.casefold()) or int(month) if month else None
    return PartialDate(int(year), number, int(day) if day else None)


def dates_in(text: str) -> Iterator[LaterWords]:
    """Yield the dates named in a text, in order; skip numbers that are not valid dates."""
    for match in _dates().finditer(text):
        try:
            date = _parse(match)
        except ValueError:
            continue
        if date is not None:
            yield LaterWords(match[0], date)


def _overlaps(one: PartialDate, other: PartialDate) -> bool:
    days = (one.first_day, one.last_day, other.first_day, other.last_day)
    if None in days:
        return False
    first, last, other_first, other_last = days
    return first <= other_last and other_first <= last  # type: ignore[operator]


def later_words(
    text: str, *, said: PartialDate | None, targets: Collection[PartialDate] = ()
) -> list[LaterWords]:
    """Return dates after `said`, when the promise was first stated, and words of an outcome.

    Dates that overlap one of `targets`, the promised dates, are left out. If `said` is unknown,
    only words are returned.
    """
    last = said.last_day if said is not None else None
    dates = [
        named
        for named in dates_in(text)
        if named.date is not None
        and last is not None
        and named.date.first_day is not None
        and named.date.first_day > last
        and not any(_overlaps(named.date, target) for target in targets)
    ]
    return [*dates, *(LaterWords(match[0]) for match in _OUTCOMES.finditer(text))]


def warn_of_later_words(
    text: str, *, said: PartialDate | None, targets: Collection[PartialDate] = ()
) -> list[str]:
    """Return a warning to the author for each of `later_words`."""
    sentences = []
    for later in later_words(text, said=said, targets=targets):
        message = _(
            "“%(words)s” tells what became of it. Say what was promised; the rest is an update."
        )
        if later.date is not None:
            message = _(
                "“%(words)s” is after %(said)s, when it was first stated. Say what was promised; "
                "what came later is an update."
            )
        sentences.append(message % {"words": later.words, "said": said.spelled() if said else ""})
    return list(dict.fromkeys(sentences))
