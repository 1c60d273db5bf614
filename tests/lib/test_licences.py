"""A licence by its identifier or its address."""

from __future__ import annotations

import pytest

from tracker.lib.licences import Licence, read_licence


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC-BY-NC-SA-3.0", "https://creativecommons.org/licenses/by-nc-sa/3.0/"),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("OGL-Canada-2.0", "https://spdx.org/licenses/OGL-Canada-2.0.html"),
    ],
)
def test_an_identifier_leads_to_its_text(text: str, url: str) -> None:
    assert read_licence(text) == Licence(text, url)
    assert read_licence(text).name == text


def test_an_address_is_a_licence_without_identifier() -> None:
    address = "https://www.kogl.or.kr/info/licenseType1.do"
    assert read_licence(address) == Licence("", address)
    assert read_licence(address).name == address


@pytest.mark.parametrize("text", ["", "free to use", "http://example.org/", "javascript:alert(1)"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither an SPDX identifier nor"):
        read_licence(text)
