"""Note when an account and its factors were last used, without waiting for SQLite's write lock.

Django and allauth would wait for whatever holds it, such as an import, and then refuse to sign in.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.db import OperationalError
from django.http import HttpRequest
from django.utils import timezone

from tracker.lib.lock_waits import waiting_at_most

# Whether the time is to be noted later.
UNNOTED = "sign_in_unnoted"
_MILLISECONDS = 100


def note_sign_in(sender: Any, *, request: HttpRequest, user: User, **signal: Any) -> None:
    """Note the time of a sign-in, or have it noted with a later page of this session.

    Links that reset the password depend on it: they end when their owner signs in.
    """
    if not _note(user, "last_login"):
        request.session[UNNOTED] = True


# In the place of Django's own receiver, which is connected later, under the same name.
user_logged_in.connect(note_sign_in, dispatch_uid="update_last_login")


def without_waiting(factor: Authenticator) -> Authenticator:
    """Have allauth leave out when this factor was used while the database is locked."""
    setattr(factor, "record_usage", partial(_note, factor, "last_used_at"))  # noqa: B010
    return factor


def _note(record: User | Authenticator, field: str) -> bool:
    now = timezone.now()
    setattr(record, field, now)
    try:
        with waiting_at_most(_MILLISECONDS):
            record._meta.model._base_manager.filter(pk=record.pk).update(**{field: now})
    except OperationalError:
        return False
    return True
