"""What is typed in a worksheet outlives the session in which it was typed.

A worksheet that is sent after the session ended, or with the token of an earlier one, is kept in
the browser's new session and shown again once somebody has signed in; nothing of it is saved
before they say so. Only a form that this register gave to a person in the last days is kept: its
`proof` is signed, so that nobody else can fill the table of sessions.
"""

from __future__ import annotations

import re
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from tracker import error_pages

_SALT = "tracker.worksheet"
_DAYS = 7
_KEPT = "worksheet"


def proof_of(user: Any, meeting_key: Any) -> str:
    """A word that this form was given to this person for this meeting."""
    return signing.dumps([str(user.pk), str(meeting_key)], salt=_SALT)


def _proven(request: HttpRequest, meeting_key: str) -> str | None:
    """To whom the form was given; None for one that this register did not give to anybody."""
    try:
        user, meeting = signing.loads(
            request.POST.get("proof", ""), salt=_SALT, max_age=_DAYS * 86400
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(user) if str(meeting) == meeting_key else None


def keep(request: HttpRequest, meeting_key: str) -> bool:
    """Keep what was sent for whoever it was given to; False when it is not one of our forms."""
    user = _proven(request, meeting_key)
    if user is None:
        return False
    request.session[_KEPT] = {"of": [user, meeting_key], "sent": request.POST.urlencode()}
    return True


def kept(request: HttpRequest, meeting_key: Any) -> QueryDict | None:
    """What this person had typed on this worksheet when the session was lost."""
    found = request.session.get(_KEPT)
    if not found or found["of"] != [str(request.user.pk), str(meeting_key)]:
        return None
    return QueryDict(found["sent"])


def forget(request: HttpRequest) -> None:
    request.session.pop(_KEPT, None)


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def signed_out(request: HttpRequest, meeting_key: str) -> HttpResponse:
    """The answer to a worksheet that comes without a session: sign in, and it is there again."""
    if wants_json(request):
        told = _("You are not signed in any more. What you typed stands here; sign in to save it.")
        return JsonResponse({"told": told}, status=401)
    keep(request, meeting_key)
    login = reverse("admin:login", query={"next": request.path})
    return HttpResponseRedirect(login)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Whoever signed in again elsewhere sends the token of an earlier session: shown again, too."""
    found = re.fullmatch(r".*/(?P<key>[0-9]+)/worksheet/", request.path)
    if found is not None and _is_worksheet(request.path):
        if wants_json(request):
            return JsonResponse({"told": _("Your session is another one by now.")}, status=403)
        if keep(request, found["key"]):
            return HttpResponseRedirect(request.path)
    return error_pages.csrf_failure(request, reason=reason)


def _is_worksheet(path: str) -> bool:
    try:
        return resolve(path).view_name == "admin:tracker_meeting_worksheet"
    except Resolver404:
        return False
