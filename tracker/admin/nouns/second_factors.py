"""Second factors in the admin: an administrator deletes a lost one; secrets are never shown."""

from __future__ import annotations

# Imported first, so that they have registered the models that are unregistered below.
from allauth.account import admin as account_admin
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as socialaccount_admin
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from tracker.admin.editing.pages import ReadOnlyAdmin

THEIRS = (account_admin, mfa_admin, socialaccount_admin)
# The other models are unused: accounts hold the e-mail addresses, and none is linked.
admin.site.unregister([Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken])


@admin.register(Authenticator)
class SecondFactorAdmin(ReadOnlyAdmin):
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ("user__username", "user__email")
    fields = readonly_fields = list_display
    list_select_related = ("user",)
    help_texts = {
        "user": _("Who signs in with it."),
        "type": _("An app’s codes, recovery codes, or a passkey."),
        "created_at": _("When it was set up."),
        "last_used_at": _("When somebody last signed in with it."),
    }
