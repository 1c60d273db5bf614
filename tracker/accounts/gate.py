"""Middleware in front of the admin: end idle sessions, and require a second factor.

Both look at the admin and account pages only. Public pages never read the session, so they set no
cookie and can be cached for everybody.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from tracker.accounts.adapters import FACTORS, is_recent
from tracker.accounts.last_use import UNNOTED, note_sign_in

SEEN = "seen_at"
PROVEN = "second_factor_of"
PROVEN_AT = "second_factor_at"
# Seconds between two writes of the session.
STEP = 60
# Admin URLs open to anybody.
OPEN = {"login", "logout", "jsi18n"}
# Where a factor is proven; the other `mfa_` pages show or change factors.
PROVING = {
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}


def in_the_admin(request: HttpRequest) -> bool:
    """Whether the request is for an admin page that requires sign-in."""
    match = request.resolver_match
    return match is not None and "admin" in match.app_names and match.url_name not in OPEN


def changes_factors(request: HttpRequest) -> bool:
    """Whether the request is for a page that shows or changes the user's own factors."""
    match = request.resolver_match
    if match is None or match.app_names or not match.url_name:
        return False
    return match.url_name.startswith("mfa_") and match.url_name not in PROVING


class _BeforeViews:
    """Middleware that acts only once the view is known, in `process_view`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class KeepSessionWhileBusy(_BeforeViews):
    """End the session SESSION_IDLE_MINUTES after the last admin page."""

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        if in_the_admin(request) and request.user.is_authenticated:
            now = timezone.now().timestamp()
            if request.session.get(SEEN, 0) > now + 24 * 3600:
                logout(request)  # stored while the clock was ahead: it would last too long
            elif now - request.session.get(SEEN, 0) >= STEP:
                request.session[SEEN] = now  # saving the session renews its expiry
                if request.session.pop(UNNOTED, False):
                    note_sign_in(User, request=request, user=request.user)


@receiver(user_logged_in)
def begins_now(sender: Any, **signal: Any) -> None:
    """Set the time at sign-in, which saves the session anyway, to spare the first page."""
    signal["request"].session[SEEN] = timezone.now().timestamp()


class RequireSecondFactor(_BeforeViews):
    """With REQUIRE_SECOND_FACTOR, refuse admin pages until this session has proven a factor.

    The session counts, not the account: a session begun with only the password stays out when a
    factor is set up elsewhere. With or without the setting, showing or changing existing factors
    requires a recent proof.
    """

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if changes_factors(request):
            is_allowed, set_up = has_proven_recently, None
        elif settings.REQUIRE_SECOND_FACTOR and in_the_admin(request):
            is_allowed, set_up = has_proven, HttpResponseRedirect(reverse("mfa_index"))
        else:
            return None
        user = request.user
        if not user.is_authenticated or not user.is_staff or is_allowed(request):
            return None
        if not get_adapter().is_mfa_enabled(user, FACTORS):
            return set_up
        return _redirect_to_proof(request)


def _redirect_to_proof(request: HttpRequest) -> HttpResponse:
    """Redirect to the page that proves a factor, and from there back."""
    apps = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP)
    name = "mfa_reauthenticate" if apps.exists() else "mfa_reauthenticate_webauthn"
    start = reverse("mfa_index" if changes_factors(request) else "admin:index")
    next_url = request.get_full_path() if request.method == "GET" else start
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': next_url})}")


def has_proven(request: HttpRequest) -> bool:
    """Whether this session was begun, confirmed or first secured with a second factor."""
    return request.session.get(PROVEN) == request.user.pk or bool(_times_proven(request))


def has_proven_recently(request: HttpRequest) -> bool:
    """Whether this session proved a second factor recently."""
    times = _times_proven(request)
    if request.session.get(PROVEN) == request.user.pk:
        times.append(request.session.get(PROVEN_AT, 0))
    return any(is_recent(at) for at in times)


def _times_proven(request: HttpRequest) -> list[float]:
    records = get_authentication_records(request, request.user)
    return [record["at"] for record in records if record["method"] == "mfa"]


@receiver(authenticator_added)
def setting_up_proves(sender: Any, **signal: Any) -> None:
    """Count setting up a factor as proof: it takes a code from the app, or a touch of the key."""
    if signal["authenticator"].type in FACTORS:
        session = signal["request"].session
        session[PROVEN], session[PROVEN_AT] = signal["user"].pk, time.time()
    if signal["authenticator"].type == Authenticator.Type.TOTP:
        # This notes that the code was used, as RFC 6238 asks (section 5.2).
        signal["authenticator"].wrap().validate_code(signal["request"].POST.get("code", ""))
