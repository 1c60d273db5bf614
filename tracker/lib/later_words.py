"""Words in a title or summary that say what became of a promise, and not what was promised.

A reader who looks back must not learn there what came later. Staff are warned of such words, and
never refused: a target lies ahead by right, and a word may have another sense.
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
    """Words as they stand in the text; `date` when they name one."""

    words: str
    date: PartialDate | None = None


@cache
def _months() -> dict[str, int]:
    """The names of the months in English and French, folded."""
    names: dict[str, int] = {}
    for language in ("en", "fr"):
        with translation.override(language):
            names |= {str(MONTHS[number]).casefold(): number for number in range(1, 13)}
    return names


@cache
def _dates() -> re.Pattern[str]:
    """Dates in running text: ISO 8601, English, French and Korean, or a year alone."""
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


def _read(found: re.Match[str]) -> PartialDate | None:
    if found["iso"]:
        return PartialDate.parse(found["iso"])
    year = next(found[name] for name in ("year", "year2", "year3", "year4") if found[name])
    month = found["month"] or found["month2"] or found["month3"]
    day = found["day"] or found["day2"] or found["day3"]
    if int(year) not in _YEARS:
        return None
    number = _months().get(month.casefold()) or int(month) if month else None
    return PartialDate(int(year), number, int(day) if day else None)


def dates_in(text: str) -> Iterator[LaterWords]:
    """Every date that a text names, in its order; a number that is no date is passed over."""
    for found in _dates().finditer(text):
        try:
            date = _read(found)
        except ValueError:
            continue
        if date is not None:
            yield LaterWords(found[0], date)


def _overlaps(one: PartialDate, other: PartialDate) -> bool:
    days = (one.first_day, one.last_day, other.first_day, other.last_day)
    if None in days:
        return False
    first, last, other_first, other_last = days
    return first <= other_last and other_first <= last  # type: ignore[operator]


def later_words(
    text: str, *, said: PartialDate | None, targets: Collection[PartialDate] = ()
) -> list[LaterWords]:
    """Dates after `said`, when the promise was first stated, and words of a stage or outcome.

    A date for which it was promised, one of `targets`, belongs to the promise. With `said` unknown
    no date is later.
    """
    last = said.last_day if said is not None else None
    found = [
        named
        for named in dates_in(text)
        if named.date is not None
        and last is not None
        and named.date.first_day is not None
        and named.date.first_day > last
        and not any(_overlaps(named.date, target) for target in targets)
    ]
    return [*found, *(LaterWords(match[0]) for match in _OUTCOMES.finditer(text))]


def warn_of_later_words(
    text: str, *, said: PartialDate | None, targets: Collection[PartialDate] = ()
) -> list[str]:
    """A sentence for each of `later_words`, for whoever wrote the text."""
    sentences = []
    for found in later_words(text, said=said, targets=targets):
        told = _(
            "“%(words)s” tells what became of it. Say what was promised; the rest is an update."
        )
        if found.date is not None:
            told = _(
                "“%(words)s” is after %(said)s, when it was first stated. Say what was promised; "
                "what came later is an update."
            )
        sentences.append(told % {"words": found.words, "said": said.spelled() if said else ""})
    return list(dict.fromkeys(sentences))
