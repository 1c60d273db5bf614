"""Classify a request by its path alone, for error responses and headers."""

from __future__ import annotations

from pathlib import PurePosixPath

_STAFF = ("/admin/", "/accounts/")
_API, _API_PAGE = "/api/", "/api/docs/"
_FRAMED = "/embed/"
# Endings of feeds, calendars and files of the register.
_DATA = frozenset({".csv", ".xlsx", ".json", ".atom", ".rss", ".ics"})


def is_public(path: str) -> bool:
    """Whether the path belongs to the public site, not to the staff's pages."""
    return not path.startswith(_STAFF)


def is_for_programs(path: str) -> bool:
    """Whether programs read the path: the API, feeds, calendars and data files."""
    is_api = path.startswith(_API) and path != _API_PAGE
    return is_api or (is_public(path) and _ending(path) in _DATA)


def is_image(path: str) -> bool:
    """Whether the path is that of an image of the register."""
    return is_public(path) and _ending(path) == ".png"


def is_for_any_site(path: str) -> bool:
    """Whether other sites may load the path: data for programs, embeddable pages, and anything
    with a file extension, such as images and style sheets."""
    is_file = is_public(path) and bool(_ending(path))
    return is_file or is_for_programs(path) or path.startswith(_FRAMED)


def _ending(path: str) -> str:
    return "" if path.endswith("/") else PurePosixPath(path).suffix
