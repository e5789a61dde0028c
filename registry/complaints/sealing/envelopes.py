"""Envelopes: how a value is padded, sealed together with its place, and marked with its key's id. Holds no key.

v1.<kid>.<nonce>.<ciphertext>    base64url, AES-256-GCM, the place authenticated, padded to a multiple of 256 bytes

And wraps: how a content key is sealed to a holder's public key, so that neither a break of X25519 nor one of ML-KEM opens it.

    X-Wing     1,120 bytes encapsulated, then AES-256-GCM: HPKE in base mode (RFC 9180) with the KEM X-Wing (X25519 with
               ML-KEM-768, draft-connolly-cfrg-xwing-kem), HKDF-SHA256 and AES-256-GCM
    X25519     libsodium's SealedBox, as registries of before made it; to X25519 alone

A secret is 32 bytes either way. It is never used for both: one who breaks X25519 has the secret of its public key.

And streams: how a file is sealed chunk by chunk under a key of its own (libsodium's SecretStream), so that neither end holds one
whole.

    header (24 bytes), then each 64 KiB of the file as a chunk 17 bytes longer, the last one shorter and marked as the last

Place and number of each chunk are authenticated: cut off, put in another order, moved to another file, it does not open. Files
are padded before they are sealed, so that a store's listing does not tell one well-known film from another. Sizes are rounded as
by Padmé (Nikitin and others, 2019): at most an eighth more, and few sizes are left. In front stand eight bytes that say how long
the file is.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl import bindings as sodium
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from registry.core.errors import Unopenable

KEY_BYTES = 32
PADDED_TO = 256


class Place(NamedTuple):
    """Where a sealed value stands. Moved to any other row or column it does not open. `row` and `case` are references."""

    table: str
    column: str
    row: str
    case: str

    def bytes(self) -> bytes:
        if any("/" in part for part in self):
            raise ValueError("no part of a place holds a slash")
        return "/".join(self).encode()


class Referenced(Protocol):
    """A row under a public reference."""

    __tablename__: str
    reference: Any


def place_of(case: Referenced, row: Referenced, column: str = "sealed") -> Place:
    """The place of a column of a row of a case, or of the case itself."""
    return Place(row.__tablename__, column, row.reference, case.reference)


X25519_BYTES, X_WING_BYTES = 32, 1216
"""Sizes of public keys. That of X-Wing is one of ML-KEM-768 and one of X25519, which has the last 32 bytes."""

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_INFO = b"registry wrap v2"


def public_of(secret: bytes) -> bytes:
    """The X-Wing public key of a secret or seed of 32 bytes."""
    ml_kem, x25519 = _halves(secret)
    return ml_kem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def former_public_of(secret: bytes) -> bytes:
    """The X25519 public key of a secret that was made before there were X-Wing keys."""
    return bytes(PrivateKey(secret).public_key)


def public_with(secret: bytes, kid: str) -> bytes | None:
    """The public key of a secret that has this id; None where neither has."""
    return next((public for of in (public_of, former_public_of) if key_id_of(public := of(secret)) == kid), None)


def seal_to(public: bytes, message: bytes) -> bytes:
    """A message that only the secret of a public key opens, of either kind."""
    if len(public) == X25519_BYTES:
        return SealedBox(PublicKey(public)).encrypt(message)
    ml_kem, x25519 = public[:-X25519_BYTES], public[-X25519_BYTES:]
    key = MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(ml_kem), X25519PublicKey.from_public_bytes(x25519)
    )
    return _SUITE.encrypt(message, key, _INFO)


def open_sealed(secret: bytes, public: bytes, sealed: bytes) -> bytes | None:
    """The message that was sealed to the public key of a secret; None where it does not open."""
    try:
        if len(public) == X25519_BYTES:
            return SealedBox(PrivateKey(secret)).decrypt(sealed)
        return _SUITE.decrypt(sealed, MLKEM768X25519PrivateKey(*_halves(secret)), _INFO)
    except (CryptoError, InvalidTag, ValueError, TypeError):
        return None


def _halves(secret: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """The two secret keys of an X-Wing secret (draft-connolly-cfrg-xwing-kem-10, 5.2)."""
    expanded = hashlib.shake_256(secret).digest(96)
    return MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), X25519PrivateKey.from_private_bytes(expanded[64:])


def key_id(secret: bytes) -> str:
    """16 hex digits that say which secret, and nothing about it."""
    return hmac.new(secret, b"registry key id v1", hashlib.sha256).hexdigest()[:16]


def key_id_of(public: bytes) -> str:
    """16 hex digits of a public key."""
    return hashlib.sha256(b"registry key id v1" + public).hexdigest()[:16]


def expand(secret: bytes, info: bytes, *, salt: bytes | None = None, length: int = KEY_BYTES) -> bytes:
    """HKDF with SHA-256 (RFC 5869)."""
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


class Envelope(NamedTuple):
    kid: str
    nonce: bytes
    ciphertext: bytes


def sealed_value(key: bytes, kid: str, value: bytes, place: Place) -> str:
    nonce = secrets.token_bytes(12)
    return _write_envelope(Envelope(kid, nonce, AESGCM(key).encrypt(nonce, _padded(value), place.bytes())))


def _write_envelope(envelope: Envelope) -> str:
    nonce, ciphertext = (urlsafe_b64encode(raw).decode().rstrip("=") for raw in envelope[1:])
    return f"v1.{envelope.kid}.{nonce}.{ciphertext}"


def read_envelope(sealed: str) -> Envelope:
    try:
        version, kid, nonce, ciphertext = sealed.split(".")
        if version != "v1":
            raise ValueError
        read = Envelope(kid, urlsafe_b64decode(nonce), urlsafe_b64decode(ciphertext + "=" * (-len(ciphertext) % 4)))
        # Base64 has spare bits at its end and the decoder passes over what is no Base64: one value has one text.
        if _write_envelope(read) != sealed:
            raise ValueError
    except ValueError:
        raise Unopenable("what is stored is no sealed value of this version") from None
    return read


def opened_value(key: bytes, envelope: Envelope, place: Place) -> bytes:
    try:
        padded = AESGCM(key).decrypt(envelope.nonce, envelope.ciphertext, place.bytes())
    except (InvalidTag, ValueError):
        raise Unopenable(
            f"{place.table}.{place.column} of {place.row} does not open under the key {envelope.kid}: it was changed or moved"
        ) from None
    return padded[: padded.rindex(b"\x80")]


def _padded(value: bytes) -> bytes:
    """A mark and zeros up to a multiple of 256 bytes (ISO/IEC 7816-4), so that lengths tell little."""
    return value + b"\x80" + b"\0" * (-(len(value) + 1) % PADDED_TO)


def bytes_of(text: str) -> bytes:
    # A lone surrogate is kept: an encoding error would repeat the text.
    return text.encode("utf-8", "surrogatepass")


def text_of(value: bytes) -> str:
    return value.decode("utf-8", "surrogatepass")


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
