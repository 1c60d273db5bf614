"""A bibliographic reference in the forms that people paste and reference managers read.

Plain text, BibTeX, RIS (the format of Research Information Systems) and CSL-JSON (the data of the
Citation Style Language). Values may hold any text; what a format gives a meaning of its own is
escaped or dropped here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import formats

from tracker.lib.json_text import to_json
from tracker.lib.text import one_line

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_BIBTEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    # Not \{ and \}: BibTeX counts braces whatever stands before them.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}


@dataclass(frozen=True, slots=True)
class Reference:
    """What is cited: an entry of a register that changes, as it stood on a day."""

    key: str
    title: str
    author: str
    url: str
    issued: dt.date
    accessed: dt.date
    note: str
    language: str


def _line(text: str) -> str:
    return " ".join(one_line(text).split())


def _spelled(day: dt.date) -> str:
    return formats.date_format(day, "j F Y")


def to_text(reference: Reference) -> str:
    """One sentence for a footnote."""
    title, author = _line(reference.title), _line(reference.author)
    return (
        f"{author}, “{title}” ({reference.key}), {_spelled(reference.issued)}. "
        f"{_line(reference.note)} {reference.url} (accessed {_spelled(reference.accessed)}).\n"
    )


def _bibtex_value(text: str) -> str:
    return "".join(_BIBTEX_SPECIAL.get(sign, sign) for sign in _line(text))


def to_bibtex(reference: Reference) -> str:
    """An entry that BibTeX and biblatex both read; the title keeps its capitals."""
    issued, accessed = reference.issued, reference.accessed
    fields = {
        "author": f"{{{{{_bibtex_value(reference.author)}}}}}",
        "title": f"{{{{{_bibtex_value(reference.title)}}}}}",
        "year": f"{{{issued.year:04d}}}",
        "month": _MONTHS[issued.month - 1],
        "number": f"{{{_bibtex_value(reference.key)}}}",
        "url": f"{{{reference.url}}}",
        "urldate": f"{{{accessed.isoformat()}}}",
        "language": f"{{{reference.language}}}",
        "note": f"{{{_bibtex_value(reference.note)}}}",
    }
    lines = "".join(f"  {name} = {value},\n" for name, value in fields.items())
    return f"@misc{{{re.sub('[^A-Za-z0-9:.-]', '-', reference.key)},\n{lines}}}\n"


def _ris_day(day: dt.date) -> str:
    return f"{day:%Y/%m/%d}/"


def to_ris(reference: Reference) -> str:
    """A record of type ELEC (web page); lines end in CRLF and dates in a slash, as RIS asks.

    The author stands for the publisher, too: styles would print the same name twice. M1 is not
    used, since readers of RIS take it for anything from an issue to the day of access.
    """
    tags = [
        ("TY", "ELEC"),
        ("ID", reference.key),
        ("TI", reference.title),
        ("AU", reference.author),
        ("PY", f"{reference.issued.year:04d}"),
        ("DA", _ris_day(reference.issued)),
        ("Y2", _ris_day(reference.accessed)),
        ("UR", reference.url),
        ("LA", reference.language),
        ("AN", reference.key),
        ("N1", reference.note),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {_line(value)}\r\n" for tag, value in tags)


def _date_parts(day: dt.date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}


def to_csl_json(reference: Reference) -> str:
    """A list of one item, as the CSL-JSON schema has it; the author stands for the publisher."""
    item = {
        "id": reference.key,
        "type": "webpage",
        "title": _line(reference.title),
        "author": [{"literal": _line(reference.author)}],
        "number": reference.key,
        "issued": _date_parts(reference.issued),
        "accessed": _date_parts(reference.accessed),
        "URL": reference.url,
        "language": reference.language,
        "note": _line(reference.note),
    }
    return to_json([item], indent=2) + "\n"


@dataclass(frozen=True, slots=True)
class Format:
    """How a reference is written, under which media type it is served and what people call it."""

    name: str
    media_type: str
    write: Callable[[Reference], str]


# By the last part of the address.
FORMATS = {
    "txt": Format("Plain text", "text/plain; charset=utf-8", to_text),
    "bib": Format("BibTeX", "application/x-bibtex; charset=utf-8", to_bibtex),
    "ris": Format("RIS", "application/x-research-info-systems; charset=utf-8", to_ris),
    "json": Format("CSL-JSON", "application/vnd.citationstyles.csl+json", to_csl_json),
}
