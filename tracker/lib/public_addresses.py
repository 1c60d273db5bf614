"""Tell public IP addresses from others, and parse a host that is an IP address.

The networks are listed here because `ipaddress.is_global` changed between releases of Python and
counts multicast, 6to4 and NAT64 as global.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# The IANA registry of special-purpose IPv4 addresses (RFC 6890), multicast and reserved blocks.
_NOT_PUBLIC_V4 = [
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network; 0.0.0.0 reaches the machine itself
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # between a provider and its customers (RFC 6598)
        "127.0.0.0/8",  # the machine itself
        "169.254.0.0/16",  # link-local; clouds hand out credentials at 169.254.169.254
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # for protocols (RFC 6890)
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.88.99.0/24",  # relays of 6to4, deprecated (RFC 7526)
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # measurements (RFC 2544)
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
]
# Contains all public unicast addresses (RFC 4291, section 2.4), and neither ::1, fe80::/10,
# fc00::/7, ff00::/8 nor embedded IPv4: ::ffff:0:0/96, 64:ff9b::/96, 64:ff9b:1::/48.
_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = [
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # for protocols (RFC 2928); 2001::/32 is Teredo, which carries IPv4
        "2001:db8::/32",  # documentation (RFC 3849)
        "2002::/16",  # 6to4, which carries IPv4 (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637)
    )
]
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.IGNORECASE)


def is_public(address: Address) -> bool:
    """Whether the address is public unicast and embeds no other address."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    return address in _UNICAST_V6 and not any(address in network for network in _NOT_PUBLIC_V6)


def is_within(address: Address, networks: Collection[Network]) -> bool:
    """Whether the address is in one of the networks; no IPv6 address is in an IPv4 network."""
    return any(address in network for network in networks)


def written_address(host: str) -> Address | None:
    """Parse the host of a URL as an IP address (IPv6 without brackets); return None for a name.

    Accepts what resolvers accept: 127.0.0.1 is also 127.1, 2130706433, 0177.0.0.1 and 0x7f.1.
    Raises ValueError if the last part is numeric and the whole is not an address.
    """
    if ":" in host:
        return ipaddress.IPv6Address(host)
    parts = host.split(".")
    if not _NUMBER.fullmatch(parts[-1]):
        return None
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise ValueError(f"{host} is not an IPv4 address")
    *first, last = (_number(part) for part in parts)
    room = 4 - len(first)  # the last number fills the bytes that are left
    if any(number > 255 for number in first) or last >= 256**room:
        raise ValueError(f"{host} is not an IPv4 address")
    return ipaddress.IPv4Address(bytes(first) + last.to_bytes(room, "big"))


def _number(text: str) -> int:
    if text[:2].lower() == "0x":
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") else 10)
