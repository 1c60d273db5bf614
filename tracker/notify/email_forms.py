"""Forms for subscriptions by e-mail."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.lib.email_addresses import AddressField
from tracker.models import Frequency


class OptionsForm(forms.Form):
    """How often messages are sent, and what they include."""

    frequency = forms.ChoiceField(
        label=_("How often"), choices=Frequency.choices, widget=forms.RadioSelect
    )
    with_overdue = forms.BooleanField(
        label=_("End each message with a list of what is overdue"), required=False
    )


class EmailOptInForm(OptionsForm):
    """The address and the options; `website` is a trap that only programs fill in."""

    address = AddressField(
        label=_("E-mail address"),
        error_messages={"required": _("Write the address that messages are to go to.")},
    )
    website = forms.CharField(label=_("Leave this empty"), required=False)

    field_order = ("address", "frequency", "with_overdue", "website")
