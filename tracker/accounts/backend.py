"""Who may sign in, and how a login name is matched to an account.

Every attempt hashes exactly one password, so that neither the response nor its timing reveals
whether the account exists.
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
    """Whether the account may sign in: active staff only."""
    return user.is_active and user.is_staff


def staff_with_email(address: str) -> list[User]:
    """Return the active staff with this e-mail address, in any spelling."""
    address = normal_address(without_control_characters(address))
    if not address:
        return []
    candidates = User.objects.filter(email__iexact=address, is_active=True, is_staff=True)
    # The database may fold more than case: PostgreSQL treats a Turkish dotless i as an i.
    return [user for user in candidates if normal_address(user.email) == address]


def account_of(login: str) -> User | None:
    """Return the account with this user name, or the only one with this e-mail address."""
    login = User.normalize_username(without_control_characters(login)).strip()
    named = User.objects.filter(username=login).first()
    if named is not None:
        return named
    owners = staff_with_email(login)
    return owners[0] if len(owners) == 1 else None


def guessed_account(login: str) -> str:
    """Return the key by which wrong passwords are counted: one for each account.

    Unknown names are folded in the same way, or the limit would reveal which accounts exist. The
    key is a keyed hash, because people type passwords into the wrong field.
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
        """Return the account with this user name or e-mail address, if the password is right.

        The account may still be refused, but only after its password was given (see
        `AccountAdapter.pre_login`), so nobody else learns that it exists.
        """
        if password is None:
            return None
        user = account_of(username or email or "")
        if user is None:
            User().set_password(password)  # takes as long as checking a password
            return None
        return user if user.check_password(password) and user.is_active else None
