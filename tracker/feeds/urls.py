"""Addresses of the feeds and the calendar."""

from django.urls import path

from tracker.feeds.calendar import calendar
from tracker.feeds.views import WRITERS, feed

urlpatterns = [
    *(
        path(f"changes.{ending}", feed, {"ending": ending}, name=f"changes-{ending}")
        for ending in WRITERS
    ),
    path("calendar.ics", calendar, name="calendar"),
]
