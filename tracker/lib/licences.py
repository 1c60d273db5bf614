"""What a licence is called, and where it is written: by its SPDX identifier or its address."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CREATIVE_COMMONS = re.compile(r"CC-(BY(?:-NC)?(?:-SA|-ND)?)-([0-9]\.[0-9])")
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")


@dataclass(frozen=True, slots=True)
class Licence:
    """`identifier` is that of SPDX, empty where there is none; `name` is what a reader sees."""

    identifier: str
    url: str

    @property
    def name(self) -> str:
        return self.identifier or self.url


def read_licence(text: str) -> Licence:
    """Read an SPDX identifier, such as CC-BY-4.0, or the https address of any other licence.

    Raises ValueError for what is neither.
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
