"""The wire format of WebSub: what a hub is asked, and how its messages are sealed."""

import hmac
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from aggregator.fetch import Web
from aggregator.fetch.address import Guard
from aggregator.store import Subscription

LEASE = timedelta(days=10)  # what we ask for
SHORTEST_LEASE = timedelta(hours=1)  # a hub that says less would be asked all day long
LONGEST_LEASE = timedelta(days=30)
LARGEST_BODY = 10 * 2**20
METHODS = ("sha1", "sha256", "sha384", "sha512")  # §7.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What the signature of a message is worth (§7.1)."""

    value: str = ""  # as sent; empty where there is none that we know how to check
    genuine: bool = False
    too_large: bool = False

    @classmethod
    async def of(
        cls, headers: Mapping[str, str], body: AsyncIterable[bytes], *, secret: str
    ) -> Self:
        """Hash a message as it comes in; nothing of it is kept.

        Args:
            headers: Names in small letters.
            body: Read to its end, or to the limit.
            secret: Which the hub and we share.
        """
        value = headers.get("x-hub-signature", "").strip().lower()
        method, _, given = value.partition("=")
        known = method in METHODS
        mac = hmac.new(secret.encode(), digestmod=method if known else METHODS[1])
        size_bytes = 0
        async for part in body:
            size_bytes += len(part)
            if size_bytes > LARGEST_BODY:
                return cls(too_large=True)
            mac.update(part)
        # As bytes: compare_digest takes no text beyond ASCII.
        genuine = known and hmac.compare_digest(mac.hexdigest().encode(), given.encode())
        return cls(value=value if known else "", genuine=genuine)


async def ask(web: Web, subscription: Subscription, callback: str) -> int:
    """Ask a hub for a subscription (§5.1); return its status.

    The secret is sent to hubs without TLS too (the standard says SHOULD NOT): who overhears it can
    have a source visited once a minute, and nothing else.

    Raises:
        FetchError: The hub cannot be reached, or is not public.
    """
    return await web.post(
        subscription.hub,
        {
            "hub.callback": callback,
            "hub.mode": "subscribe",
            "hub.topic": subscription.topic,
            "hub.secret": subscription.secret,
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
        },
    )


def lease_of(text: str | None) -> timedelta:
    """Return how long a hub says it will tell us; what we asked for where it says nothing."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 10):
        return LEASE
    return min(max(timedelta(seconds=int(text)), SHORTEST_LEASE), LONGEST_LEASE)


def is_public(address: str) -> bool:
    """Tell whether hubs may be able to call an address: names are not looked up.

    Raises:
        UsageError: AGGREGATOR_ALLOW_NETWORKS cannot be read.
    """
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:  # « http://[ »
        return False
    if parts.scheme not in {"http", "https"} or not host:
        return False
    try:
        return Guard.from_environment().allows(ip_address(host))
    except ValueError:
        # Names without a dot, and those set apart (RFC 6761, 6762, 8375), lead to no one outside.
        return "." in host and host.rpartition(".")[2] not in {"localhost", "local", "arpa", "test"}
