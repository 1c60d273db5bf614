"""Public is what everybody can reach, and an address is one in whatever notation."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.public_addresses import is_public, is_within, written_address

# The first and last address of each network that is not public, or one that stands for it.
NOT_PUBLIC = """
0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255
169.254.0.0 169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.0.0
192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255
240.0.0.1 255.255.255.255
:: ::1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1
100::1 2001::1 2001:0:7f00:1::1 2001:10::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 5f00::1
fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1
"""

# Beside each of these networks begins the public internet.
PUBLIC = """
1.0.0.0 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0
198.17.255.255 198.20.0.0 223.255.255.255
2000:: 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700::1111 3ffe::1
"""


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_it_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC.split())
def test_it_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses())
def test_what_python_calls_private_is_not_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if address.is_private or address.is_multicast or address.is_reserved:
        assert not is_public(address)


def test_an_ipv4_network_holds_no_ipv6_address() -> None:
    networks = [ipaddress.ip_network("127.0.0.0/8")]
    assert is_within(ipaddress.ip_address("127.0.0.1"), networks)
    assert not is_within(ipaddress.ip_address("::ffff:127.0.0.1"), networks)
    assert not is_within(ipaddress.ip_address("127.0.0.1"), [])


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0X7F000001", "127.0.0.1"),
        ("10.258", "10.0.1.2"),
        ("7", "0.0.0.7"),
        ("127.0x", "127.0.0.0"),
        ("::1", "::1"),
        ("::FFFF:127.0.0.1", "::ffff:127.0.0.1"),
    ],
)
def test_an_address_in_any_notation(host: str, address: str) -> None:
    assert written_address(host) == ipaddress.ip_address(address)


@pytest.mark.parametrize("host", ["example.org", "1.example", "3com", "0x7g", "127.0.0.1.", "a-1"])
def test_a_name_is_no_address(host: str) -> None:
    assert written_address(host) is None


@pytest.mark.parametrize(
    "host",
    ["256.1.1.1", "1.2.3.4.5", "1.2.3.256", "4294967296", "08.8.8.8", "example.7", ":", "1::g"],
)
def test_what_ends_in_a_number_is_no_name(host: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        written_address(host)
