"""Ending the sessions of an account when what protects it changes.

Whoever got in by what protected it before does not stay. A changed password ends the other sessions
by itself: Django keeps a hash of it in each.
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
    """End the sessions of an account, save the one that the present request belongs to.

    Only staff who are signed in have sessions, so that there are few to look through.
    """
    request = context.request
    kept = request.session.session_key if request is not None else None
    running = Session.objects.filter(expire_date__gte=timezone.now()).exclude(session_key=kept)
    for session in running.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


@receiver(authenticator_added)
def on_a_factor_set_up(sender: Any, **signal: Any) -> None:
    if signal["authenticator"].type in FACTORS:
        end_other_sessions(signal["user"])


@receiver(post_delete, sender=Authenticator)
def on_a_factor_removed(sender: Any, instance: Authenticator, **signal: Any) -> None:
    """By its owner, or by an administrator because it was lost."""
    if instance.type in FACTORS:
        end_other_sessions(instance.user)


@receiver(pre_save, sender=User)
def on_another_address(
    sender: Any, instance: User, update_fields: frozenset[str] | None = None, **signal: Any
) -> None:
    """The address signs in and is sent new passwords, so it is as good as a key."""
    if update_fields is not None and "email" not in update_fields:
        return  # such as signing in, which notes the time
    before = User.objects.filter(pk=instance.pk).values_list("email", flat=True).first()
    if before is not None and before != instance.email:
        end_other_sessions(instance)
