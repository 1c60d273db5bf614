"""POST requests to addresses that strangers gave us: to public machines only, bounded in every way.

A name is looked up once, all its addresses must be public, and the connection goes to one of those
very addresses; a name that changes its mind in between (DNS rebinding) gains nothing. No redirect
is followed, no proxy is taken from the environment, no cookie kept, nothing decompressed.
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

# httpcore stops at 100 KiB of headers, but reads interim answers (1xx) and chunk headers for ever.
_HEADERS_LIMIT = 128 * 1024
_CHUNKS_OF_ONE_BYTE = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status: a redirect is an answer like any other."""

    status: int
    headers: dict[str, str]  # names in lower case; the first value where a name is repeated
    body: bytes  # as sent, cut at the limit
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
    """Send `content` to the URL once, and return the answer.

    `seconds` bounds the whole exchange, from looking up the name to the last byte of the answer;
    `body_limit` is in bytes. `allowed_networks` exempts addresses from having to be public, for
    tests and closed networks. Host, Content-Length, Connection and Accept-Encoding are ours.
    Raises Refused for what may not be called, Failed for all that went wrong.
    """
    deadline = Deadline(seconds)
    allowed = as_networks(allowed_networks)
    target = read_target(url, allow_http=allow_http, allowed=allowed)
    most_read = _HEADERS_LIMIT + _CHUNKS_OF_ONE_BYTE * body_limit
    network = CheckedNetwork(allowed=allowed, deadline=deadline, most_read=most_read)
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
                seconds=deadline.spent(),
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
    """Whom we trust: httpcore's choice, the system's store together with certifi's list.

    The system's store holds a closed network's own authority (SSL_CERT_FILE names another one);
    certifi's list serves slim containers that have no store. Read once, because it takes a while:
    a change of the store counts from the next start.
    """
    return httpcore.default_ssl_context()
