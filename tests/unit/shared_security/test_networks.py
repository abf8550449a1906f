"""Allow-lists of networks: what may be written, and which addresses are within."""

import pytest
from shared.networks import is_within, parse_network

INSIDE = [
    ("192.0.2.7", "192.0.2.0/24"),
    ("192.0.2.7", "192.0.2.7"),
    ("192.0.2.7", "0.0.0.0/0"),
    ("::ffff:192.0.2.7", "192.0.2.0/24"),
    ("::ffff:c000:207", "192.0.2.0/24"),
    ("192.0.2.7", "::ffff:192.0.2.0/120"),
    ("2001:db8::1", "2001:db8::/32"),
    ("2001:0DB8:0:0::0001", "2001:db8::1/128"),
]
OUTSIDE = [
    ("192.0.3.7", "192.0.2.0/24"),
    ("2001:db9::1", "2001:db8::/32"),
    ("2001:db8::1", "0.0.0.0/0"),
    ("192.0.2.7", "::/0"),
    ("::ffff:192.0.2.7", "::/0"),
    ("::192.0.2.7", "192.0.2.0/24"),
    ("64:ff9b::c000:207", "192.0.2.0/24"),
    ("", "0.0.0.0/0"),
    ("unknown", "0.0.0.0/0"),
    ("192.0.2.7, 10.0.0.1", "0.0.0.0/0"),
    ("192.0.2.7:443", "0.0.0.0/0"),
]


@pytest.mark.parametrize(("address", "network"), INSIDE)
def test_an_address_of_the_network_is_within(address: str, network: str) -> None:
    assert is_within(address, [parse_network("198.51.100.0/24"), parse_network(network)])


@pytest.mark.parametrize(("address", "network"), OUTSIDE)
def test_an_address_of_another_network_is_not(address: str, network: str) -> None:
    assert not is_within(address, [parse_network(network)])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "192.0.2.1/24",
        "192.0.2.0/33",
        "fe80::1%eth0",
        "2001:db8::1/32",
        "1.2.3",
        "/8",
    ],
)
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_network(text)


def test_an_empty_list_holds_nobody() -> None:
    assert not is_within("192.0.2.7", [])
