"""Sign-in views that allauth lacks or that differ from its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from tracker.accounts.adapters import back_to_login

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]


def no_sign_up(request: HttpRequest) -> HttpResponse:
    """Return 404: allauth requires the URL name, but there is no sign-up."""
    raise Http404


@require_safe
@never_cache
@login_required
def totp_picture(request: HttpRequest) -> HttpResponse:
    """Return the QR code of the TOTP secret as SVG, at a URL of its own.

    The content security policy forbids `data:` images.
    """
    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret:
        raise Http404
    adapter = get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    return HttpResponse(picture, content_type="image/svg+xml")


class RemovePasskeyView(RemoveWebAuthnView):
    """Refuse to remove the last factor if one is required."""

    def form_valid(self, form: Any) -> HttpResponseBase:
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.object):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return HttpResponseRedirect(reverse("mfa_list_webauthn"))
        response: HttpResponseBase = super().form_valid(form)
        return response


def or_back_to_login(view: View) -> View:
    """Redirect to the login page with an error if the provider fails."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (RequestException, KeyError, ValueError) as error:
            logger.warning("OpenID Connect failed: %r", error)
            message = _("Signing in there did not work. Try again, or sign in here.")
            return back_to_login(request, message)

    return wrapped


@require_POST
@never_cache
@or_back_to_login
def sign_in_elsewhere(request: HttpRequest) -> HttpResponseBase:
    """Start sign-in at the OpenID Connect provider, by a page that redirects to it at once.

    A redirect from a form would need the provider's host in the policy's form-action.
    """
    if any("process" in sent for sent in (request.GET, request.POST)):
        raise Http404  # accounts are not linked, see ProviderAdapter
    response: HttpResponseBase = openid_connect.login(request, settings.OIDC_ID)
    url = response.headers.get("Location", "")
    if not url.startswith(("https://", "http://")):
        return response
    return render(request, "socialaccount/elsewhere.html", {"place": url})


@never_cache
@or_back_to_login
def back_from_elsewhere(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Handle the redirect back from the provider, and exchange its code for the identity."""
    response: HttpResponseBase = openid_connect.callback(request, provider_id)
    return response
