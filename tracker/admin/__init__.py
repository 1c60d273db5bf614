"""Django's admin for staff, which writes public facts through actions only.

`nouns` has a module for each module of `tracker.models`; `editing` is what they share.
"""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from tracker.admin.nouns import (  # noqa: F401 - they register their ModelAdmins
    changes,
    commitments,
    deliveries,
    meetings,
    notes,
    parties,
    second_factors,
    sources,
    subscriptions,
    topics,
    updates,
    users,
)
from tracker.admin.todo.front_page import with_work_lists

admin.site.site_header = admin.site.site_title = settings.REGISTER_NAME
admin.site.index = with_work_lists(admin.site.index)  # type: ignore[method-assign,assignment]
admin.site.index_title = _("The register’s records")
# Sign-in is at /accounts/login/ only, with its rate limits and second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
