"""Which addresses a webhook may call: the public internet, over TLS. Pure; the connecting code resolves names.

A webhook makes this machine call an address that someone else chose. So only public addresses are called: no
loopback, private, link-local or reserved one, in whatever spelling, and none wrapped into another family (mapped,
NAT64, 6to4, Teredo). The connecting code resolves the name once, checks each address here, and connects to that address
only.
"""

import ipaddress
import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import NamedTuple, NoReturn
from urllib.parse import urlsplit

from registry.core.errors import Fault, InvalidInput
from registry.vocabulary.codes import Problem

MAX_LENGTH = 2000

# What `is_global` of the standard library lets through, or let through in some version, and is not the public internet.
_CLOSED: Sequence[IPv4Network | IPv6Network] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
        "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
        "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip

_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9-]{2,63}")
"""A name as it stands in DNS, in lower case: with a dot, and a last label that is not a number in any base."""

_NOT_PUBLIC = "localhost local internal intranet lan home corp private arpa onion test invalid".split()
"""Last labels under which only private networks answer."""


class Address(NamedTuple):
    """Where a webhook leads, taken apart: what is resolved, what is sent as Host, and the path with its query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"https": 443, "http": 80}[self.scheme] else f"{host}:{self.port}"


def read_address(text: str, *, is_unsafe: bool = False) -> Address:
    """Take the address of a webhook apart. Raises InvalidInput with what is wrong and what to do.

    `is_unsafe` is for tests and demonstrations alone: http and any host are let through.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        _refuse("is no address: write it like https://hooks.example.org/registry")
    if len(text) > MAX_LENGTH or not text.isascii() or not text.isprintable() or set(text) & set(' "<>\\^`{|}'):
        _refuse(
            f"must be plain ASCII of at most {MAX_LENGTH} characters: write a name in punycode, and a path with %-escapes"
        )
    if parts.scheme not in ("https", *(["http"] if is_unsafe else [])):
        _refuse("must begin with https://: what is sent would otherwise be read on its way")
    if parts.username is not None or parts.password is not None:
        _refuse("must hold no user or password: every delivery is signed instead")
    if parts.fragment or "#" in text:
        _refuse("must have no fragment (#...): it is never sent")
    if port == 0:
        _refuse("must name a port from 1 to 65535, or none")
    if not is_unsafe:
        _require_public_host(host)
    elif not host:
        _refuse("must name a host")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.scheme, host, port or {"https": 443, "http": 80}[parts.scheme], target)


def _require_public_host(host: str) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if host.rsplit(".", 1)[-1] in _NOT_PUBLIC:
            _refuse("leads into a network of its own: use a name that everybody can resolve")
        if not _NAME.fullmatch(host):
            # Also 2130706433, 0x7f.1 and 0177.0.0.1, which resolvers read as addresses.
            _refuse("must name a host by its full name, like hooks.example.org, or by a plain public IP address")
        return
    if why_closed(address) is not None:
        _refuse("leads to an address that is not on the public internet")


def why_closed(address: IPv4Address | IPv6Address) -> str | None:
    """Why an address is not called, in words; None where it may be."""
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return "an address of one link alone"
    if any(address in network for network in _CLOSED if network.version == address.version) or not address.is_global:
        return "an address that is not on the public internet"
    return None


def open_addresses(resolved: Sequence[str]) -> list[str]:
    """Those of a name's addresses that may be called; none at all if one of them may not.

    A name that leads both outside and inside is one that somebody plays with.
    """
    found = [ipaddress.ip_address(text) for text in resolved]
    return [] if any(why_closed(one) is not None for one in found) else [str(one) for one in found]


def _refuse(detail: str) -> NoReturn:
    raise InvalidInput([Fault("url", Problem.INVALID_VALUE, detail)])
