"""The address guard: nothing inside our own network is reached on a stranger's word.

A sources list, a feed or a redirect may name any host, and any name may resolve to any address.
So names are judged by the addresses they resolve to, when a connection is made, and the address
that was judged is the one connected to: a second resolution could answer differently (DNS
rebinding).
"""

import asyncio
import functools
import os
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from itertools import chain, zip_longest

from aggregator.errors import UsageError

ALLOW_VARIABLE = "AGGREGATOR_ALLOW_NETWORKS"

# Lookups that nobody answers hold their thread for tens of seconds, long after we gave up.
_LOOKUPS_AT_ONCE = 16

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# https://www.iana.org/assignments/iana-ipv4-special-registry, whole: `is_global` alone differs
# between Python's patch releases, and holds multicast to be global.
_FORBIDDEN_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's inner service on a public address (Azure)
        "169.254.0.0/16",  # link-local, and the clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# All IPv6 that may be public (RFC 4291 §2.4), and what is set apart inside it.
_PUBLIC_V6 = IPv6Network("2000::/3")
_FORBIDDEN_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # Teredo, ORCHID, benchmarking and other protocol assignments
        "2001:db8::/32",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


class Refused(Exception):
    """A name leads where we do not go; the text says which address and why."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Tells which addresses may be connected to.

    Attributes:
        allowed: Networks allowed although they are private; empty outside tests and demos.
    """

    allowed: tuple[Network, ...] = ()

    @classmethod
    def from_environment(cls) -> "Guard":
        """Read the exceptions from AGGREGATOR_ALLOW_NETWORKS: `127.0.0.0/8,10.1.0.0/16`.

        Raises:
            UsageError: One of them is no network.
        """
        texts = [part.strip() for part in os.environ.get(ALLOW_VARIABLE, "").split(",")]
        try:
            return cls(tuple(ip_network(text) for text in texts if text))
        except ValueError as error:
            raise UsageError(
                f"{ALLOW_VARIABLE}: {error}; write networks as 127.0.0.0/8, separated by commas"
            ) from error

    def allows(self, address: Address) -> bool:
        """Tell whether an address is public, or in a network that was allowed."""
        judged = _inner(address)
        if any(judged in network or address in network for network in self.allowed):
            return True
        if isinstance(judged, IPv4Address):
            return not any(judged in network for network in _FORBIDDEN_V4)
        return judged in _PUBLIC_V6 and not any(judged in network for network in _FORBIDDEN_V6)

    def check(self, host: str, addresses: Iterable[str]) -> None:
        """Refuse a host if any address of it is refused.

        Raises:
            Refused: One is private or reserved; a mix is refused too, it is how rebinding looks.
        """
        for text in addresses:
            if not self.allows(ip_address(text)):
                raise Refused(f"{host} leads to {text}, a private or reserved address")


def _inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, where it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:  # RFC 6052: networks without IPv4 see the whole of it here
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


@functools.cache
def _threads() -> Executor:
    """Return threads for lookups alone: a dead resolver holds up nobody else's work."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - numbers need no lookup

    return ThreadPoolExecutor(_LOOKUPS_AT_ONCE, thread_name_prefix="lookup")


async def resolve(host: str, port: int) -> list[str]:
    """Ask the system's resolver.

    Raises:
        OSError: No such name, or no resolver (`socket.gaierror`).
        UnicodeError: The name is too long to be one.
    """
    ask = functools.partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_threads(), ask)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


async def addresses_of(host: str, port: int) -> list[str]:
    """Return a host's addresses, asking DNS only where there is something to ask.

    Raises:
        OSError: As `resolve`.
        UnicodeError: As `resolve`.
    """
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761 §6.3
        return ["127.0.0.1"]
    return await resolve(host, port)


def in_turn(addresses: Sequence[str]) -> list[str]:
    """Order addresses by turns of IPv6 and IPv4, the first family first (RFC 8305 §4)."""
    first = ":" in addresses[0]
    mine = [address for address in addresses if (":" in address) is first]
    others = [address for address in addresses if (":" in address) is not first]
    paired = chain.from_iterable(zip_longest(mine, others))
    return [address for address in paired if address is not None]
