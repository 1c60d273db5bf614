"""Addresses of the public pages."""

from django.urls import path

from tracker.dashboard import views

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("commitments/<slug:slug>/", views.commitment, name="commitment"),
    path("meetings/", views.meetings, name="meetings"),
    path("meetings/<slug:slug>/", views.meeting, name="meeting"),
    path("sources/", views.sources, name="sources"),
    path("sources/<slug:slug>/", views.source, name="source"),
    path("parties/", views.parties, name="parties"),
    path("parties/<slug:slug>/", views.party, name="party"),
    path("changes/", views.changes, name="changes"),
    path("methodology/", views.methodology, name="methodology"),
    path("healthz", views.healthz, name="healthz"),
]
