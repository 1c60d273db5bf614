"""The name and URL of a licence, from its SPDX identifier or its URL."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CREATIVE_COMMONS = re.compile(r"CC-(BY(?:-NC)?(?:-SA|-ND)?)-([0-9]\.[0-9])")
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence; `identifier` is its SPDX identifier, or empty."""

    identifier: str
    url: str

    @property
    def name(self) -> str:
        return self.identifier or self.url


def read_licence(text: str) -> Licence:
    """Parse an SPDX identifier, such as CC-BY-4.0, or the https URL of any other licence.

    Raises ValueError for anything else.
    """
    if text.startswith("https://") and " " not in text:
        return Licence("", text)
    if not _SPDX.fullmatch(text):
        raise ValueError(f"“{text}” is neither an SPDX identifier nor an https address")
    if text == "CC0-1.0":
        return Licence(text, "https://creativecommons.org/publicdomain/zero/1.0/")
    if match := _CREATIVE_COMMONS.fullmatch(text):
        kind, version = match.groups()
        return Licence(text, f"https://creativecommons.org/licenses/{kind.lower()}/{version}/")
    return Licence(text, f"https://spdx.org/licenses/{text}.html")
