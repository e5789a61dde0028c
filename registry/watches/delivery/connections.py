"""Connects to webhook addresses that others chose: resolves the name once, checks the address, connects to that one.

The look at the address and the connection are one step (`_new_conn`), so a name that answers otherwise the second time
gains nothing. Redirects are not followed, proxies of the environment not asked, and no answer holds a thread beyond its
deadline.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any, NamedTuple

import dns.exception
import dns.rdatatype
import dns.resolver
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError, SSLError

from registry.core.clock import now
from registry.watches.addresses import open_addresses, read_address
from registry.watches.rules import read_retry_after

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
    """Looks names up, with a deadline of our own: the C library's look-up cannot be ended, and would hold its thread.

    Asked is as the machine's resolv.conf says, of the full name alone: no suffix is tried, and no hosts file read. For many
    threads. `servers` and `port` are for tests: the machine's own where there are none.
    """

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


CONNECT, READ, TOTAL = 5.0, 10.0, 15.0
"""Seconds for connecting to one address, for each part of an answer, and for all of it."""

MAX_ANSWER = 64 * 1024
MAX_ADDRESSES = 3

Resolve = Callable[[str, int], Sequence[str]]
"""All addresses that a name leads to, as text. Raises OSError."""


class Closed(OSError):
    """A name leads to an address that is not called."""


class Overdue(OSError):
    """All the time of a call went by before there was a connection."""


class CallResult(NamedTuple):
    """How a call went: the status of the answer, or in words why there was none.

    `retry_after` are the seconds it asks for.
    """

    status: int | None
    trouble: str | None = None
    retry_after: int | None = None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def resolved(host: str, port: int) -> Sequence[str]:
    """Addresses of a host by this machine's resolver, its hosts file included: for tests and local demonstrations."""
    return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})


class Caller:
    """Posts to addresses and keeps connections open between calls. For many threads."""

    def __init__(
        self, *, is_unsafe: bool = False, resolve: Resolve | None = None, total: float = TOTAL, most_open: int = 64
    ) -> None:
        self._is_unsafe = is_unsafe
        self._resolve = resolve or (resolved if is_unsafe else Names())
        self._total = total
        self._guard = _Guard()
        timeout = urllib3.Timeout(CONNECT, READ)
        self._pools = urllib3.PoolManager(
            num_pools=most_open, maxsize=4, block=False, retries=False, headers={}, timeout=timeout
        )
        self._pools.pool_classes_by_scheme = {"http": self._pool_class(False), "https": self._pool_class(True)}

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> CallResult:
        """One POST. Never raises for what the other side does."""
        address = read_address(url, is_unsafe=self._is_unsafe)
        with self._guard.until(time.monotonic() + self._total) as call:
            try:
                answered = self._posted(f"{address.scheme}://{address.host_header}{address.target}", body, headers)
            except (HTTPError, OSError, ValueError) as error:
                answered = CallResult(None, _words_on(error))
                call.is_cut |= Overdue in map(type, _causes_of(error))
            if call.is_cut:
                # Also where a status had come: half an answer is none.
                return CallResult(None, f"it took longer than {self._total:.0f} seconds")
            return answered

    def _posted(self, url: str, body: bytes, headers: dict[str, str]) -> CallResult:
        answer = self._pools.request(
            "POST", url, body=body, headers=headers, redirect=False, retries=False, preload_content=False,
            decode_content=False,
        )  # fmt: skip
        try:
            is_whole = len(answer.read(MAX_ANSWER + 1)) <= MAX_ANSWER
            if is_whole:
                answer.release_conn()
        finally:
            # What was not read to its end is no connection for the next call.
            answer.close()
        if not is_whole:
            return CallResult(
                answer.status, f"its answer is larger than {MAX_ANSWER // 1024} KiB: answer with a status alone"
            )
        if 300 <= answer.status < 400:
            return CallResult(
                answer.status, "it answers with a redirect, which is not followed: state the final address"
            )
        trouble = None if 200 <= answer.status < 300 else f"it answers {answer.status}"
        return CallResult(answer.status, trouble, read_retry_after(answer.headers.get("Retry-After", ""), now()))

    def cut_overdue(self) -> None:
        """End calls whose time is over; called several times a second by the code that waits for them."""
        self._guard.cut(time.monotonic())

    def close(self) -> None:
        self._pools.clear()

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to what the name leads to, looked at before. Raises Closed, Overdue, OSError."""
        found = self._resolve(host, port)
        addresses = list(found) if self._is_unsafe else open_addresses(found)
        if not addresses:
            raise Closed(host)
        for place, address in enumerate(addresses[:MAX_ADDRESSES], start=1):
            # A slow name server leaves less time for everything else.
            left = min(CONNECT, self._guard.left())
            if left <= 0:
                raise Overdue(host)
            try:
                made = socket.create_connection((address, port), timeout=left)
            except OSError:
                if place == min(len(addresses), MAX_ADDRESSES):
                    raise
            else:
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._guard.holds(made)
                return made
        raise Closed(host)

    def _pool_class(self, is_tls: bool) -> Any:
        caller, guard = self, self._guard
        connection: Any = HTTPSConnection if is_tls else HTTPConnection
        pool: Any = HTTPSConnectionPool if is_tls else HTTPConnectionPool

        class Pinned(connection):  # type: ignore[misc]
            def _new_conn(self) -> socket.socket:
                return caller.connect(self._dns_host.strip("[]"), self.port)

            def request(self, *args: Any, **kwargs: Any) -> None:
                if self.sock is not None:
                    guard.holds(self.sock)
                super().request(*args, **kwargs)

        return type(pool.__name__, (pool,), {"ConnectionCls": Pinned})


class _Call:
    """One call of one thread: until when, and over which socket."""

    def __init__(self, guard: "_Guard", deadline: float) -> None:
        self.guard, self.deadline, self.is_cut = guard, deadline, False
        self.socket: socket.socket | None = None

    def __enter__(self) -> "_Call":
        self.guard.calls[threading.get_ident()] = self
        return self

    def __exit__(self, *_: object) -> None:
        self.guard.calls.pop(threading.get_ident(), None)


class _Guard:
    """Knows over which socket each thread speaks, so that a call that drips on for ever can be ended from outside."""

    def __init__(self) -> None:
        self.calls: dict[int, _Call] = {}

    def until(self, deadline: float) -> _Call:
        return _Call(self, deadline)

    def holds(self, made: socket.socket) -> None:
        call = self.calls.get(threading.get_ident())
        if call is not None:
            call.socket = made

    def left(self) -> float:
        """Seconds that the call of this thread still has."""
        call = self.calls.get(threading.get_ident())
        return CONNECT if call is None else call.deadline - time.monotonic()

    def cut(self, at: float) -> None:
        for call in list(self.calls.values()):
            if at >= call.deadline and not call.is_cut and call.socket is not None:
                call.is_cut = True
                try:
                    # Below TLS, whose own shutdown would wait for the other side.
                    socket.socket.shutdown(call.socket, socket.SHUT_RDWR)
                except OSError:
                    continue


CERTIFICATES = {
    9: "its certificate is not valid yet",
    10: "its certificate has run out",
    18: "its certificate is signed by itself, and by no authority that is trusted here",
    19: "its certificate is signed by no authority that is trusted here",
    20: "its certificate is signed by no authority that is trusted here, or it does not send the ones between",
    21: "its certificate is signed by no authority that is trusted here, or it does not send the ones between",
    62: "its certificate is for another name",
    64: "its certificate is for another address",
}
"""What OpenSSL calls the fault of a certificate, in words for the webhook's operator."""


def _words_on_tls(causes: Sequence[ssl.SSLError]) -> str:
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CERTIFICATES.get(cause.verify_code, "its certificate is not good")
    return "it does not speak TLS, or none that is spoken here"


def _causes_of(error: Exception) -> list[object]:
    return [error, error.__cause__, error.__context__, *error.args]


def _words_on(error: Exception) -> str:
    """What went wrong, without anything of the address in it."""
    causes = _causes_of(error)
    if any(isinstance(cause, Closed) for cause in causes):
        return "its name leads to an address that is not on the public internet"
    if any(isinstance(cause, Unanswered) for cause in causes):
        return f"the name servers of its name did not answer within {LOOK_UP:.0f} seconds"
    if isinstance(error, ReadTimeoutError):
        return f"it did not answer within {READ:.0f} seconds"
    if any(isinstance(cause, ConnectTimeoutError | TimeoutError) for cause in causes):
        return f"it did not take a connection within {CONNECT:.0f} seconds"
    if isinstance(error, SSLError):
        return _words_on_tls([cause for cause in causes if isinstance(cause, ssl.SSLError)])
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "its name cannot be resolved"
    if any(isinstance(cause, NewConnectionError | ConnectionRefusedError) for cause in causes):
        return "it takes no connection"
    return "it broke the connection off"
