"""allauth's adapters: who may sign in, where links lead, and the messages."""

from __future__ import annotations

import logging
import time
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.accounts.backend import guessed_account, may_sign_in, staff_with_email
from tracker.lib.network_hash import network_hash

logger = logging.getLogger(__name__)
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
WRONG = gettext_lazy("The user name or the password is wrong.")
TOO_MANY = gettext_lazy("That was tried too often. Wait five minutes, then try again.")


def is_recent(at: float) -> bool:
    """Whether an authentication at this time still counts, so that it need not be repeated."""
    return bool(0 <= time.time() - at < REAUTHENTICATION_TIMEOUT)


def back_to_login(request: HttpRequest, message: str) -> HttpResponseRedirect:
    messages.error(request, message)
    return HttpResponseRedirect(reverse("account_login"))


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # The same message for every mistake, so that it does not reveal which accounts exist.
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "incorrect_code": gettext_lazy("This code is wrong or was used. Type the one shown now."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # administrators make the accounts

    def is_safe_url(self, url: str) -> bool:
        """Allow redirects after sign-in only to this host."""
        request = self.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return a hash for the rate limits to count by, so that no IP address is stored."""
        return network_hash(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by account, whether a user name or an e-mail address was typed.

        allauth counts by the text that was typed and the request's host, both of which an attacker
        can vary without limit.
        """
        return guessed_account(credentials.get("username") or credentials.get("email") or "")

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        if not may_sign_in(user):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponseRedirect:
        """Say why sign-in is refused: the password was right, so this reveals nothing."""
        return back_to_login(
            request,
            _(
                "This account may not sign in: it lacks “Staff status”. Ask an administrator to "
                "tick that on the account’s page."
            ),
        )

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Do not ask again after a recent sign-in, such as before setting up a factor."""
        records = get_authentication_records(self.request, self.request.user)
        if records and is_recent(records[-1]["at"]):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return a URL under PUBLIC_URL, because the request's Host header is not trusted."""
        uid, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return f"{settings.PUBLIC_URL}{path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a message; only log a failure, so that the page is the same for every address."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            logger.error("%s could not be sent: %s", template_prefix, type(error).__name__)


class FactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": gettext_lazy(
            "Staff need a second factor here, and this is your last one. Add another one first."
        ),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if not settings.REQUIRE_SECOND_FACTOR:
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS)
        return bool(others.exclude(pk=authenticator.pk).exists())


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Sign-in by OpenID Connect to existing accounts; none is created or linked."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the account by an e-mail address that the provider has verified.

        `email_verified` is a boolean (OpenID Connect Core 1.0, section 5.1); some providers send a
        string, where "false" must not count as true.
        """
        verified = [a.email for a in sociallogin.email_addresses if a.verified in (True, "true")]
        owners = [user for address in verified for user in staff_with_email(address)]
        if sociallogin.state.get("process", "login") != "login" or len(owners) != 1:
            raise ImmediateHttpResponse(
                back_to_login(
                    request,
                    _(
                        "No account here has the verified e-mail address that the provider gave. "
                        "Ask an administrator."
                    ),
                )
            )
        sociallogin.user = owners[0]

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        logger.warning("OpenID Connect failed: %r", kwargs.get("exception") or kwargs.get("error"))
        message = _("Signing in there did not work. Try again, or sign in here.")
        raise ImmediateHttpResponse(back_to_login(request, message))
