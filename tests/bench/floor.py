"""The floor: a Django view that does nothing, served like the register."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="nothing is signed here",
)
django.setup()


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("It answers.")


urlpatterns = [path("", bare)]
application = get_wsgi_application()
