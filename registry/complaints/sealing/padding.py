"""Files are padded before they are sealed, so that a store's listing does not tell one well-known film from another.

Sizes are rounded as by Padmé (Nikitin and others, 2019): at most an eighth more, and few sizes are left. In front stand eight
bytes that say how long the file is.
"""

from collections.abc import Iterable, Iterator

from registry.complaints.sealing.streams import CHUNK
from registry.core.errors import Unopenable

MIN_SIZE = CHUNK
_LENGTH = 8


def padded_size(size: int) -> int:
    """Bytes that a file of that size counts as: at least 64 KiB."""
    if size <= MIN_SIZE:
        return MIN_SIZE
    power = size.bit_length() - 1
    stored = power.bit_length()
    rest = (1 << (power - stored)) - 1
    return (size + rest) & ~rest


def padded(body: bytes) -> Iterator[bytes]:
    """The file with its length before it and zeros behind it, in pieces."""
    yield len(body).to_bytes(_LENGTH, "big")
    for place in range(0, len(body), CHUNK):
        yield body[place : place + CHUNK]
    yield bytes(padded_size(len(body)) - len(body))


def unpadded(pieces: Iterable[bytes]) -> bytes:
    """The file. Raises Unopenable if it is not whole, and whatever reading the pieces raises."""
    whole = b"".join(pieces)
    size = int.from_bytes(whole[:_LENGTH], "big")
    if len(whole) != _LENGTH + padded_size(size):
        raise Unopenable("a file is not as long as it says")
    return whole[_LENGTH : _LENGTH + size]


__all__ = ["padded", "padded_size", "unpadded"]
