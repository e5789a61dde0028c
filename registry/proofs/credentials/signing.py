"""Compact JWS and COSE_Sign1 by a Signer, and the text of a code on paper. What is signed is the same to the byte each time."""

import zlib
from base64 import b32encode, urlsafe_b64decode
from functools import lru_cache
from pathlib import Path
from typing import Any

import cbor2
import msgspec
from cbor2 import CBORTag

from registry.core.errors import KeyTrouble, NotIssuing
from registry.core.keyring import Keyring, Signer, Use
from registry.proofs.credentials.rules import base64url

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
