"""The name of the organisation's own sign-in, where there is one."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def single_sign_on_name() -> str:
    """What the button of OpenID Connect says after "Sign in with"; empty where it is off."""
    return settings.OIDC_NAME if settings.OIDC_SERVER_URL else ""
