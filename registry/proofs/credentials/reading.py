"""Reading what somebody shows as ours: strictly, with every size capped, and with algorithm and type pinned by its key's use.

Nothing in a token says whom to ask: an address or a key in its header is not looked at. Keys come from our own log alone.
"""

import binascii
import json
import zlib
from base64 import b32decode, b32encode, urlsafe_b64decode
from typing import Any, NamedTuple

import cbor2
from cbor2 import CBORDecodeError, CBORTag
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from registry.proofs.credentials.rules import base64url
from registry.proofs.credentials.signing import ALGORITHM_LABEL, COSE_SIGN1, ES256_IN_COSE, KID_LABEL, to_be_signed
from registry.vocabulary.codes import ProofFlaw

MAX_TOKEN = 16 * 1024
MAX_PAPER_TEXT = 8 * 1024
MAX_INFLATED = 4096
_KID = 12
_SIGNATURE = 64


class Flawed(Exception):
    """What is shown is not what it says it is. It never leaves this feature: an answer states the flaw."""

    def __init__(self, flaw: ProofFlaw) -> None:
        super().__init__(flaw)
        self.flaw = flaw


class Signed(NamedTuple):
    """A signed object, parsed but not yet verified: its content and its key."""

    kid: str
    claims: dict[Any, Any]
    message: bytes
    signature: bytes


def read_jws(token: str, kind: str, *, is_keyed: bool = True) -> Signed:
    """The parts of a compact JWS of type `kind` that says ES256. Raises Flawed.

    `is_keyed`: a `kid` says which key signed. Without, that is known by other means, and the `kid` is empty.
    """
    if len(token) > MAX_TOKEN:
        raise Flawed(ProofFlaw.TOO_LARGE)
    parts = token.split(".")
    if len(parts) != 3:
        raise Flawed(ProofFlaw.MALFORMED)
    header, claims, signature = _object(parts[0]), parts[1], parts[2]
    if header.get("alg") != "ES256":
        raise Flawed(ProofFlaw.ALGORITHM_NOT_ALLOWED)
    if header.get("typ") != kind:
        raise Flawed(ProofFlaw.WRONG_TYPE)
    kid = header.get("kid") if is_keyed else ""
    # `crit` would name rules that we do not know, and never write.
    if "crit" in header or not isinstance(kid, str):
        raise Flawed(ProofFlaw.MALFORMED)
    raw = read_base64url(signature)
    if len(raw) != _SIGNATURE:
        raise Flawed(ProofFlaw.BAD_SIGNATURE)
    return Signed(kid, _object(claims), f"{parts[0]}.{claims}".encode(), raw)


def read_paper(text: str) -> Signed:
    """The parts of a code on paper: the whole address, or what stands after its `#`. Raises Flawed."""
    if len(text) > MAX_PAPER_TEXT:
        raise Flawed(ProofFlaw.TOO_LARGE)
    return read_cose(_inflated(_base32(text.strip().rpartition("#")[2])))


def read_cose(raw: bytes) -> Signed:
    """The parts of a tagged COSE_Sign1 of a map that says ES256. Raises Flawed."""
    whole = _cbor(raw)
    if not isinstance(whole, CBORTag) or whole.tag != COSE_SIGN1:
        raise Flawed(ProofFlaw.WRONG_TYPE)
    match whole.value:
        case [bytes(protected), dict(unprotected), bytes(payload), bytes(signature)] if not unprotected:
            pass
        case _:
            raise Flawed(ProofFlaw.MALFORMED)
    header, claims = _cbor(protected), _cbor(payload)
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise Flawed(ProofFlaw.MALFORMED)
    if header.get(ALGORITHM_LABEL) != ES256_IN_COSE:
        raise Flawed(ProofFlaw.ALGORITHM_NOT_ALLOWED)
    kid = header.get(KID_LABEL)
    if set(header) != {ALGORITHM_LABEL, KID_LABEL} or not isinstance(kid, bytes) or len(kid) != _KID:
        raise Flawed(ProofFlaw.MALFORMED)
    if len(signature) != _SIGNATURE:
        raise Flawed(ProofFlaw.BAD_SIGNATURE)
    return Signed(base64url(kid), claims, to_be_signed(protected, payload), signature)


def is_signed_by(public: dict[str, str], signed: Signed) -> bool:
    """Whether the signature is one of the key whose JWK this is."""
    x, y = (int.from_bytes(read_base64url(public[name]), "big") for name in ("x", "y"))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    r, s = (int.from_bytes(half, "big") for half in (signed.signature[:32], signed.signature[32:]))
    try:
        key.verify(encode_dss_signature(r, s), signed.message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def read_base64url(text: str) -> bytes:
    """base64url as it is written in one way only: a changed spare bit is a changed text."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise Flawed(ProofFlaw.MALFORMED) from None
    if base64url(raw) != text:
        raise Flawed(ProofFlaw.MALFORMED)
    return raw


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(read_base64url(text).decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise Flawed(ProofFlaw.MALFORMED) from None
    if not isinstance(found, dict):
        raise Flawed(ProofFlaw.MALFORMED)
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _base32(text: str) -> bytes:
    try:
        raw = b32decode(text + "=" * (-len(text) % 8))
    except (ValueError, binascii.Error):
        raise Flawed(ProofFlaw.MALFORMED) from None
    if b32encode(raw).rstrip(b"=").decode() != text:
        raise Flawed(ProofFlaw.MALFORMED)
    return raw


def _inflated(raw: bytes) -> bytes:
    """At most MAX_INFLATED bytes of one whole zlib stream: a bomb is left off as soon as it shows."""
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(raw, MAX_INFLATED + 1)
    except zlib.error:
        raise Flawed(ProofFlaw.MALFORMED) from None
    if len(found) > MAX_INFLATED:
        raise Flawed(ProofFlaw.TOO_LARGE)
    if not stream.eof or stream.unused_data:
        raise Flawed(ProofFlaw.MALFORMED)
    return found


def _cbor(raw: bytes) -> Any:
    """One value in its canonical form, and nothing behind it."""
    try:
        found = cbor2.loads(raw)
        is_canonical = cbor2.dumps(found, canonical=True) == raw
    except (CBORDecodeError, cbor2.CBOREncodeError, ValueError, TypeError, OverflowError, RecursionError):
        raise Flawed(ProofFlaw.MALFORMED) from None
    if not is_canonical:
        raise Flawed(ProofFlaw.MALFORMED)
    return found
