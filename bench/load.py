"""The load: a few keep-alive connections on loopback, one request on the way on each, from a process on its own core."""

import itertools
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bench.box import cpu_seconds
from bench.serving import Server

CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Measured:
    """One window on one server. `cpu_us` is what a request cost the server's process; `busy` how much of a core it used."""

    requests: int
    rate: float
    cpu_us: float
    busy: float


class WrongAnswer(Exception):
    """A server answered with another status than asked for: its speed would mean nothing."""


def request(path: str, *headers: str) -> bytes:
    lines = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Language: en", *headers)
    return "\r\n".join((*lines, "", "")).encode("ascii")


@contextmanager
def connections(server: Server, count: int = CONNECTIONS) -> Iterator[list[socket.socket]]:
    opened = [socket.create_connection(("127.0.0.1", server.port), 30) for _ in range(count)]
    for connection in opened:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


def measured(
    server: Server, requests: Sequence[bytes], seconds: float, status: int = 200, warm_up: float = 0.25
) -> Measured:
    """Ask the requests over and over for some seconds. Raises WrongAnswer at the first answer of another status."""
    requested = itertools.cycle(requests)
    with connections(server) as opened:
        _drive(opened, requested, status, warm_up)
        cpu_before, began = cpu_seconds(server.pid), time.perf_counter()
        count = _drive(opened, requested, status, seconds)
        took, cpu = time.perf_counter() - began, cpu_seconds(server.pid) - cpu_before
    return Measured(count, count / took, cpu / count * 1e6, cpu / took)


def _drive(opened: list[socket.socket], requested: Iterator[bytes], status: int, seconds: float) -> int:
    expected = b"HTTP/1.1 %d" % status
    has_body = status != 304
    turns = list(opened)
    for connection in turns:
        connection.sendall(next(requested))
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        for connection in turns:
            answer = connection.recv(65536)
            if not answer.startswith(expected) or not _is_whole(answer, has_body):
                _rest(connection, answer, expected, has_body)
            connection.send(next(requested))
        count += len(turns)
    for connection in turns:
        _rest(connection, b"", expected, has_body)
    return count + len(turns)


def played(server: Server, requests: Iterable[bytes], count: int = 16) -> int:
    """Ask each request once, in their order but for those that are on the way together. Gives how many they were."""
    sent = 0
    with connections(server, count) as opened:
        for part in _parts(requests, count):
            for connection, one in zip(opened, part, strict=False):
                connection.sendall(one)
            for connection, _ in zip(opened, part, strict=False):
                _rest(connection, b"", b"HTTP/1.1 200", True)
            sent += len(part)
    return sent


def _parts(requests: Iterable[bytes], count: int) -> Iterator[tuple[bytes, ...]]:
    left = iter(requests)
    while part := tuple(itertools.islice(left, count)):
        yield part


def _is_whole(answer: bytes, has_body: bool) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    if not has_body:
        return True
    at = answer.find(b"ontent-", 0, head)
    while at >= 0 and answer[at + 7 : at + 14].lower() != b"length:":
        at = answer.find(b"ontent-", at + 7, head)
    if at < 0:
        raise WrongAnswer(f"no Content-Length: {answer[:400]!r}")
    length = int(answer[at + 14 : answer.find(b"\r", at)])
    return len(answer) - head - 4 >= length


def _rest(connection: socket.socket, answer: bytes, expected: bytes, has_body: bool) -> bytes:
    while not answer or not _is_whole(answer, has_body):
        more = connection.recv(65536)
        if not more:
            raise WrongAnswer(f"the connection was closed after {answer[:400]!r}")
        answer += more
    if not answer.startswith(expected):
        raise WrongAnswer(f"{expected!r} expected: {answer[:800]!r}")
    return answer


def answer_to(server: Server, requested: bytes, status: int = 200) -> tuple[bytes, bytes]:
    """Head and body of one answer."""
    with connections(server, 1) as (connection,):
        connection.sendall(requested)
        head, _, body = _rest(connection, b"", b"HTTP/1.1 %d" % status, status != 304).partition(b"\r\n\r\n")
    return head, body


def etags(server: Server, requests: Iterable[bytes]) -> list[bytes]:
    """The ETag of each answer."""
    found = []
    with connections(server, 1) as (connection,):
        for requested in requests:
            connection.sendall(requested)
            head = _rest(connection, b"", b"HTTP/1.1 200", True).partition(b"\r\n\r\n")[0]
            lines = [line for line in head.split(b"\r\n") if line.lower().startswith(b"etag:")]
            found.append(lines[0].partition(b":")[2].strip())
    return found


def paced(
    server: Server,
    requests: Sequence[bytes],
    a_second: float,
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    """Seconds that each of evenly spaced requests took, from when it was due: one that waited for another counts its wait."""
    took = []
    requested = itertools.cycle(requests)
    with connections(server, 1) as (connection,):
        began = clock()
        for turn in range(int(a_second * seconds)):
            due = began + turn / a_second
            while (early := due - clock()) > 0:
                time.sleep(early)
            connection.sendall(next(requested))
            _rest(connection, b"", b"HTTP/1.1 200", True)
            took.append(clock() - due)
    return took
