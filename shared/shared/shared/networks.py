"""Lists of networks that calls may come from."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
_MAPPED = IPv6Network("::ffff:0:0/96")


def parse_network(text: str) -> Network:
    """An address or a CIDR network; an IPv4 one written as IPv6 (`::ffff:…`) becomes IPv4.

    Raises ValueError on anything else, on bits right of the mask (`10.1.2.3/8` is probably a mistake)
    and on IPv6 scopes, which mean something on one machine only.
    """
    network = ip_network(text.strip())
    if isinstance(network, IPv4Network):
        return network
    if network.network_address.scope_id is not None:
        raise ValueError("an address with a scope is no network of others")
    if network.subnet_of(_MAPPED):
        low = int(network.network_address) & 0xFFFF_FFFF
        return IPv4Network((low, network.prefixlen - 96))
    return network


def is_within(address: str, networks: Iterable[Network]) -> bool:
    """Whether one of the networks holds the address; an unreadable address is in none."""
    try:
        parsed = _plain(ip_address(address))
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """`::ffff:192.0.2.1` is 192.0.2.1, as dual-stack sockets write it."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
