"""Who asks, told from the connection and from trusted proxies. An address is used in passing and never kept."""

import ipaddress
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from flask import request

from registry.core.settings import TrustedProxies

Environ = dict[str, Any]


def believe_proxies(environ: Environ, trusted: TrustedProxies) -> None:
    """Put the client's own address and scheme in place of the nearest proxy's, if that proxy may be believed.

    X-Forwarded-For is read from the right, where our own proxies write; what a client wrote stands left of that and
    is never reached. X-Forwarded-Host is not believed from anyone: the public address is a setting.
    """
    address = client_address(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""), trusted)
    if address is None:
        return
    environ["REMOTE_ADDR"] = address
    scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip()
    if scheme in ("http", "https"):
        environ["wsgi.url_scheme"] = scheme


def client_address(peer: str, forwarded_for: str, trusted: TrustedProxies) -> str | None:
    """The client's address as the trusted proxies tell it; None when the peer is not to be believed."""
    senders = [word.strip() for word in forwarded_for.split(",")] if forwarded_for else []
    if trusted.hops:
        # Each proxy appended its own peer: the client is as far from the right as there are proxies.
        given = senders[-trusted.hops] if len(senders) >= trusted.hops else peer
        return given if _read(given) else peer
    if not _is_trusted(peer, trusted):
        return None
    for sender in reversed(senders):
        if _read(sender) is None:
            return peer
        if not _is_trusted(sender, trusted):
            return sender
        peer = sender
    return peer


def _is_trusted(text: str, trusted: TrustedProxies) -> bool:
    address = _read(text)
    return address is not None and any(address in network for network in trusted.networks)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network_here() -> str:
    """The network of who asks in this request, for the moment of being counted in."""
    return network_of(request.environ.get("REMOTE_ADDR") or "")


def network_of(text: str, prefix: int = 64) -> str:
    """What one client may be taken to hold: an IPv4 address, or the /64 of an IPv6 address (or a wider `prefix`)."""
    if ":" not in text:
        return text
    address = _read(text)
    if not isinstance(address, IPv6Address):
        return text if address is None else str(address)
    return str(ipaddress.ip_network((address, prefix), strict=False))
