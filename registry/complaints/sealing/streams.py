"""Files sealed chunk by chunk under a key of their own (libsodium's SecretStream), so that neither end holds one whole.

    header (24 bytes), then each 64 KiB of the file as a chunk 17 bytes longer, the last one shorter and marked as the last

Place and number of each chunk are authenticated: cut off, put in another order, moved to another file, it does not open.

Files are padded before they are sealed, so that a store's listing does not tell one well-known film from another. Sizes are
rounded as by Padmé (Nikitin and others, 2019): at most an eighth more, and few sizes are left. In front stand eight bytes
that say how long the file is.
"""

from collections.abc import Iterable, Iterator

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from registry.complaints.sealing.envelopes import Place
from registry.core.errors import Unopenable

CHUNK = 65536
SEALED_CHUNK = CHUNK + sodium.crypto_secretstream_xchacha20poly1305_ABYTES
HEADER = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_MORE = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_LAST = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL


def seal_stream(key: bytes, chunks: Iterable[bytes], place: Place) -> Iterator[bytes]:
    """The sealed form of a file. `chunks` may be of any size; an empty file has one empty last chunk."""
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    yield sodium.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    for number, (chunk, is_last) in enumerate(_cut(chunks, CHUNK)):
        tag = _LAST if is_last else _MORE
        yield sodium.crypto_secretstream_xchacha20poly1305_push(state, chunk, _associated_data(place, number), tag)


def open_stream(key: bytes, chunks: Iterable[bytes], place: Place) -> Iterator[bytes]:
    """The file again. Raises Unopenable where it was changed, moved or cut; what came before that is not the whole file."""
    body = _after_header(chunks)
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    header = next(body)
    if len(header) != HEADER:
        raise _damaged(place)
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    for number, (chunk, is_last) in enumerate(_cut(body, SEALED_CHUNK)):
        try:
            opened, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(
                state, chunk, _associated_data(place, number)
            )
        except (CryptoError, ValueError, TypeError):
            raise _damaged(place) from None
        if (tag == _LAST) is not is_last:
            raise _damaged(place)
        yield opened


def _damaged(place: Place) -> Unopenable:
    return Unopenable(f"the file of {place.table} {place.row} does not open: it was changed, moved or cut off")


def _associated_data(place: Place, number: int) -> bytes:
    return place.bytes() + b"/%d" % number


def _after_header(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The header, whole or as far as there is one, then the rest."""
    stored = b""
    rest = iter(chunks)
    for chunk in rest:
        stored += chunk
        if len(stored) >= HEADER:
            break
    yield stored[:HEADER]
    yield stored[HEADER:]
    yield from rest


def _cut(chunks: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of exactly `size` bytes and whether each is the last, which may be shorter and, of nothing, empty."""
    stored = bytearray()
    for chunk in chunks:
        stored += chunk
        # One byte more is awaited, so that the last piece is known when it is given.
        while len(stored) > size:
            yield bytes(stored[:size]), False
            del stored[:size]
    yield bytes(stored), True


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
