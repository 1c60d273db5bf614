"""A bibliographic reference in the forms that people paste and reference managers read.

Plain text, BibTeX, RIS (the format of Research Information Systems) and CSL-JSON (the data of the
Citation Style Language). Values may hold any text; what a format gives a meaning of its own is
escaped or dropped here.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import formats

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


def _spelled(day: dt.date) -> str:
    return formats.date_format(day, "j F Y")


def to_text(reference: Reference) -> str:
    """One sentence for a footnote."""
    title, author = one_line(reference.title), one_line(reference.author)
    return (
        f"{author}, “{title}” ({reference.key}), {_spelled(reference.issued)}. "
        f"{one_line(reference.note)} {reference.url} (accessed {_spelled(reference.accessed)}).\n"
    )


def _bibtex_value(text: str) -> str:
    return "".join(_BIBTEX_SPECIAL.get(sign, sign) for sign in one_line(text))


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


def to_ris(reference: Reference) -> str:
    """A record of type ELEC (web page); lines end in CRLF, as the format asks."""
    tags = [
        ("TY", "ELEC"),
        ("ID", reference.key),
        ("TI", reference.title),
        ("AU", reference.author),
        ("PB", reference.author),
        ("PY", f"{reference.issued.year:04d}"),
        ("DA", reference.issued.strftime("%Y/%m/%d")),
        ("Y2", reference.accessed.strftime("%Y/%m/%d")),
        ("UR", reference.url),
        ("LA", reference.language),
        ("M1", reference.key),
        ("N1", reference.note),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {one_line(value)}\r\n" for tag, value in tags)


def _date_parts(day: dt.date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}


def to_csl_json(reference: Reference) -> str:
    """A list of one item, as the CSL-JSON schema has it."""
    item = {
        "id": reference.key,
        "type": "webpage",
        "title": one_line(reference.title),
        "author": [{"literal": one_line(reference.author)}],
        "container-title": one_line(reference.author),
        "publisher": one_line(reference.author),
        "number": reference.key,
        "issued": _date_parts(reference.issued),
        "accessed": _date_parts(reference.accessed),
        "URL": reference.url,
        "language": reference.language,
        "note": one_line(reference.note),
    }
    return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


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
