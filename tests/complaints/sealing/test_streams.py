"""A file is sealed and opened chunk by chunk; cut, moved or put in another order it does not open."""

import secrets
from collections.abc import Iterator

import pytest

from registry.complaints.sealing.envelopes import CHUNK, HEADER, SEALED_CHUNK, Place, open_stream, seal_stream
from registry.core.errors import Unopenable

KEY = bytes(range(32))
PLACE = Place("attachments", "original", "7Q9ZEXWXKGDG", "8W2PEXWXKGDH")


def in_pieces(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def sealed(body: bytes, piece: int = 9999) -> bytes:
    return b"".join(seal_stream(KEY, in_pieces(body, piece), PLACE))


def opened(body: bytes, piece: int = 7777, place: Place = PLACE, key: bytes = KEY) -> bytes:
    return b"".join(open_stream(key, in_pieces(body, piece), place))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])
@pytest.mark.parametrize("piece", [CHUNK - 7, CHUNK, 10 * CHUNK])
def test_a_file_of_any_size_comes_back(size: int, piece: int) -> None:
    body = secrets.token_bytes(size)
    assert opened(sealed(body, piece), piece) == body


def test_a_chunk_has_the_stated_size() -> None:
    pieces = list(seal_stream(KEY, [bytes(3 * CHUNK)], PLACE))
    assert [len(piece) for piece in pieces] == [HEADER, SEALED_CHUNK, SEALED_CHUNK, SEALED_CHUNK]


def test_cut_anywhere_it_does_not_open() -> None:
    body = sealed(bytes(2 * CHUNK + 100))
    for length in (
        0,
        5,
        HEADER - 1,
        HEADER,
        HEADER + 5,
        HEADER + SEALED_CHUNK,
        HEADER + 2 * SEALED_CHUNK,
        len(body) - 1,
    ):
        with pytest.raises(Unopenable):
            opened(body[:length])


def test_longer_reordered_or_changed_it_does_not_open() -> None:
    body = sealed(bytes(2 * CHUNK + 100))
    first, second = HEADER, HEADER + SEALED_CHUNK
    swapped = body[:first] + body[second : second + SEALED_CHUNK] + body[first:second] + body[second + SEALED_CHUNK :]
    changed = body[:1000] + bytes([body[1000] ^ 1]) + body[1001:]
    dropped = body[:first] + body[second:]
    for other in (body + b"x", body + body, swapped, changed, dropped):
        with pytest.raises(Unopenable):
            opened(other)


def test_another_key_or_place_does_not_open_it() -> None:
    body = sealed(b"film")
    with pytest.raises(Unopenable):
        opened(body, place=PLACE._replace(column="clean"))
    with pytest.raises(Unopenable):
        opened(body, key=bytes(32))


def test_nothing_of_the_file_is_in_its_sealed_form() -> None:
    assert b"CANARY-4711" not in sealed(b"CANARY-4711" * 100)
