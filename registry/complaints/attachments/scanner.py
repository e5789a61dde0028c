"""Asks a virus scanner (ClamAV's clamd) about a file, where the operator runs one.

The file goes over clamd's own protocol (INSTREAM, clamd(8)): nothing is written to a disk, and a scanner on another machine needs
no access to the store. A file that it knows to be harmful gets no clean copy.
"""

import socket
import struct
from contextlib import suppress

CHUNK = 1 << 16
SECONDS = 60.0
"""For connecting and for each answer: a large document takes seconds."""


class ScannerAway(Exception):
    """The scanner gives no verdict: the file is looked at later."""


def found_in(body: bytes, address: str, seconds: float = SECONDS) -> str | None:
    """The name of what the scanner found in a file, None for nothing. Raises ScannerAway.

    `address`: `unix:/run/clamav/clamd.ctl` or `tcp://host:3310`.
    """
    try:
        with _connected(address, seconds) as connection:
            # A body that is longer than it takes is answered, and the connection closed, before its end.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(b"zINSTREAM\0")
                for start in range(0, len(body), CHUNK):
                    part = body[start : start + CHUNK]
                    connection.sendall(struct.pack("!I", len(part)) + part)
                connection.sendall(struct.pack("!I", 0))
            answer = _answer(connection)
    except OSError as error:
        raise ScannerAway(f"{type(error).__name__}: {error}") from None
    if answer == "stream: OK":
        return None
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerAway(answer[:200] or "it closed the connection")


def _connected(address: str, seconds: float) -> socket.socket:
    if address.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(seconds)
            connection.connect(address.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)


def _answer(connection: socket.socket) -> str:
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < 4096 and (part := connection.recv(4096)):
        reply += part
    return reply.rstrip(b"\0").decode("utf-8", "replace")


__all__ = ["ScannerAway", "found_in"]
