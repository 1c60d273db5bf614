"""Send POST requests to user-supplied URLs: to public addresses only, with strict limits.

A name is resolved once, all its addresses must be public, and the connection goes to one of those
addresses, so DNS rebinding gains nothing. Redirects are not followed, proxies from the environment
and cookies are ignored, and nothing is decompressed.
"""

from __future__ import annotations

import contextlib
import functools
import ssl
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import httpcore

from tracker.lib.callable_urls import Refused, as_networks, check_address, read_target
from tracker.lib.checked_network import CheckedNetwork, Deadline, Failed

__all__ = ["Answer", "Failed", "Refused", "check_address", "post"]

# httpcore stops at 100 KiB of headers, but sets no limit on interim responses and chunk headers.
_HEADERS_LIMIT = 128 * 1024
_CHUNKS_OF_ONE_BYTE = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """The response, whatever its status; redirects included."""

    status: int
    headers: dict[str, str]  # names in lower case; the first value of a repeated name
    body: bytes  # as sent, truncated at the limit
    is_cut: bool
    seconds: float


def post(
    url: str,
    *,
    content: bytes,
    headers: Mapping[str, str],
    allowed_networks: Collection[str] = (),
    allow_http: bool = False,
    seconds: float = 10,
    body_limit: int = 16_384,
) -> Answer:
    """Send `content` to the URL once, and return the response.

    `seconds` limits the whole exchange, from resolving the name to the last byte; `body_limit` is
    in bytes. `allowed_networks` exempts addresses from having to be public, for tests and closed
    networks. Host, Content-Length, Connection and Accept-Encoding cannot be overridden.
    Raises Refused for a URL that may not be called, and Failed for any other error.
    """
    deadline = Deadline(seconds)
    allowed = as_networks(allowed_networks)
    target = read_target(url, allow_http=allow_http, allowed=allowed)
    max_read = _HEADERS_LIMIT + _CHUNKS_OF_ONE_BYTE * body_limit
    network = CheckedNetwork(allowed=allowed, deadline=deadline, max_read=max_read)
    ours = {
        "host": target.authority,
        "content-length": str(len(content)),
        "connection": "close",
        "accept-encoding": "identity",
    }
    try:
        with (
            contextlib.closing(network),
            httpcore.ConnectionPool(ssl_context=_tls(), network_backend=network) as pool,
            pool.stream(
                "POST", target.url, headers=_as_sent(headers, ours), content=content
            ) as response,
        ):
            body = _first_bytes(response.iter_stream(), body_limit + 1)
            return Answer(
                status=response.status,
                headers=_as_received(response.headers),
                body=body[:body_limit],
                is_cut=len(body) > body_limit,
                seconds=deadline.elapsed(),
            )
    except (httpcore.LocalProtocolError, UnicodeError) as error:
        raise Failed("The request has a header that HTTP does not allow.") from error
    except (httpcore.ProtocolError, httpcore.NetworkError, OSError) as error:
        raise Failed("The answer was not HTTP, or broke off.") from error


def _as_sent(theirs: Mapping[str, str], ours: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    headers = {name.lower(): value for name, value in theirs.items()} | dict(ours)
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]


def _as_received(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in pairs:
        headers.setdefault(name.decode("ascii").lower(), value.decode("latin-1"))
    return headers


def _first_bytes(parts: Iterable[bytes], limit: int) -> bytes:
    body = b""
    for part in parts:
        body += part[: limit - len(body)]
        if len(body) == limit:
            break
    return body


@functools.cache
def _tls() -> ssl.SSLContext:
    """Return httpcore's TLS context, which trusts the system's store and certifi's list.

    The system's store has the authority of a closed network (or SSL_CERT_FILE names one);
    certifi's list serves slim containers that have no store. Cached, because reading it is slow:
    a change of the store takes effect after a restart.
    """
    return httpcore.default_ssl_context()
