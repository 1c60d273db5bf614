"""The forms of subscriptions by e-mail and of webhooks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.lib.email_addresses import AddressField
from tracker.lib.safe_http import Refused, check_address
from tracker.models import Frequency


class OptionsForm(forms.Form):
    """How often messages are sent, and what they include."""

    frequency = forms.ChoiceField(
        label=gettext_lazy("How often"), choices=Frequency.choices, widget=forms.RadioSelect
    )
    with_overdue = forms.BooleanField(
        label=gettext_lazy("End each message with a list of what is overdue"), required=False
    )


class EmailOptInForm(OptionsForm):
    """The address and the options; `website` is a trap that only programs fill in."""

    address = AddressField(
        label=gettext_lazy("E-mail address"),
        error_messages={"required": gettext_lazy("Write the address that messages are to go to.")},
    )
    website = forms.CharField(label=gettext_lazy("Leave this empty"), required=False)

    field_order = ("address", "frequency", "with_overdue", "website")


class WebhookForm(forms.Form):
    """A request for a webhook: the address to call, and a contact."""

    address = forms.CharField(
        label=gettext_lazy("Address to call"),
        help_text=gettext_lazy(
            "An https:// address of yours that takes POST requests, reachable from the internet."
        ),
        max_length=2000,
        error_messages={"required": gettext_lazy("Give the address that is to be called.")},
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    contact = AddressField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy(
            "For questions about this webhook. Only staff see it; it goes when the webhook goes."
        ),
        error_messages={
            "required": gettext_lazy("Give an e-mail address for questions about this webhook."),
            "invalid": gettext_lazy(
                "This is not an e-mail address. Write it like ann@example.org."
            ),
        },
    )
    key = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        try:
            check_address(
                address,
                allow_http=settings.WEBHOOK_ALLOW_HTTP,
                allowed_networks=settings.WEBHOOK_ALLOWED_NETWORKS,
            )
        except Refused as refused:
            raise ValidationError(str(refused)) from None
        return address


class ReplayForm(forms.Form):
    """The change after which lines are sent again; `head` is the number of the last line."""

    after = forms.IntegerField(label=gettext_lazy("Send again everything after change"))

    def __init__(self, *args: Any, head: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.head = head
        field = self.fields["after"]
        field.widget.attrs |= {"min": 0, "max": head}
        field.error_messages |= {"required": self._sentence(), "invalid": self._sentence()}

    def _sentence(self) -> str:
        return _("Write a number from 0, for everything, to %(head)d, the last change.") % {
            "head": self.head
        }

    def clean_after(self) -> int:
        after: int = self.cleaned_data["after"]
        if not 0 <= after <= self.head:
            raise ValidationError(self._sentence())
        return after
