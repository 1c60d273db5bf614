"""Normalise and validate e-mail addresses."""

from __future__ import annotations

import unicodedata
from typing import Any

import idna
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from tracker.lib.public_addresses import written_address
from tracker.lib.text import has_control_characters

# RFC 5321, section 4.5.3.1.3, less the two angle brackets around it.
LONGEST_ADDRESS = 254
# Invisible characters outside category Cf (Unicode, Default_Ignorable_Code_Point).
_IGNORABLE = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u3164", "\uffa0"} | {
    chr(code) for code in (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10))
}


def normal_address(text: str) -> str:
    """Normalise an address: drop invisible characters, apply NFKC, lower the case, and encode the
    domain in ASCII (IDNA 2008 with the mapping of UTS #46).

    Does not validate: text that is not an address is returned normalised as far as possible.
    """
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf" and c not in _IGNORABLE)
    address = unicodedata.normalize("NFKC", visible).strip().lower()
    mailbox, at, domain = address.rpartition("@")
    if domain and not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError:
            return address
    return f"{mailbox}{at}{domain}"


def mailbox_of(address: str) -> str:
    """Return the key by which messages to one mailbox are counted: the address without "+tag".

    Most providers deliver ann+one@ and ann+two@ to the same mailbox (RFC 5233).
    """
    mailbox, at, domain = normal_address(address).rpartition("@")
    return f"{mailbox.partition('+')[0]}{at}{domain}"


class AddressField(forms.EmailField):
    """A form field that normalises an e-mail address and refuses IP literals as its domain."""

    default_validators = [EmailValidator(allowlist=[])]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_ADDRESS, **kwargs)
        self.widget.attrs.update(autocomplete="email", spellcheck="false")
        self.error_messages["max_length"] = _(
            "An e-mail address has at most %(limit_value)d characters; this has %(show_value)d."
        )

    def to_python(self, value: Any) -> Any:
        # Checked before stripping: a line end is never a typing mistake.
        if isinstance(value, str) and (has_control_characters(value) or set(value) & set("\r\n\t")):
            raise ValidationError(_("Remove line ends and control characters from the address."))
        address = normal_address(super().to_python(value) or "")
        if address and _is_literal(address):
            raise ValidationError(
                _("Give an address with a domain name after the @, such as ann@example.org.")
            )
        return address


def _is_literal(address: str) -> bool:
    """Whether the mail server is an IP literal (RFC 5321, section 4.1.3), or the local part is
    quoted, which allows many spellings of one mailbox."""
    mailbox, _at, domain = address.rpartition("@")
    if domain.startswith("[") or mailbox.startswith('"'):
        return True
    try:
        return ":" not in domain and written_address(domain) is not None
    except ValueError:
        return True
