"""The public surface on one screen: one include for each face."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("tracker.dashboard.urls")),
    path("", include("tracker.feeds.urls")),
    path("", include("tracker.exports.urls")),
    path("", include("tracker.notify.urls")),
    path("", include("tracker.api.urls")),
    path("accounts/", include("tracker.accounts.urls")),
    path("admin/", admin.site.urls),
]

handler500 = "tracker.lib.server_errors.server_error"
