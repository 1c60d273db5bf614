"""Keep worksheet input that is posted after the session ended, and show it again after sign-in.

A worksheet posted without a session, or with an old CSRF token, is stored in the browser's new
session; nothing is saved until the user confirms it. The form must carry a signed `proof` that we
rendered it within the last days, so that nobody else can fill the session table.
"""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from tracker import error_pages

_SALT = "tracker.worksheet"
_DAYS = 7
_SESSION_KEY = "worksheet"


def proof_of(user: Any, meeting_key: Any) -> str:
    """Return a signed proof that the form was rendered for this user and meeting."""
    return signing.dumps([str(user.pk), str(meeting_key)], salt=_SALT)


def _proven(request: HttpRequest, meeting_key: str) -> str | None:
    """Return the key of the user that a form was rendered for; None without a valid proof."""
    try:
        user, meeting = signing.loads(
            request.POST.get("proof", ""), salt=_SALT, max_age=_DAYS * 86400
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(user) if str(meeting) == meeting_key else None


def store_input(request: HttpRequest, meeting_key: str) -> bool:
    """Store the input for the user of the form; False without a valid proof."""
    user = _proven(request, meeting_key)
    if user is None:
        return False
    request.session[_SESSION_KEY] = {"of": [user, meeting_key], "sent": request.POST.urlencode()}
    return True


def restore(request: HttpRequest, meeting_key: Any) -> QueryDict | None:
    """Return the stored input of the current user on this worksheet."""
    stored = request.session.get(_SESSION_KEY)
    if not stored or stored["of"] != [str(request.user.pk), str(meeting_key)]:
        return None
    return QueryDict(stored["sent"])


def forget(request: HttpRequest) -> None:
    request.session.pop(_SESSION_KEY, None)


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def signed_out(request: HttpRequest, meeting_key: str) -> HttpResponse:
    """Respond to a worksheet posted without a session: ask to sign in, and store the input."""
    if wants_json(request):
        text = _("You are not signed in any more. What you typed stands here; sign in to save it.")
        return JsonResponse({"message": text}, status=401)
    store_input(request, meeting_key)
    login = reverse("admin:login", query={"next": request.path})
    return HttpResponseRedirect(login)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Store a worksheet posted with the CSRF token of an earlier session, and show it again."""
    match = request.resolver_match
    if match is not None and match.view_name == "admin:tracker_meeting_worksheet":
        if wants_json(request):
            return JsonResponse({"message": _("Your session is another one by now.")}, status=403)
        if store_input(request, match.kwargs["object_id"]):
            return HttpResponseRedirect(request.path)
    return error_pages.csrf_failure(request, reason=reason)
