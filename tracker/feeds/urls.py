"""Addresses of the feeds."""

from django.urls import path

from tracker.feeds import views

urlpatterns = [
    path("changes.atom", views.atom, name="changes-atom"),
]
