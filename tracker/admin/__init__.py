"""FACE staff: Django's own admin over every noun, writing public facts through actions only.

One module for each module of `tracker.models`; what they share is in `records` (public and draft
rows), `acts` (buttons with a confirmation page), `fields` and `publication`.
"""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from tracker.admin.nouns import (
    changes,
    commitments,
    meetings,
    notes,
    parties,
    second_factors,
    sources,
    subscriptions,
    updates,
    users,
)
from tracker.admin.todo.front_page import with_work_list

__all__ = [
    "changes",
    "commitments",
    "meetings",
    "notes",
    "parties",
    "second_factors",
    "sources",
    "subscriptions",
    "updates",
    "users",
]

admin.site.site_header = admin.site.site_title = settings.REGISTER_NAME
admin.site.index = with_work_list(admin.site.index)  # type: ignore[method-assign,assignment]
admin.site.index_title = _("The register’s records")
# The one way in is /accounts/login/, with its limits and its second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
