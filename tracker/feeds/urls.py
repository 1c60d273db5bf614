"""Addresses of the feeds."""

from django.urls import path

from tracker.feeds import views
from tracker.feeds.calendar import calendar

urlpatterns = [
    path("changes.atom", views.atom, name="changes-atom"),
    path("calendar.ics", calendar, name="calendar"),
]
