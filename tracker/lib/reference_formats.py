"""Write a bibliographic reference as plain text, BibTeX, RIS or CSL-JSON.

RIS is the format of Research Information Systems, CSL-JSON the data of the Citation Style Language.
Values may be any text; characters with a special meaning in a format are escaped or dropped.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from tracker.lib.json_text import to_json
from tracker.lib.partial_dates import spelled_day
from tracker.lib.text import one_line

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_BIBTEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    # Not \{ and \}: BibTeX counts braces even when they are escaped.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_"},
}


@dataclass(frozen=True, slots=True)
class Reference:
    """The entry that is cited, as it was on a day: the register changes."""

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


def to_text(reference: Reference) -> str:
    """Format a reference as one sentence for a footnote."""
    title, author = _line(reference.title), _line(reference.author)
    return (
        f"{author}, “{title}” ({reference.key}), {spelled_day(reference.issued)}. "
        f"{_line(reference.note)} {reference.url} (accessed {spelled_day(reference.accessed)}).\n"
    )


def _bibtex_value(text: str) -> str:
    return "".join(_BIBTEX_SPECIAL.get(character, character) for character in _line(text))


def to_bibtex(reference: Reference) -> str:
    """Format an entry that BibTeX and biblatex both read; the title keeps its capitals."""
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
    """Format a record of type ELEC (web page); RIS requires CRLF, and a slash after dates.

    No publisher is given: it is the author, and styles would print the name twice. M1 is not
    used, because programs read it as anything from an issue to the day of access.
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
    """Format a list of one item of the CSL-JSON schema; the publisher is the author."""
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
    """A format: its name for people, its media type, and the function that writes it."""

    name: str
    media_type: str
    write: Callable[[Reference], str]


# By the last part of the URL.
FORMATS = {
    "txt": Format("Plain text", "text/plain; charset=utf-8", to_text),
    "bib": Format("BibTeX", "application/x-bibtex; charset=utf-8", to_bibtex),
    "ris": Format("RIS", "application/x-research-info-systems; charset=utf-8", to_ris),
    "json": Format("CSL-JSON", "application/vnd.citationstyles.csl+json", to_csl_json),
}
