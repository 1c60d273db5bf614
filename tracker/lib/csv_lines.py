"""Lines of CSV (RFC 4180), made a column at a time.

The same as the standard library's `csv.writer`, a test holds, and several times as quick where
many lines are written: whether anything must be quoted is asked of a column at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SPECIAL = (",", '"', "\r", "\n")


def csv_lines(columns: Iterable[Sequence[str]]) -> str:
    """The lines of columns of equal length, of which there are at least two."""
    lines = map(",".join, zip(*map(_fields, columns), strict=True))
    return "".join([f"{line}\r\n" for line in lines])


def _fields(texts: Sequence[str]) -> Sequence[str]:
    together = "".join(texts)
    special = [sign for sign in _SPECIAL if sign in together]
    if not special:
        return texts
    return [_quoted(text) if any(sign in text for sign in special) else text for text in texts]


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
