"""Connections of a process: how many it may hold, and which are closed when they grow too many.

The server (granian) takes no more than it is told; those beyond wait to be accepted until one ends. So that idle ones keep
no one out, those that ask nothing are closed where few places are left, those that rest longest first.
"""

import os
import resource
import socket
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

MAX_DESCRIPTORS = 65_536
"""As many as a process asks of the system at its start, where it may."""

MAX_KEPT_FREE = 256
"""Descriptors that are no connection's: of the database, files, and what runs beside."""

IDLE_MS = 200
"""Milliseconds without a byte in either direction after which a connection without a request may be closed."""

_TCP_INFO = struct.Struct("=44xI4xII")
"""Of Linux's tcp_info: milliseconds since data was sent, since data came, and since an acknowledgement came."""


def descriptor_limit() -> int:
    """How many descriptors this process may use; `MAX_DESCRIPTORS` where there is no limit."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MAX_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def raise_descriptor_limit() -> int:
    """Ask for as many descriptors as the system allows this process, and say how many those are."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    allowed = MAX_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MAX_DESCRIPTORS)
    if descriptor_limit() < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return descriptor_limit()


def connections_for(wanted: int, descriptors: int) -> int:
    """How many connections a process may hold that wants so many: some descriptors stay free for other things."""
    return max(1, min(wanted, descriptors - min(MAX_KEPT_FREE, descriptors // 2)))


class Connection(NamedTuple):
    """A connection: for how many milliseconds not a byte went either way, whose it is, and its descriptor."""

    idle_ms: int
    peer: str
    descriptor: int


class Connections:
    """The connections to a port of this process, of which it holds at most `maximum`."""

    def __init__(self, port: int, maximum: int) -> None:
        self._port = port
        self._maximum = maximum

    def close_idle(self, in_use: Callable[[], set[str]]) -> int:
        """Where few places or descriptors are left close idle connections until a quarter is left; how many it closed.

        `in_use` gives the connections with a request, as `address:port`. Elsewhere than on Linux nothing is closed.
        """
        if sys.platform != "linux":
            return 0
        descriptors, limit = open_descriptors(), descriptor_limit()
        is_short = limit - len(descriptors) < min(MAX_KEPT_FREE, limit // 2) // 2
        if not is_short and len(descriptors) < self._maximum * 3 // 4:
            return 0
        found = [one for one in map(self._connection, descriptors) if one is not None]
        if not is_short and len(found) < self._maximum * 3 // 4:
            return 0
        too_many = len(found) - min(self._maximum, len(found)) // 4
        busy = in_use()
        idle = sorted((one for one in found if one.idle_ms > IDLE_MS and one.peer not in busy), reverse=True)
        return sum(self._shut(one.descriptor) for one in idle[:too_many])

    def stop_receiving(self, peer: str) -> None:
        """Take nothing more from `peer`, an `address:port`: the server closes the connection once its answer is sent."""
        if sys.platform != "linux":
            return
        for descriptor in open_descriptors():
            found = self._connection(descriptor)
            if found is not None and found.peer == peer:
                self._shut(descriptor, socket.SHUT_RD)

    def _connection(self, descriptor: int) -> Connection | None:
        """What a descriptor is, if it is a connection to our port."""
        with suppress(OSError), _borrowed(descriptor) as found:
            if self._is_ours(found):
                address, port = found.getpeername()[:2]
                info = found.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
                host = f"[{address}]" if ":" in address else address
                return Connection(min(_TCP_INFO.unpack(info)), f"{host}:{port}", descriptor)
        return None

    def _shut(self, descriptor: int, how: int = socket.SHUT_RDWR) -> bool:
        """End a connection; the server sees that, and closes it. False where it was closed meanwhile."""
        with suppress(OSError), _borrowed(descriptor) as found:
            if self._is_ours(found):
                found.shutdown(how)
                return True
        return False

    def _is_ours(self, found: socket.socket) -> bool:
        return found.family in (socket.AF_INET, socket.AF_INET6) and found.getsockname()[1] == self._port


@contextmanager
def _borrowed(descriptor: int) -> Iterator[socket.socket]:
    """A descriptor of the server's as a socket, which stays the server's. OSError where it is none, or closed by now."""
    borrowed = socket.socket(fileno=descriptor)
    try:
        yield borrowed
    finally:
        borrowed.detach()


def open_descriptors() -> Sequence[int]:
    """Those of this process; where none is left to look with, each number that may be one."""
    try:
        return [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        return range(min(descriptor_limit(), MAX_DESCRIPTORS))
