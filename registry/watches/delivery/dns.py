"""What a name leads to, asked with a deadline of our own: the C library's look-up cannot be ended, and would hold its thread.

Asked is as the machine's resolv.conf says, of the full name alone: no suffix is tried, and no hosts file read.
"""

import socket
import threading
import time
from collections.abc import Sequence
from ipaddress import ip_address

import dns.exception
import dns.rdatatype
import dns.resolver

LOOK_UP = 4.0
"""Seconds for all questions about one name."""

MIN_SECONDS = 0.5
"""Seconds that the second question gets, whatever the first one took."""

REMEMBERED = 60.0
"""Seconds for which a name that was not answered in time is not asked again: its owner would hold one thread after another."""

MAX_REMEMBERED = 1000


class Unanswered(OSError):
    """The name servers did not answer in time."""


class Names:
    """Looks names up. For many threads. `servers` and `port` are for tests: the machine's own where there are none."""

    def __init__(self, servers: Sequence[str] = (), port: int = 53, look_up: float = LOOK_UP) -> None:
        self._servers, self._port, self._look_up = servers, port, look_up
        self._overdue: dict[str, float] = {}
        self._lock = threading.Lock()

    def __call__(self, host: str, port: int) -> Sequence[str]:
        """All addresses of the name, those of both families. Raises Unanswered and OSError."""
        try:
            return [str(ip_address(host))]
        except ValueError:
            pass
        if self._was_overdue(host):
            raise Unanswered(host)
        try:
            return self._resolved(host)
        except Unanswered:
            self._remember(host)
            raise

    def _resolved(self, host: str) -> Sequence[str]:
        try:
            resolver = self._resolver()
            began = time.monotonic()
            found = self._addresses(resolver, host, dns.rdatatype.A, self._look_up)
        except dns.resolver.NXDOMAIN:
            raise socket.gaierror(socket.EAI_NONAME, "the name does not exist") from None
        except dns.resolver.LifetimeTimeout:
            raise Unanswered(host) from None
        except dns.exception.DNSException as error:
            raise socket.gaierror(socket.EAI_FAIL, type(error).__name__) from None
        left = max(self._look_up - (time.monotonic() - began), MIN_SECONDS)
        try:
            found |= self._addresses(resolver, host, dns.rdatatype.AAAA, left)
        except dns.exception.DNSException:
            # Some servers never answer this one. What was found is looked at and called all the same.
            if not found:
                raise Unanswered(host) from None
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "the name has no address")
        return sorted(found)

    def _addresses(
        self, resolver: dns.resolver.Resolver, host: str, kind: dns.rdatatype.RdataType, seconds: float
    ) -> set[str]:
        answer = resolver.resolve(host, kind, raise_on_no_answer=False, lifetime=seconds, search=False)
        return {str(one.address) for one in answer.rrset or ()}

    def _resolver(self) -> dns.resolver.Resolver:
        # Anew for each name, so that a resolv.conf that changes is followed: a connection outlives many deliveries.
        resolver = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers, resolver.port = list(self._servers), self._port
        return resolver

    def _was_overdue(self, host: str) -> bool:
        with self._lock:
            return time.monotonic() < self._overdue.get(host, 0.0)

    def _remember(self, host: str) -> None:
        at = time.monotonic()
        with self._lock:
            if len(self._overdue) >= MAX_REMEMBERED:
                self._overdue = {name: until for name, until in self._overdue.items() if until > at}
                while len(self._overdue) >= MAX_REMEMBERED:
                    self._overdue.pop(next(iter(self._overdue)))
            self._overdue[host] = at + REMEMBERED
