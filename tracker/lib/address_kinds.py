"""What kind of address a path is, where nothing else is known yet: for errors and headers."""

from __future__ import annotations

from pathlib import PurePosixPath

_STAFF = ("/admin/", "/accounts/")
_API, _API_PAGE = "/api/", "/api/docs/"
_FRAMED = "/embed/"
# Endings of feeds, calendars and files of the register.
_DATA = frozenset({".csv", ".xlsx", ".json", ".atom", ".rss", ".ics"})


def is_public(path: str) -> bool:
    """Whether the address is none of the staff's."""
    return not path.startswith(_STAFF)


def is_for_programs(path: str) -> bool:
    """Whether programs read the address: the API, feeds, calendars and files."""
    is_api = path.startswith(_API) and path != _API_PAGE
    return is_api or (is_public(path) and _ending(path) in _DATA)


def is_for_any_site(path: str) -> bool:
    """Whether pages of other sites may load what is there: what programs read, what stands in
    frames, and whatever has the name of a file, such as pictures and style sheets."""
    is_file = is_public(path) and bool(_ending(path))
    return is_file or is_for_programs(path) or path.startswith(_FRAMED)


def _ending(path: str) -> str:
    return "" if path.endswith("/") else PurePosixPath(path).suffix
