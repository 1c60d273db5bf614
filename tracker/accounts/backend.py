"""Who may sign in, and how an account is found by what somebody typed.

Whatever was typed, exactly one password is hashed, so that neither the answer nor the time it takes
says whether there is such an account.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from tracker.lib.email_addresses import normal_address
from tracker.lib.text import without_control_characters


def may_sign_in(user: User) -> bool:
    """Accounts are for staff only; there is nothing to sign in to for anybody else."""
    return user.is_active and user.is_staff


def staff_with_email(address: str) -> list[User]:
    """Those who may sign in and have this e-mail address, in whichever spelling."""
    address = normal_address(without_control_characters(address))
    if not address:
        return []
    found = User.objects.filter(email__iexact=address, is_active=True, is_staff=True)
    # The database may fold more than capitals: for PostgreSQL, a Turkish i without dot is an i.
    return [user for user in found if normal_address(user.email) == address]


def account_of(login: str) -> User | None:
    """The account that has this user name, or else alone has this e-mail address."""
    login = User.normalize_username(without_control_characters(login)).strip()
    named = User.objects.filter(username=login).first()
    if named is not None:
        return named
    owners = staff_with_email(login)
    return owners[0] if len(owners) == 1 else None


def guessed_account(login: str) -> str:
    """What wrong passwords are counted by: the user name, however the account is named.

    What no account has is folded in the same way, or the limit would say which accounts exist. A
    keyed hash, since people type passwords and addresses into the wrong field.
    """
    user = account_of(login)
    name = user.username if user is not None else without_control_characters(login)
    folded = normal_address(name)
    return salted_hmac("tracker.accounts.guesses", folded, algorithm="sha256").hexdigest()


class StaffBackend(ModelBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        email: str | None = None,
        **credentials: Any,
    ) -> User | None:
        """The account of this user name or e-mail address, if the password is its own.

        It may still be one that may not sign in: whoever knows its password is told so (see
        `AccountAdapter.pre_login`), and nobody else learns that it exists.
        """
        if password is None:
            return None
        user = account_of(username or email or "")
        if user is None:
            User().set_password(password)  # takes as long as checking one
            return None
        return user if user.check_password(password) and user.is_active else None
