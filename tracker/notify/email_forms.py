"""The forms about subscriptions by e-mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tracker.lib.text import has_control_characters
from tracker.models import Frequency

# RFC 5321, section 4.5.3.1.3, less the two angle brackets around it.
LONGEST_ADDRESS = 254


class AddressField(forms.EmailField):
    """An address for e-mail, in small letters, so that one mailbox has one spelling."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_ADDRESS, **kwargs)
        self.widget.attrs.update(autocomplete="email", spellcheck="false")
        self.error_messages["required"] = _("Write the address that messages are to go to.")
        self.error_messages["max_length"] = _(
            "An e-mail address has at most %(limit_value)d characters; this has %(show_value)d."
        )

    def to_python(self, value: Any) -> Any:
        # Before anything is stripped: a line end is no slip of the finger.
        if isinstance(value, str) and (has_control_characters(value) or set(value) & set("\r\n\t")):
            raise ValidationError(_("Remove line ends and control characters from the address."))
        return (super().to_python(value) or "").lower()


class HowForm(forms.Form):
    """How often to be told, and with what."""

    frequency = forms.ChoiceField(
        label=_("How often"), choices=Frequency.choices, widget=forms.RadioSelect
    )
    with_overdue = forms.BooleanField(
        label=_("End each message with a list of what is overdue"), required=False
    )


class AskForm(HowForm):
    """The address, and how; `website` is filled in by programs only."""

    address = AddressField(label=_("E-mail address"))
    website = forms.CharField(label=_("Leave this empty"), required=False)

    field_order = ("address", "frequency", "with_overdue", "website")
