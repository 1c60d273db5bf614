"""Hash the network that a request comes from, to count requests without storing addresses."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

# One IPv6 subscriber usually controls a whole /64.
_V6_NETWORK = 64


def network_hash(request: HttpRequest) -> str:
    """Hash the client's IPv4 address, or the /64 network of its IPv6 address.

    Keyed by SECRET_KEY, so that nobody can find the address by trying them all. Behind a trusted
    proxy, the address is the last one in X-Forwarded-For: the proxy's own entry.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        text = request.headers.get("X-Forwarded-For", text).rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        network = "unknown"  # behind a Unix socket there are no addresses: all count as one
    else:
        if isinstance(address, ipaddress.IPv6Address):
            address = address.ipv4_mapped or address
        bits = _V6_NETWORK if address.version == 6 else 32
        network = str(ipaddress.ip_network(f"{address}/{bits}", strict=False))
    return salted_hmac("tracker.lib.network_hash", network, algorithm="sha256").hexdigest()
