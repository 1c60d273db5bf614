"""What a person may do with a file, and with the drafts that it makes."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tracker.actions.imports.plan import PUBLISHED_ALONE
from tracker.actions.imports.publishing import DraftDisposition
from tracker.models import PUBLISH
from tracker.spreadsheets.report import Rights
from tracker.spreadsheets.tables import TABLES


def rights_of(user: AbstractBaseUser, noun: str) -> Rights:
    """Return what a user may do with a file; not cached, since rights may be revoked."""
    model = TABLES[noun].model._meta.model_name
    assert isinstance(user, PermissionsMixin)  # noqa: S101 - every account of ours is one
    may_enter = bool(user.is_active and getattr(user, "is_staff", False))
    return Rights(
        may_add=may_enter and user.has_perm(f"tracker.add_{model}"),
        may_change=may_enter and user.has_perm(f"tracker.change_{model}"),
        may_amend=may_enter and user.has_perm(PUBLISH),
    )


def choices(noun: str, rights: Rights) -> list[DraftDisposition]:
    """Return what the user may do with the drafts of a file."""
    if noun == "sources":
        return [DraftDisposition.KEEP]
    may_publish = rights.may_amend and not settings.REQUIRE_SECOND_PERSON
    if noun in PUBLISHED_ALONE and may_publish:
        return [DraftDisposition.KEEP, DraftDisposition.REVIEW, DraftDisposition.PUBLISH]
    return [DraftDisposition.KEEP, DraftDisposition.REVIEW]


def refuse_choice(disposition: str, noun: str, rights: Rights) -> None:
    """Raise ValidationError, with the reason, for a choice that is not among `choices`."""
    if disposition in choices(noun, rights):
        return
    if noun == "sources":
        message = _("Sources are drafts until a record that rests on them is published.")
    elif noun == "commitments":
        message = _("A commitment becomes public with its first update: import the updates.")
    elif not rights.may_amend:
        message = _("Only an editor publishes. Send the drafts for review instead.")
    else:
        message = _(
            "Here a second person publishes what somebody has written. Send the drafts for "
            "review instead."
        )
    raise ValidationError(message)
