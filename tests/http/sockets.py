"""Requests by hand: bytes on a socket, cut, slowed or left open as no client library would send them."""

import json
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.serving import Served

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`seconds` from the last byte sent to the end of the answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["code"])


def head(served: Served, method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {urlsplit(served.base_url).netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def opened(served: Served, *pieces: bytes) -> socket.socket:
    """A connection on which these bytes were sent, and that stays open."""
    parts = urlsplit(served.base_url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE)
    for piece in pieces:
        connection.sendall(piece)
    return connection


def read_answer(connection: socket.socket) -> Answer:
    """The answer that comes on a connection."""
    began = time.monotonic()
    file = connection.makefile("rb")
    status = int(file.readline().split()[1])
    headers: dict[str, str] = {}
    while (line := file.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    length = headers.get("content-length")
    body = file.read(int(length)) if length is not None else file.read()
    return Answer(status, headers, body, time.monotonic() - began)


def get(served: Served, path: str) -> Answer:
    with opened(served, head(served, "GET", path, {"Connection": "close"})) as connection:
        return read_answer(connection)


def cut(served: Served, path: str, headers: Mapping[str, str], sent: bytes, method: str = "POST") -> Answer:
    """What is answered when these bytes of a body come, and then the sender's side ends."""
    with opened(served, head(served, method, path, headers), sent) as connection:
        connection.shutdown(socket.SHUT_WR)
        return read_answer(connection)


def post(served: Served, path: str, headers: Mapping[str, str], *pieces: bytes, method: str = "POST") -> Answer:
    with opened(served, head(served, method, path, headers)) as connection:
        # A server that has heard enough answers and ends: what is left need not be sent, and its answer is there.
        with suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                connection.sendall(piece)
        return read_answer(connection)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


CHUNKED: dict[str, str] = {"Transfer-Encoding": "chunked"}
JSON: dict[str, str] = {"Content-Type": "application/json"}
END = b"0\r\n\r\n"

__all__ = ["CHUNKED", "END", "JSON", "Answer", "chunk", "cut", "get", "head", "opened", "post", "read_answer"]
