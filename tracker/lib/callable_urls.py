"""Which user-supplied URLs may be called, judged without a DNS lookup."""

from __future__ import annotations

import ipaddress
import re
import urllib.parse
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import httpcore

from tracker.lib.public_addresses import Address, Network, is_public, is_within, written_address

LONGEST_URL = 2000
# Names that resolve only on the local network: RFC 6761, RFC 6762, RFC 8375, and ICANN's choice.
_LOCAL_NAMES = (".localhost", ".local", ".home.arpa", ".internal")
_VISIBLE_ASCII = re.compile(r"[!-\[\]-~]*")  # no backslash: some programs read it as a slash
_AUTHORITY = re.compile(
    r"(?:\[(?P<v6>[0-9a-f.]*:[0-9a-f:.]*)\]|(?P<name>[^:\[\]]+))(?::(?P<port>[0-9]{0,5}))?"
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


class Refused(Exception):  # noqa: N818 - what happened to the URL
    """Raised for a URL that may not be called; str() is a sentence to show to a person."""


def check_address(
    url: str, *, allow_http: bool = False, allowed_networks: Collection[str] = ()
) -> None:
    """Raise Refused unless the URL may be called. Does not use the DNS.

    It must be https (or http where allowed), visible ASCII, at most 2000 characters, with a public
    host name or address, no user, no fragment, and port 80, 443 or above 1023.
    `allowed_networks` (as "10.0.0.0/8") are allowed too; if there are any, so are local names,
    because `post` checks the addresses that they resolve to.
    """
    read_target(url, allow_http=allow_http, allowed=as_networks(allowed_networks))


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that passed every check that needs no DNS lookup."""

    url: httpcore.URL  # its host is a name or an address as `ipaddress` writes it
    authority: str  # the value of the Host header (RFC 9110, section 7.2)


def read_target(url: str, *, allow_http: bool, allowed: Collection[Network]) -> Target:
    """Parse a URL. Raises Refused as `check_address` does."""
    parts = _split(url, schemes=("https", "http") if allow_http else ("https",))
    authority = _AUTHORITY.fullmatch(parts.netloc.lower())
    if authority is None:
        raise Refused("The address has no host, or a port that is not a number.")
    host = _checked_host(authority["v6"] or authority["name"], allowed)
    usual_port = 443 if parts.scheme == "https" else 80
    port = int(authority["port"] or usual_port)
    if port not in (80, 443) and not 1024 <= port <= 65535:
        raise Refused("The port must be 80, 443 or between 1024 and 65535.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    bracketed = f"[{host}]" if ":" in host else host
    return Target(
        url=httpcore.URL(scheme=parts.scheme, host=host, port=port, target=target),
        authority=bracketed if port == usual_port else f"{bracketed}:{port}",
    )


def _split(url: str, *, schemes: Collection[str]) -> urllib.parse.SplitResult:
    if len(url) > LONGEST_URL:
        raise Refused(f"The address is longer than {LONGEST_URL} characters.")
    if not _VISIBLE_ASCII.fullmatch(url):
        # Other alphabets too: IDNA 2003 and 2008 send some of their names to different machines,
        # and full-width digits become 127.0.0.1 on the way.
        raise Refused(
            "The address holds a space, a backslash or a letter that is not ASCII: write the host "
            "in its xn-- form and the rest percent-encoded."
        )
    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError:
        raise Refused("The address is not a URL.") from None
    if parts.scheme not in schemes:
        raise Refused(f"The address must begin with {' or '.join(f'{s}://' for s in schemes)}.")
    if "@" in parts.netloc:
        raise Refused("The address must not hold a user name or a password.")
    if "#" in url:
        raise Refused("The address must not hold a fragment, the part after #.")
    return parts


def _checked_host(host: str, allowed: Collection[Network]) -> str:
    """Return the host name, or the IP address in its usual notation."""
    try:
        address = written_address(host)
    except ValueError:
        raise Refused("The host is neither a name nor an IP address.") from None
    if address is not None:
        check_public([address], allowed)
        return str(address)
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Refused(
            "The host is not a valid name: it is made of letters, digits and hyphens, with single "
            "dots in between and none at the end."
        )
    if not allowed and (len(labels) == 1 or host.endswith(_LOCAL_NAMES)):
        raise Refused("The host is a name of a local network: give one that everybody can reach.")
    return host


def check_public(addresses: Iterable[Address], allowed: Collection[Network]) -> None:
    """Raise Refused unless every address is public or in an allowed network."""
    if not all(is_public(address) or is_within(address, allowed) for address in addresses):
        raise Refused("The host lies in a network that is not public.")


def as_networks(texts: Collection[str]) -> list[Network]:
    """Parse networks written as "10.0.0.0/8". Raises ValueError for anything else."""
    return [ipaddress.ip_network(text) for text in texts]
