"""The root URLconf: one include for each package with views."""

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

handler400 = "tracker.error_pages.bad_request"
handler403 = "tracker.error_pages.permission_denied"
handler404 = "tracker.error_pages.page_not_found"
handler500 = "tracker.error_pages.server_error"
