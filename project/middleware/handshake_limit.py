"""Rate limit on the handshakes of an address: 429, before the session is looked up.

If the server has ASGI's extension for it (ours does, plain Daphne does not), the response says when to come back.
Otherwise it is the 403 of every refused handshake.
"""

import time
from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, ip_address
from typing import Any

from chat.runtime.rate_limiter import Limiter, Rate

SECOND = 1_000_000_000  # nanoseconds
DENIAL = "websocket.http.response"  # ASGI's extension for custom responses to a handshake

Message = dict[str, Any]


class LimitedHandshakes:
    def __init__(self, application: Any, rate: Rate, trusted_proxies: int) -> None:
        self.application = application
        self.trusted_proxies = trusted_proxies
        self._limiter: Limiter[bytes] = Limiter(rate)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        wait = self._limiter.take(network_of(scope, self.trusted_proxies), time.monotonic_ns())
        if not wait:
            address = address_of(scope, self.trusted_proxies)
            return await self.application({**scope, "address": address}, receive, send)
        await receive()  # websocket.connect
        return await refuse(scope, send, -(-wait // SECOND))


async def refuse(scope: dict[str, Any], send: Callable[[Message], Awaitable[None]], seconds: int) -> None:
    if DENIAL not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close"})
        return
    headers = [(b"retry-after", b"%d" % seconds), (b"content-length", b"0")]
    await send({"type": f"{DENIAL}.start", "status": 429, "headers": headers})
    await send({"type": f"{DENIAL}.body", "body": b""})


def network_of(scope: dict[str, Any], trusted_proxies: int) -> bytes:
    """Return the network to count by: an IPv4 address, or the /64 of an IPv6 address, since a host may use all of it.

    Peers without an address, on a Unix socket, are counted together.
    """
    return network(address_of(scope, trusted_proxies)) or b""


def address_of(scope: dict[str, Any], trusted_proxies: int) -> str:
    """Return the address that a handshake came from, or an empty string for a peer without one."""
    forwarded = forwarded_for(scope, trusted_proxies)
    peer = scope.get("client") or ("", 0)
    return forwarded if network(forwarded) else str(peer[0])


def forwarded_for(scope: dict[str, Any], trusted_proxies: int) -> str:
    """Return the address that the outermost of our own proxies saw.

    Each proxy appends its peer. Anyone may have written the entries further left.
    """
    if not trusted_proxies:
        return ""
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    addresses = ",".join(lines).split(",")
    return addresses[-trusted_proxies].strip() if len(addresses) >= trusted_proxies else ""


def network(text: str) -> bytes | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped.packed if address.ipv4_mapped else address.packed[:8]
    return address.packed
