"""Addresses of the pages on which somebody asks to be told, and of the links in messages."""

from django.urls import path

from tracker.notify import subscribe_pages, webhook_pages

urlpatterns = [
    path("subscribe/", subscribe_pages.subscribe, name="subscribe"),
    path("subscribe/webhook/", webhook_pages.ask, name="webhook-ask"),
    path("subscribe/webhook/<str:token>/", webhook_pages.manage, name="webhook"),
]
