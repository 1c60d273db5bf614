"""Staff accounts: Django's own admin, with notes on what signing in requires."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

admin.site.unregister(User)


@admin.register(User)
class StaffAdmin(UserAdmin):  # type: ignore[type-arg]
    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        help_texts = {
            "is_staff": gettext_lazy(
                "Without it the account cannot sign in, whatever groups it is in."
            ),
            "groups": gettext_lazy(
                "What the account may do. To sign in it needs “Staff status” as well."
            ),
        }
        return super().get_form(request, obj, change=change, **{"help_texts": help_texts, **kwargs})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Warn, once the groups are saved, if the account cannot sign in."""
        super().save_related(request, form, formsets, change)
        user: User = form.instance
        if user.is_active and not user.is_staff:
            rights = user.groups.exists() or user.user_permissions.exists() or user.is_superuser
            sentence = (
                _("“%(name)s” has rights but cannot sign in: tick “Staff status”.")
                if rights
                else _("“%(name)s” cannot sign in yet: tick “Staff status” and choose a group.")
            )
            messages.warning(request, sentence % {"name": user.get_username()})
