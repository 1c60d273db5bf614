"""End the other sessions of an account when its factors or e-mail address change.

An intruder must not stay signed in. A changed password ends the other sessions by itself, because
Django stores a hash of it in each.
"""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models.signals import post_delete, pre_save
from django.dispatch import receiver
from django.utils import timezone

from tracker.accounts.adapters import FACTORS


def end_other_sessions(user: User) -> None:
    """End the sessions of an account except that of the current request.

    Only signed-in staff have sessions, so there are few to search.
    """
    request = context.request
    current = request.session.session_key if request is not None else None
    others = Session.objects.filter(expire_date__gte=timezone.now()).exclude(session_key=current)
    for session in others.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


@receiver(authenticator_added)
def on_a_factor_set_up(sender: Any, **signal: Any) -> None:
    if signal["authenticator"].type in FACTORS:
        end_other_sessions(signal["user"])


@receiver(post_delete, sender=Authenticator)
def on_a_factor_removed(sender: Any, instance: Authenticator, **signal: Any) -> None:
    """End sessions after the owner, or an administrator, removed a factor."""
    if instance.type in FACTORS:
        end_other_sessions(instance.user)


@receiver(pre_save, sender=User)
def on_another_address(
    sender: Any, instance: User, update_fields: frozenset[str] | None = None, **signal: Any
) -> None:
    """End sessions when the address changes: it signs in, and receives password resets."""
    if update_fields is not None and "email" not in update_fields:
        return  # such as `last_login` at sign-in
    before = User.objects.filter(pk=instance.pk).values_list("email", flat=True).first()
    if before is not None and before != instance.email:
        end_other_sessions(instance)
