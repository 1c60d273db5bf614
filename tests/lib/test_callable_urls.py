"""Which addresses of strangers are refused before anything is looked up, and in which words."""

from __future__ import annotations

import socket

import pytest

from tracker.lib.callable_urls import Refused, check_address, read_target

NOT_PUBLIC = "The host lies in a network that is not public."
NOT_ASCII = "holds a space, a backslash or a letter that is not ASCII"
LOCAL = "The host is a name of a local network"
NO_NAME = "The host is not a valid name"
NO_HOST = "The address has no host, or a port that is not a number."
NEITHER = "The host is neither a name nor an IP address."
PORT = "The port must be 80, 443 or between 1024 and 65535."
USER = "must not hold a user name or a password"
FRAGMENT = "must not hold a fragment"

NUMBERS_OF_HOME = """
127.0.0.1 127.1 2130706433 0177.0.0.1 0x7f.1 0x7F000001 0.0.0.0 0 169.254.169.254
10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 224.0.0.1
255.255.255.255 [::] [::1] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::FFFF:7f00:1]
[::127.0.0.1] [fe80::1] [fc00::1] [ff02::1] [64:ff9b::7f00:1] [64:ff9b:1::1]
[2002:7f00:1::] [2001:0:7f00:1::1] [2001:db8::1]
"""
NAMES_OF_HOME = "localhost LOCALHOST a.localhost printer.local db.internal nas.home.arpa intranet"


@pytest.fixture(autouse=True)
def _no_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*args: object, **kwargs: object) -> None:
        raise AssertionError("nothing may be looked up here")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "https://example.org/hook?key=a%20b&x=1",
        "HTTPS://Example.ORG:443/",
        "https://example.org:80/",
        "https://example.org:1024/",
        "https://example.org:65535/",
        "https://example.org:/",
        "https://xn--3e0b707e.example/",
        "https://a_b.example-1.org/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]:8443/",
        "https://localhost.example.org/",
        "https://internal.example/",
        "https://example.org/" + "a" * 1980,
    ],
)
def test_what_may_be_called(url: str) -> None:
    check_address(url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        # Numbers that lead home
        *((f"https://{host}/", NOT_PUBLIC) for host in NUMBERS_OF_HOME.split()),
        ("https://256.0.0.1/", NEITHER),
        ("https://1.2.3.4.5/", NEITHER),
        ("https://[1::g]/", "The address"),
        ("https://[127.0.0.1]/", "The address"),
        ("https://[fe80::1%25eth0]/", "The address"),
        ("https://[v1.x]/", "The address"),
        ("https://[::1/", "The address is not a URL."),
        # Names that lead home
        *((f"https://{host}/", LOCAL) for host in NAMES_OF_HOME.split()),
        # No names
        *(
            (f"https://{host}/", NO_NAME)
            for host in [
                "localhost.",
                "example.org.",
                "127.0.0.1.",
                "a..example.org",
                ".example.org",
                "-a.example.org",
                "a-.example.org",
                "a" * 64 + ".example.org",
                "a." * 126 + "org",
                "ex%61mple.org",
                "a,b.example.org",
                "*.example.org",
            ]
        ),
        ("https://", NO_HOST),
        ("https:///hook", NO_HOST),
        ("https:/example.org/hook", NO_HOST),
        ("https:example.org", NO_HOST),
        ("https://:8443/", NO_HOST),
        # Another alphabet, which may be read in two ways
        ("https://한국.kr/", NOT_ASCII),
        ("https://faß.de/", NOT_ASCII),
        ("https://１２７.０.０.１/", NOT_ASCII),
        ("https://127。0。0。1/", NOT_ASCII),
        ("https://ⓛocalhost/", NOT_ASCII),
        ("https://example.org/é", NOT_ASCII),
        # Spaces, control characters, and what may be read as a slash
        (" https://example.org/", NOT_ASCII),
        ("https://example.org/ ", NOT_ASCII),
        ("https://example.org/a b", NOT_ASCII),
        ("https://example.org/\n", NOT_ASCII),
        ("https://exam\nple.org/", NOT_ASCII),
        ("https://example.org/\r\nX-Evil: 1", NOT_ASCII),
        ("https://example.org/\t", NOT_ASCII),
        ("https://example.org/\x00", NOT_ASCII),
        ("https://example.org/\x7f", NOT_ASCII),
        ("https://example.org\\@127.0.0.1/", NOT_ASCII),
        # Who, and where in the page
        ("https://user@example.org/", USER),
        ("https://user:password@example.org/", USER),
        ("https://@example.org/", USER),
        ("https://example.org@127.0.0.1/", USER),
        ("https://example.org/#part", FRAGMENT),
        ("https://example.org/#", FRAGMENT),
        # Ports
        *((f"https://example.org:{port}/", PORT) for port in (0, 1, 22, 25, 1023, 65536, 99999)),
        ("https://example.org:999999/", NO_HOST),
        ("https://example.org:-1/", NO_HOST),
        ("https://example.org:https/", NO_HOST),
        ("https://example.org:443:443/", NO_HOST),
        # Other schemes
        ("http://example.org/", "must begin with https://."),
        ("ftp://example.org/", "must begin with https://."),
        ("file:///etc/passwd", "must begin with https://."),
        ("gopher://example.org/", "must begin with https://."),
        ("//example.org/", "must begin with https://."),
        ("example.org", "must begin with https://."),
        ("", "must begin with https://."),
        ("https://example.org/" + "a" * 1981, "longer than 2000 characters"),
    ],
)
def test_what_may_not_be_called(url: str, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_address(url)
    assert reason in str(refusal.value)


def test_http_where_it_is_allowed() -> None:
    check_address("http://example.org/", allow_http=True)
    check_address("https://example.org/", allow_http=True)
    with pytest.raises(Refused, match=r"must begin with https:// or http://\.$"):
        check_address("ftp://example.org/", allow_http=True)


def test_in_a_closed_network_its_addresses_and_local_names_are_fine() -> None:
    check_address("https://10.1.2.3/", allowed_networks={"10.0.0.0/8"})
    check_address("https://[fd00::1]/", allowed_networks={"10.0.0.0/8", "fd00::/8"})
    check_address("https://db.internal/", allowed_networks={"10.0.0.0/8"})
    check_address("https://intranet/", allowed_networks={"10.0.0.0/8"})
    with pytest.raises(Refused, match=NOT_PUBLIC):
        check_address("https://192.168.0.1/", allowed_networks={"10.0.0.0/8"})
    with pytest.raises(Refused, match=NO_NAME):
        check_address("https://intranet./", allowed_networks={"10.0.0.0/8"})


@pytest.mark.parametrize(
    ("url", "authority", "called"),
    [
        ("https://Example.org", "example.org", b"https://example.org:443/"),
        ("https://example.org:8443?a=1", "example.org:8443", b"https://example.org:8443/?a=1"),
        ("http://example.org:80/Ab;c=d", "example.org", b"http://example.org:80/Ab;c=d"),
        ("https://example.org:80/", "example.org:80", b"https://example.org:80/"),
        ("https://0x8.8.8.8//a", "8.8.8.8", b"https://8.8.8.8:443//a"),
        ("https://[2606:4700:0::1111]/", "[2606:4700::1111]", b"https://2606:4700::1111:443/"),
    ],
)
def test_a_url_taken_apart(url: str, authority: str, called: bytes) -> None:
    target = read_target(url, allow_http=True, allowed=[])
    assert (target.authority, bytes(target.url)) == (authority, called)
