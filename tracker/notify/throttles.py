"""How much may be asked for in a day, counted in the database: nothing here depends on a cache."""

from __future__ import annotations

import datetime as dt
import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

# What was asked for longer ago than this is not counted.
WINDOW = dt.timedelta(days=1)
# Whoever has one address of IPv6 usually has the 2^64 around it.
_V6_NETWORK = 64


def asked_from(request: HttpRequest) -> str:
    """A hash of the network that asks: an IPv4 address, or the first half of an IPv6 one.

    Salted with the site's own key, so that nobody can try out all addresses against it. Behind a
    proxy that we trust, the address is the last one of X-Forwarded-For: the proxy's own entry.
    """
    told = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        told = request.headers.get("X-Forwarded-For", told).rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        network = "unknown"
    else:
        if isinstance(address, ipaddress.IPv6Address):
            address = address.ipv4_mapped or address
        bits = _V6_NETWORK if address.version == 6 else 32
        network = str(ipaddress.ip_network(f"{address}/{bits}", strict=False))
    return salted_hmac("tracker.notify.asked_from", network, algorithm="sha256").hexdigest()
