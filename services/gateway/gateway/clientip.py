"""Who is calling: the peer's address, or what a trusted proxy in front says about it."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from .requests import Headers

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Proxies:
    """Networks whose X-Forwarded-For and X-Forwarded-Proto are believed."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Proxies":
        """From a comma list of addresses or CIDR networks; raises ValueError on anything else."""
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return cls(tuple(ip_network(part, strict=False) for part in parts))

    def trusts(self, address: str) -> bool:
        """Whether `address` is one of ours."""
        if not self.networks:
            return False
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.networks)

    def client(self, peer: str, headers: Headers) -> str:
        """The nearest address in front of our own proxies (read from the right, so it cannot be forged)."""
        if not self.trusts(peer):
            return peer
        chain = [v.decode("latin-1") for k, v in headers if k == b"x-forwarded-for"]
        hops = [hop.strip() for hop in ",".join(chain).split(",") if hop.strip()]
        for hop in reversed(hops):
            if not self.trusts(hop):
                return hop if _is_address(hop) else peer
        return peer

    def scheme(self, peer: str, headers: Headers, own: str) -> str:
        """`https` when a trusted proxy says so, else the scheme of the connection itself."""
        if self.trusts(peer):
            for key, value in headers:
                if key == b"x-forwarded-proto" and value in {b"http", b"https"}:
                    return value.decode("ascii")
        return own


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
