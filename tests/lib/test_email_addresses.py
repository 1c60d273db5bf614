"""One mailbox has one spelling, whatever it was typed with."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.email_addresses import AddressField, mailbox_of, normal_address

SPELLINGS = [
    "ann@example.org",
    " Ann@Example.ORG ",
    "a\u200bnn@example.org",
    "ann@exam\u00adple.org",
    "ann\u2060@example.org",
    "\ufeffann@example.org",
    "ann@ex\u200dample.org",
    "ann@example\u180e.org",
    "ann@example.o\ufe0frg",
    "ａnn@example.org",
    "ann＠example．org",
    "ann@example。org",
    "ann@ｅxample.org",
    "ann@𝓮xample.org",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_mailbox_has_one_spelling(spelling: str) -> None:
    assert normal_address(spelling) == "ann@example.org"
    assert AddressField().clean(spelling) == "ann@example.org"


def test_a_domain_in_other_letters_is_written_in_ascii() -> None:
    assert AddressField().clean("ann@B\u00fccher.example") == "ann@xn--bcher-kva.example"
    assert AddressField().clean("ann@bu\u0308cher.example") == "ann@xn--bcher-kva.example"
    assert AddressField().clean("ann@XN--bcher-kva.example") == "ann@xn--bcher-kva.example"
    assert AddressField().clean("ann@외교부.한국") == "ann@xn--9d0b002a0wg.xn--3e0b707e"
    # Two names since IDNA 2008; the older one sent both to one machine.
    assert normal_address("ann@straße.example") != normal_address("ann@strasse.example")


@pytest.mark.parametrize(
    "literal",
    [
        *("user@[127.0.0.1]", "user@[IPv6:::1]", "user@127.0.0.1", "user@10.0.0.10"),
        *(
            "user@2130706433",
            "user@0x7f.1",
            "user@localhost",
            '"ann"@example.org',
            "user@１２7.0.0.11",
        ),
    ],
)
def test_what_leads_past_the_dns_is_refused(literal: str) -> None:
    with pytest.raises(ValidationError):
        AddressField().clean(literal)


def test_one_mailbox_is_counted_once() -> None:
    spellings = [
        "ann+one@example.org",
        "Ann+two@example.org",
        "ann@example.org",
        "ann+@example.org",
    ]
    assert {mailbox_of(spelling) for spelling in spellings} == {"ann@example.org"}
    assert mailbox_of("anna@example.org") != "ann@example.org"


@given(st.text())
def test_the_normal_form_is_its_own(text: str) -> None:
    assert normal_address(normal_address(text)) == normal_address(text)
