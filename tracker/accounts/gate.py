"""What stands before the admin: sessions that end when idle, and a second factor where it is asked.

Both look at addresses of staff only. A public page never asks who reads it, so that it sets no
cookie and one copy serves everybody.
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
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from tracker.accounts.adapters import FACTORS, is_recent

SEEN = "seen_at"
PROVEN = "second_factor_of"
PROVEN_AT = "second_factor_at"
# Seconds for which a further request does not write the session again.
STEP = 60
# What anybody may ask for.
OPEN = {"login", "logout", "jsi18n"}
# Where a factor is proven; the other pages about factors show or change them.
PROVING = {
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}


def in_the_admin(request: HttpRequest) -> bool:
    """Whether the address is one of the admin's for those who are signed in."""
    match = request.resolver_match
    return match is not None and "admin" in match.app_names and match.url_name not in OPEN


def changes_factors(request: HttpRequest) -> bool:
    """Whether the address is one of those that show or change somebody's own factors."""
    match = request.resolver_match
    if match is None or match.app_names or not match.url_name:
        return False
    return match.url_name.startswith("mfa_") and match.url_name not in PROVING


class KeepSessionWhileBusy:
    """Moves the end of the session on, SESSION_IDLE_MINUTES after the last page of the admin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        if in_the_admin(request) and request.user.is_authenticated:
            now = timezone.now().timestamp()
            if request.session.get(SEEN, 0) > now + 24 * 3600:
                logout(request)  # kept under a clock that was ahead, it would not end for as long
            elif now - request.session.get(SEEN, 0) >= STEP:
                request.session[SEEN] = now  # a session that changed is stored with a new end


@receiver(user_logged_in)
def begins_now(sender: Any, **signal: Any) -> None:
    """The session is stored for signing in anyway, so the first page need not store it again."""
    signal["request"].session[SEEN] = timezone.now().timestamp()


class RequireSecondFactor:
    """With REQUIRE_SECOND_FACTOR no page of the admin answers before this session proved one.

    It is the session that counts, not the account: a session begun with the password alone stays
    outside when a factor is set up elsewhere. Once there is a factor, whoever looks at the factors
    or changes them has proven one a moment ago, with or without the setting.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if changes_factors(request):
            is_let_in, setting_up = has_proven_recently, None
        elif settings.REQUIRE_SECOND_FACTOR and in_the_admin(request):
            is_let_in, setting_up = has_proven, HttpResponseRedirect(reverse("mfa_index"))
        else:
            return None
        user = request.user
        if not user.is_authenticated or not user.is_staff or is_let_in(request):
            return None
        if not get_adapter().is_mfa_enabled(user, FACTORS):
            return setting_up
        return _to_prove_one(request)


def _to_prove_one(request: HttpRequest) -> HttpResponse:
    """Send somebody to prove a factor, and back to what was asked for."""
    apps = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP)
    name = "mfa_reauthenticate" if apps.exists() else "mfa_reauthenticate_webauthn"
    start = reverse("mfa_index" if changes_factors(request) else "admin:index")
    back = request.get_full_path() if request.method == "GET" else start
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': back})}")


def has_proven(request: HttpRequest) -> bool:
    """Whether this session was begun, confirmed or first secured with a second factor."""
    return request.session.get(PROVEN) == request.user.pk or bool(_times_proven(request))


def has_proven_recently(request: HttpRequest) -> bool:
    """Whether this session did so a moment ago."""
    times = _times_proven(request)
    if request.session.get(PROVEN) == request.user.pk:
        times.append(request.session.get(PROVEN_AT, 0))
    return any(is_recent(at) for at in times)


def _times_proven(request: HttpRequest) -> list[float]:
    records = get_authentication_records(request, request.user)
    return [record["at"] for record in records if record["method"] == "mfa"]


@receiver(authenticator_added)
def setting_up_proves(sender: Any, **signal: Any) -> None:
    """Who sets up a factor has just used it: by a code of the app, or by touching the key."""
    if signal["authenticator"].type in FACTORS:
        session = signal["request"].session
        session[PROVEN], session[PROVEN_AT] = signal["user"].pk, time.time()
    if signal["authenticator"].type == Authenticator.Type.TOTP:
        # This notes that the code was used, as RFC 6238 asks (section 5.2).
        signal["authenticator"].wrap().validate_code(signal["request"].POST.get("code", ""))
