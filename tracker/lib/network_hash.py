"""The network that a request comes from, as a hash: enough to count by, too little to know who."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

# Whoever has one address of IPv6 usually has the 2^64 around it.
_V6_NETWORK = 64


def network_hash(request: HttpRequest) -> str:
    """Hash the network that asks: an IPv4 address, or the first half of an IPv6 one.

    Keyed by the site's own key, so that nobody can try out all addresses against it. Behind a
    proxy that we trust, the address is the last one of X-Forwarded-For: the proxy's own entry.
    """
    said = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        said = request.headers.get("X-Forwarded-For", said).rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(said)
    except ValueError:
        network = "unknown"  # behind a Unix socket nobody has an address: all count as one
    else:
        if isinstance(address, ipaddress.IPv6Address):
            address = address.ipv4_mapped or address
        bits = _V6_NETWORK if address.version == 6 else 32
        network = str(ipaddress.ip_network(f"{address}/{bits}", strict=False))
    return salted_hmac("tracker.lib.network_hash", network, algorithm="sha256").hexdigest()
