"""Addresses of the pages on which somebody asks to be told, and of the links in messages."""

from django.urls import path

from tracker.notify import subscribe_pages

urlpatterns = [
    path("subscribe/", subscribe_pages.subscribe, name="subscribe"),
]
