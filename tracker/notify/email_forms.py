"""The forms about subscriptions by e-mail."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.lib.email_addresses import AddressField
from tracker.models import Frequency


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

    address = AddressField(
        label=_("E-mail address"),
        error_messages={"required": _("Write the address that messages are to go to.")},
    )
    website = forms.CharField(label=_("Leave this empty"), required=False)

    field_order = ("address", "frequency", "with_overdue", "website")
