"""The name of the organisation's single sign-on."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def single_sign_on_name() -> str:
    """Return the name on the OpenID Connect button, after "Sign in with"; empty if it is off."""
    return settings.OIDC_NAME if settings.OIDC_SERVER_URL else ""
