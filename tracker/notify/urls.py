"""Addresses of the subscription pages and of the links in e-mails."""

from django.urls import path

from tracker.notify import link_pages, subscribe_pages, webhook_pages

urlpatterns = [
    path("subscribe/", subscribe_pages.subscribe, name="subscribe"),
    path("subscribe/email/", subscribe_pages.opt_in_by_email, name="subscribe-email"),
    path("subscribe/asked/", subscribe_pages.requested, name="subscribe-asked"),
    path("subscribe/confirm/<str:token>/", link_pages.confirm, name="confirm-subscription"),
    path("subscribe/manage/<str:token>/", link_pages.manage, name="manage-subscription"),
    path("subscribe/stop/<str:token>/", link_pages.stop, name="stop-subscription"),
    path("subscribe/webhook/", webhook_pages.request_webhook, name="webhook-ask"),
    path("subscribe/webhook/<str:token>/", webhook_pages.manage, name="webhook"),
]
