"""The sign-in forms that differ from allauth's: labels, and how accounts are looked up."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.core import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tracker.accounts.backend import staff_with_email
from tracker.accounts.last_use import without_waiting
from tracker.lib.email_addresses import AddressField, mailbox_of


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label = _("User name or e-mail address")
        login.max_length = 254
        login.widget.attrs = {"autocomplete": "username", "maxlength": 254, "autofocus": True}
        password.label = _("Password")
        password.help_text = ""
        password.widget.attrs = {"autocomplete": "current-password"}


class ForgottenPasswordForm(ResetPasswordForm):
    # Cleans to the normal form, by which messages are also counted and sent.
    email = AddressField(label=_("E-mail address"))

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        self.users = staff_with_email(address)
        return address

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send the message unless the rate limit is reached; the page is the same either way."""
        address: str = self.cleaned_data["email"]
        hashed = salted_hmac("tracker.accounts.reset", mailbox_of(address), algorithm="sha256")
        if all(
            ratelimit.consume(request, action=action, key=key)
            for action, key in (
                ("reset_message", hashed.hexdigest()),
                ("reset_messages", "everybody"),
            )
        ):
            super().save(request, **kwargs)
        return address


# Raised for a malformed credential; allauth handles only some of these.
MALFORMED = (AttributeError, KeyError, TypeError, ValueError)


class CheckedPasskey:
    """Turn a malformed passkey response into a validation error."""

    def clean_credential(self) -> Authenticator:
        try:
            return without_waiting(super().clean_credential())  # type: ignore[misc]
        except MALFORMED as error:
            raise get_adapter().validation_error("incorrect_code") from error


class CodeForm(AuthenticateForm):
    def save(self) -> None:
        without_waiting(self.authenticator)
        super().save()


class ConfirmWithCodeForm(ReauthenticateForm):
    def save(self) -> None:
        without_waiting(self.authenticator)
        super().save()


class UsePasskeyForm(CheckedPasskey, AuthenticateWebAuthnForm): ...


class SignInWithPasskeyForm(CheckedPasskey, LoginWebAuthnForm): ...


class ConfirmWithPasskeyForm(CheckedPasskey, ReauthenticateWebAuthnForm): ...


class AddPasskeyForm(AddWebAuthnForm):
    """Tick "passwordless" by default: that is what people mean by a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label = _("Name")
        name.help_text = _("How you tell it from your other passkeys.")
        passwordless = self.fields["passwordless"]
        passwordless.initial = True
        passwordless.label = _("Signs in without the password")
        passwordless.help_text = _(
            "The device then asks for a finger, a face or its PIN each time."
        )

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except MALFORMED as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned
