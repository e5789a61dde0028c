"""Compact JWS and COSE_Sign1: signed by a Signer, read from what somebody shows as ours, and believed by what the log says.

What is signed is the same to the byte each time. What is shown is read strictly: every size is capped, and its key's use says
which algorithm and type it must have. Nothing in a token says whom to ask: an address or a key in its header is not looked at.
Keys come from our own log alone.
"""

import binascii
import json
import zlib
from base64 import b32decode, b32encode, urlsafe_b64decode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import cbor2
import msgspec
from cbor2 import CBORDecodeError, CBORTag
from sqlalchemy.orm import Session

from registry.core.errors import KeyTrouble, NotIssuing
from registry.core.key_records import is_signature
from registry.core.keyring import Keyring, KeyState, Signer, Use
from registry.log.queries import LoggedKey, logged_keys
from registry.proofs.credentials.rules import base64url
from registry.vocabulary import codes, register

CREDENTIAL_TYPE = "dc+sd-jwt"
STATUS_TYPE = "statuslist+jwt"
RECEIPT_TYPE = "registry-receipt+jwt"

COSE_SIGN1 = 18
ALGORITHM_LABEL, KID_LABEL = 1, 4
ES256_IN_COSE = -7

_encode = msgspec.json.Encoder(order="sorted").encode


class Signers:
    """The signers of one process. They are read again when the folder of keys has changed: a rotated key signs no more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: int | None = None
        self._held: dict[Use, Signer] = {}

    def of(self, use: Use) -> Signer:
        """The signer of the active key. Raises NotIssuing when there is none, or its certificate is missing."""
        try:
            changed_at = self._folder.stat().st_mtime_ns
            if changed_at != self._seen:
                self._held, self._seen = {}, changed_at
            signer = self._held.get(use)
            if signer is None:
                signer = self._held[use] = Keyring(self._folder).signer(use)
        except (OSError, KeyTrouble) as error:
            raise NotIssuing(f"this registry cannot sign now: it has no {use} key that can be used") from error
        if signer.key.certificate is None:
            raise NotIssuing(f"this registry cannot sign now: its {use} key has no certificate of the root yet")
        return signer


def compact_jws(kind: str, claims: dict[str, Any], signer: Signer) -> str:
    """A compact JWS (RFC 7515) of type `kind` with the signer's certificate."""
    signed = f"{_header(kind, signer.key.kid, signer.key.certificate)}.{base64url(_encode(claims))}"
    return f"{signed}.{base64url(signer.sign(signed.encode()))}"


@lru_cache(maxsize=64)
def _header(kind: str, kid: str, certificate: str | None) -> str:
    return base64url(_encode({"alg": "ES256", "kid": kid, "typ": kind, "x5c": [certificate]}))


def sd_jwt(claims: dict[str, Any], signer: Signer) -> str:
    """An SD-JWT without disclosures: the JWS and a closing tilde."""
    return compact_jws(CREDENTIAL_TYPE, claims, signer) + "~"


def cose_sign1(claims: dict[int, Any], signer: Signer) -> bytes:
    """A COSE_Sign1 (RFC 9052) of a CWT, with its tag."""
    protected = cbor2.dumps({ALGORITHM_LABEL: ES256_IN_COSE, KID_LABEL: kid_bytes(signer.key.kid)}, canonical=True)
    payload = cbor2.dumps(claims, canonical=True)
    signature = signer.sign(to_be_signed(protected, payload))
    return cbor2.dumps(CBORTag(COSE_SIGN1, [protected, {}, payload, signature]), canonical=True)


def to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)


def paper_text(issuer: str, signed: bytes) -> str:
    """What a code on paper holds: an address whose fragment never reaches a server."""
    return f"{issuer}/v#{b32encode(zlib.compress(signed, 9)).rstrip(b'=').decode()}"


def kid_bytes(kid: str) -> bytes:
    return urlsafe_b64decode(kid)


MAX_TOKEN = 16 * 1024
MAX_PAPER_TEXT = 8 * 1024
MAX_INFLATED = 4096
_KID = 12
_SIGNATURE = 64


class Flawed(Exception):
    """What is shown is not what it says it is. It never leaves this feature: an answer states the flaw."""

    def __init__(self, flaw: codes.ProofFlaw) -> None:
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
        raise Flawed(codes.ProofFlaw.TOO_LARGE)
    parts = token.split(".")
    if len(parts) != 3:
        raise Flawed(codes.ProofFlaw.MALFORMED)
    header, claims, signature = _object(parts[0]), parts[1], parts[2]
    if header.get("alg") != "ES256":
        raise Flawed(codes.ProofFlaw.ALGORITHM_NOT_ALLOWED)
    if header.get("typ") != kind:
        raise Flawed(codes.ProofFlaw.WRONG_TYPE)
    kid = header.get("kid") if is_keyed else ""
    # `crit` would name rules that we do not know, and never write.
    if "crit" in header or not isinstance(kid, str):
        raise Flawed(codes.ProofFlaw.MALFORMED)
    raw = read_base64url(signature)
    if len(raw) != _SIGNATURE:
        raise Flawed(codes.ProofFlaw.BAD_SIGNATURE)
    return Signed(kid, _object(claims), f"{parts[0]}.{claims}".encode(), raw)


def read_paper(text: str) -> Signed:
    """The parts of a code on paper: the whole address, or what stands after its `#`. Raises Flawed."""
    if len(text) > MAX_PAPER_TEXT:
        raise Flawed(codes.ProofFlaw.TOO_LARGE)
    return read_cose(_inflated(_base32(text.strip().rpartition("#")[2])))


def read_cose(raw: bytes) -> Signed:
    """The parts of a tagged COSE_Sign1 of a map that says ES256. Raises Flawed."""
    whole = _cbor(raw)
    if not isinstance(whole, CBORTag) or whole.tag != COSE_SIGN1:
        raise Flawed(codes.ProofFlaw.WRONG_TYPE)
    match whole.value:
        case [bytes(protected), dict(unprotected), bytes(payload), bytes(signature)] if not unprotected:
            pass
        case _:
            raise Flawed(codes.ProofFlaw.MALFORMED)
    header, claims = _cbor(protected), _cbor(payload)
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise Flawed(codes.ProofFlaw.MALFORMED)
    if header.get(ALGORITHM_LABEL) != ES256_IN_COSE:
        raise Flawed(codes.ProofFlaw.ALGORITHM_NOT_ALLOWED)
    kid = header.get(KID_LABEL)
    if set(header) != {ALGORITHM_LABEL, KID_LABEL} or not isinstance(kid, bytes) or len(kid) != _KID:
        raise Flawed(codes.ProofFlaw.MALFORMED)
    if len(signature) != _SIGNATURE:
        raise Flawed(codes.ProofFlaw.BAD_SIGNATURE)
    return Signed(base64url(kid), claims, to_be_signed(protected, payload), signature)


def is_signed_by(public: dict[str, str], signed: Signed) -> bool:
    """Whether the signature is one of the P-256 key with the `x` and `y` of this JWK."""
    for name in ("x", "y"):
        # Raises Flawed where it is not written in the one way.
        read_base64url(public[name])
    return is_signature({**public, "crv": "P-256"}, signed.signature, signed.message)


def read_base64url(text: str) -> bytes:
    """base64url as it is written in one way only: a changed spare bit is a changed text."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise Flawed(codes.ProofFlaw.MALFORMED) from None
    if base64url(raw) != text:
        raise Flawed(codes.ProofFlaw.MALFORMED)
    return raw


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(read_base64url(text).decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise Flawed(codes.ProofFlaw.MALFORMED) from None
    if not isinstance(found, dict):
        raise Flawed(codes.ProofFlaw.MALFORMED)
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
        raise Flawed(codes.ProofFlaw.MALFORMED) from None
    if b32encode(raw).rstrip(b"=").decode() != text:
        raise Flawed(codes.ProofFlaw.MALFORMED)
    return raw


def _inflated(raw: bytes) -> bytes:
    """At most MAX_INFLATED bytes of one whole zlib stream: a bomb is left off as soon as it shows."""
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(raw, MAX_INFLATED + 1)
    except zlib.error:
        raise Flawed(codes.ProofFlaw.MALFORMED) from None
    if len(found) > MAX_INFLATED:
        raise Flawed(codes.ProofFlaw.TOO_LARGE)
    if not stream.eof or stream.unused_data:
        raise Flawed(codes.ProofFlaw.MALFORMED)
    return found


def _cbor(raw: bytes) -> Any:
    """One value in its canonical form, and nothing behind it."""
    try:
        found = cbor2.loads(raw)
        is_canonical = cbor2.dumps(found, canonical=True) == raw
    except (CBORDecodeError, cbor2.CBOREncodeError, ValueError, TypeError, OverflowError, RecursionError):
        raise Flawed(codes.ProofFlaw.MALFORMED) from None
    if not is_canonical:
        raise Flawed(codes.ProofFlaw.MALFORMED)
    return found


USES = (Use.CREDENTIAL, Use.STATUS, Use.RECEIPT)
"""What the keys with certificates of the root sign."""


class Checked(NamedTuple):
    """What was found of something that says it is ours: `flaw` is why it is not `yes`.

    `claims` are what was signed; of what is not genuine nothing is repeated, and no key is named.
    """

    genuine: register.Answer
    flaw: codes.ProofFlaw | None = None
    key: LoggedKey | None = None
    claims: Mapping[Any, Any] = {}


def believed_key(session: Session, signed: Signed, use: Use) -> LoggedKey:
    """The key of ours that signed, which is one for this use. Raises Flawed."""
    key = logged_keys(session).get(signed.kid)
    if key is None:
        raise Flawed(codes.ProofFlaw.UNKNOWN_KEY)
    if key.use is not use:
        raise Flawed(codes.ProofFlaw.WRONG_USE)
    if not is_signed_by(key.public, signed):
        raise Flawed(codes.ProofFlaw.BAD_SIGNATURE)
    return key


def judged(key: LoggedKey, claims: Mapping[Any, Any], *, is_proven: bool) -> Checked:
    """Genuine; unknown where its key was compromised and the log does not prove the content, as no one can tell then."""
    if key.state is KeyState.COMPROMISED and not is_proven:
        return Checked(register.Answer.UNKNOWN, codes.ProofFlaw.KEY_COMPROMISED, key, claims)
    return Checked(register.Answer.YES, None, key, claims)


def refused(flaw: codes.ProofFlaw) -> Checked:
    return Checked(register.Answer.NO, flaw)


def jwks(keys: Iterable[LoggedKey]) -> dict[str, Any]:
    """RFC 7517 of the keys whose signatures may still be believed."""
    return {
        "keys": [
            {**key.public, "kid": key.kid, "use": "sig", "alg": "ES256", "x5c": [key.certificate]}
            for key in keys
            if key.use in USES and key.state is not KeyState.COMPROMISED and key.certificate is not None
        ]
    }
