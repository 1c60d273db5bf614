"""Pages of signing in that allauth does not have, or has otherwise."""

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
    """allauth wants the address to exist; there is nothing at it."""
    raise Http404


@require_safe
@never_cache
@login_required
def totp_picture(request: HttpRequest) -> HttpResponse:
    """The QR code of the secret that the set-up page shows, as SVG at an address of its own.

    The content security policy allows no pictures inside the page's text.
    """
    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret:
        raise Http404
    adapter = get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    return HttpResponse(picture, content_type="image/svg+xml")


class RemovePasskeyView(RemoveWebAuthnView):
    """As allauth's, but the last factor stays where one is compulsory."""

    def form_valid(self, form: Any) -> HttpResponseBase:
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.object):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return HttpResponseRedirect(reverse("mfa_list_webauthn"))
        answer: HttpResponseBase = super().form_valid(form)
        return answer


def or_back_to_login(view: View) -> View:
    """Somebody whose provider does not answer, or answers nonsense, may still sign in here."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (RequestException, KeyError, ValueError) as error:
            logger.warning("OpenID Connect failed: %r", error)
            told = _("Signing in there did not work. Try again, or sign in here.")
            return back_to_login(request, told)

    return wrapped


@require_POST
@never_cache
@or_back_to_login
def sign_in_elsewhere(request: HttpRequest) -> HttpResponseBase:
    """Begin at the OpenID Connect provider, by a page that goes on to it at once.

    A redirect in answer to a form would need the provider's host in the policy's form-action.
    """
    if any("process" in sent for sent in (request.GET, request.POST)):
        raise Http404  # accounts are not linked, see ProviderAdapter
    answer: HttpResponseBase = openid_connect.login(request, settings.OIDC_ID)
    place = answer.headers.get("Location", "")
    if not place.startswith(("https://", "http://")):
        return answer
    return render(request, "socialaccount/elsewhere.html", {"place": place})


@never_cache
@or_back_to_login
def back_from_elsewhere(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """The provider has sent somebody back, with a code that is exchanged for who they are."""
    answer: HttpResponseBase = openid_connect.callback(request, provider_id)
    return answer
